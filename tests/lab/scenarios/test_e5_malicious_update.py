"""E5: an update that takes the key along."""

import pytest

from doorless_lab.products.mandated import update
from doorless_lab.runner import seeded
from doorless_lab.scenario import Product
from doorless_protocol.errors import ProofError
from doorless_protocol.primitives import ed25519_public, sha256
from scenario_runs import check_powers, check_steps, check_verdicts, fact, played


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("E5")


def test_the_powers_are_those_named() -> None:
    check_powers("E5")


def test_a_class_can_follow_it() -> None:
    check_steps("E5")


def test_three_added_lines_are_the_whole_difference() -> None:
    assert fact("E5", "diff", "added", Product.MANDATED) == 3
    diff = played("E5", Product.MANDATED).evidence["diff"].data
    assert b"write_bytes(raw_key)" in diff


def test_a_build_depends_on_the_source_alone() -> None:
    source = {"b.py": b"2", "a.py": b"1"}
    backwards = dict(reversed(source.items()))
    assert update.build(source) == update.build(backwards)
    assert update.build(source) != update.build({**source, "a.py": b"3"})


def test_the_place_to_change_is_there_once() -> None:
    with pytest.raises(ValueError, match="not once"):
        update.poisoned({update.TARGET: b"nothing like it"})


def test_only_the_vendors_signature_counts() -> None:
    vendor, stranger = bytes(32), b"\x01" * 32
    package = b"a build"
    genuine = update.Release(package, update.Signed.sign(vendor, sha256(package)))
    update.check_signed(ed25519_public(vendor), genuine)
    for signed in (
        update.Signed.sign(stranger, sha256(package)),
        update.Signed.sign(vendor, sha256(b"another")),
    ):
        with pytest.raises(update.RefusedUpdateError, match="not signed"):
            update.check_signed(ed25519_public(vendor), update.Release(package, signed))


def test_a_log_proves_what_is_in_it_and_nothing_else() -> None:
    log = update.BuildLog(bytes(32))
    for number in range(5):
        log.add(sha256(bytes([number])))
    update.check_logged(log, sha256(b"\x03"))
    with pytest.raises(ProofError):
        update.check_logged(log, sha256(b"\x09"))


def test_rebuilders_count_once_each_and_only_those_who_are_known() -> None:
    random = seeded(b"rebuilders")
    known, stranger = [update.Rebuilder(random(32)) for _ in range(2)], random(32)
    package = update.build({"a.py": b"1"})
    word = known[0].rebuild({"a.py": b"1"}, b"")[1]
    other = update.Signed.sign(stranger, sha256(package))
    wrong = known[1].rebuild({"a.py": b"2"}, b"")[1]
    release = update.Release(package, word, (word, word, other, wrong))
    publics = [ed25519_public(each.seed) for each in known]
    update.check_rebuilt(publics, release, 1)
    with pytest.raises(update.RefusedUpdateError, match="1 of 2"):
        update.check_rebuilt(publics, release, 2)


def test_two_dishonest_rebuilders_of_three_are_enough() -> None:
    """Where the defence ends: they vouch for what they were told."""
    told = sha256(b"evil")
    liars = [update.Rebuilder(bytes([n]) * 32, honest=False) for n in range(2)]
    words = tuple(each.rebuild({"a.py": b"1"}, told)[1] for each in liars)
    release = update.Release(b"evil", words[0], words)
    update.check_rebuilt([ed25519_public(each.seed) for each in liars], release, 2)
