"""E1: a copy of every message's key, for the day of a warrant."""

import pytest

from doorless_lab.doors.program import Program
from doorless_lab.doors.recorded import Pair, opened, wire_of
from doorless_lab.products.mandated import escrow
from doorless_lab.runner import seeded
from doorless_lab.scenario import Product
from doorless_protocol.errors import ForgedError
from scenario_runs import check_powers, check_steps, check_verdicts, fact

NOW = 1_790_000_000


@pytest.fixture
def random():
    return seeded(b"escrow")


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("E1")


def test_the_powers_are_those_named() -> None:
    check_powers("E1")


def test_a_class_can_follow_it() -> None:
    check_steps("E1")


def test_who_is_affected_grows_with_who_talks() -> None:
    everybody = {"pairs": 2, "messages": 2}
    assert fact("E1", "everybody", "affected", Product.MANDATED) == 8
    assert fact("E1", "everybody", "affected", Product.MANDATED, everybody) == 4


def test_a_bogus_field_is_guessed_within_sixteen_bits(random) -> None:
    first, second, public = escrow.draw(random)
    build = escrow.Build(public, random(32))
    said = Pair(0, NOW, random, Program(build)).say(0)
    bogus, tries = escrow.forge(said.sent.envelope, build.accepts, random)
    assert tries <= 2**16
    assert build.accepts(said.sent.envelope, bogus)
    with pytest.raises(ForgedError):
        escrow.open_with(escrow.join(first, second), said.carrying(bogus).sent)


def test_a_field_belongs_to_one_envelope(random) -> None:
    _, _, public = escrow.draw(random)
    build = escrow.Build(public, random(32))
    pair = Pair(0, NOW, random, Program(build))
    one, other = pair.say(0), pair.say(1)
    assert build.accepts(*one.sent)
    assert not build.accepts(other.sent.envelope, one.sent.escrowed)
    assert not build.accepts(one.sent.envelope, one.sent.escrowed[:-1])


def test_the_mandated_client_talks_to_a_real_one(random) -> None:
    """Nothing of the encryption changed: that is the point of it."""
    _, _, public = escrow.draw(random)
    pair = Pair(0, NOW, random, Program())
    build = escrow.Build(public, random(32))
    for at in range(6):
        pair.program.escrow = build if at % 2 else None
        assert pair.say(at % 2).arrived


def test_half_a_key_is_none(random) -> None:
    first, second, public = escrow.draw(random)
    pair = Pair(0, NOW, random, Program(escrow.Build(public, random(32))))
    sent = wire_of(pair.talk(2))
    for half in (first, second):
        alone = escrow.join(half, escrow.Half(bytes(len(half.share))))
        assert opened(alone, sent) == [None, None]
    assert None not in opened(escrow.join(first, second), sent)
