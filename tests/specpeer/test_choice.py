"""Both choose the same session to send in, and keep the same others, whatever crossed."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace

from beside_ours import NOW, End, Ours, Theirs, ends, meet
from doorless_protocol.choice import choose_sending, settle
from doorless_protocol.handshake import Kind
from doorless_protocol.keys import DeviceId
from doorless_protocol.session import Session
from specpeer import choice
from specpeer.choice import Begun
from specpeer.handshake import RESYNC, START

LOWER, HIGHER = bytes(16), b"\xff" * 16

_numbers = some.sampled_from([5, 6, 7, 600_004, 600_005, 600_006, 600_007, 1_300_000])


@some.composite
def _begun(draw: some.DrawFn) -> Begun:
    number = draw(_numbers)
    return Begun(
        id=draw(some.binary(min_size=32, max_size=32)),
        kind=draw(some.sampled_from([START, RESYNC])),
        number=number,
        known=draw(some.sampled_from([0, 5, 600_004, number - 1]).filter(lambda n: n < number)),
        device=draw(some.sampled_from([LOWER, HIGHER])),
        confirmed=draw(some.booleans()),
    )


@cache
def a_session() -> Session:
    ours, specpeer = Ours.draw(1), Theirs.draw(2)
    ours.contacts(specpeer.manifest(), specpeer.serve(0))
    return ours.sessions[0]


def as_ours(begun: Begun) -> Session:
    link = replace(
        a_session().link,
        id=begun.id,
        kind=Kind(begun.kind),
        number=begun.number,
        known=begun.known,
        initiator=begun.device == LOWER,
        our_device=DeviceId(LOWER),
        their_device=DeviceId(HIGHER),
    )
    return replace(a_session(), link=link, confirmed=begun.confirmed)


@given(some.lists(_begun(), min_size=1, max_size=9, unique_by=lambda one: one.id))
def test_they_choose_and_keep_the_same(begun: list[Begun]) -> None:
    sessions = [as_ours(one) for one in begun]
    chosen = choose_sending(sessions)
    assert chosen is not None
    assert chosen.id == choice.sending(begun).id
    kept = {one.id for one in settle(sessions, NOW).sessions}
    assert kept == {chosen.id, *(one.id for one in choice.receiving(begun))}


@pytest.mark.parametrize("first", ["ours", "specpeer"])
@pytest.mark.parametrize("again", [0, 1], ids=["the initiator", "the responder"])
def test_who_cannot_go_on_begins_again_and_lists_what_was_heard(first: str, again: int) -> None:
    pair = ends(first)
    meet(*pair)
    who, other = pair[again], pair[1 - again]
    who.now = other.now = NOW + 60
    who.contacts(other.manifest(), other.serve(1), known=who.number, kind=RESYNC, received=7)
    assert other.hears(who.says(b"")) == b""
    assert heard_by(other) == (RESYNC, 7)
    assert who.hears(other.says(b"")) == b""
    assert other.hears(who.says(b"again")) == b"again"
    assert other.confirmed


def heard_by(end: End) -> tuple[int, int]:
    if isinstance(end, Ours):
        return end.sessions[0].kind.value, end.sessions[0].received
    assert isinstance(end, Theirs)
    return end.session.handshake.kind, end.session.handshake.received


@pytest.mark.parametrize("first", ["ours", "specpeer"])
def test_a_session_whose_owner_forgot_everything_is_replaced(first: str) -> None:
    """And what was said in the old one still opens."""
    pair = ends(first)
    meet(*pair)
    alice, bob = pair
    late = bob.says(b"in the old session")
    alice.now = bob.now = NOW + 60
    alice.contacts(bob.manifest(), bob.serve(1), known=0, kind=RESYNC)
    bob.hears(alice.says(b""))
    alice.hears(bob.says(b""))
    assert alice.hears(late) == b"in the old session"
