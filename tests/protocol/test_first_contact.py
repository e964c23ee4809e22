"""How sessions begin: what each side checks, spends and refuses."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random as Seeded

import pytest

from doorless_lab.pair import Device, Talker
from doorless_protocol.errors import (
    ExpiredError,
    ForgedError,
    GhostError,
    MalformedError,
    UnknownPrekeyError,
)
from doorless_protocol.first_contact import initiate, respond
from doorless_protocol.handshake import PrekeyKind
from doorless_protocol.prekeys import PrekeyId

NOW = 1_800_000_000
DAY = 86400
Random = Callable[[int], bytes]


@cache
def device(handle: str) -> Device:
    return Device.draw(handle, NOW, Seeded(handle).randbytes)


def first(random: Random, content: bytes = b"hello", known: int = 0) -> tuple[Talker, bytes]:
    talker = device("alice").talker(
        device("alice").contact(device("bob"), NOW, random, known), random, NOW
    )
    return talker, talker.says(content)


def test_the_first_message_opens_and_names_what_it_spent(random: Random) -> None:
    bob = device("bob")
    alice, envelope = first(random)
    accepted = bob.accept(bob.unseal(envelope), NOW)
    assert accepted.content == b"hello"
    assert accepted.used == bob.pairs[0].id
    ours, theirs = alice.session, accepted.session
    assert (ours.id, ours.number, ours.known) == (theirs.id, theirs.number, theirs.known)
    assert (ours.our_account, ours.our_device) == (theirs.their_account, theirs.their_device)
    assert (theirs.our_account, theirs.our_device) == (ours.their_account, ours.their_device)
    assert ours.origin == theirs.origin
    assert (ours.initiator, theirs.initiator) == (True, False)
    assert ours.began == theirs.began == NOW


def test_without_a_pair_the_last_resort_serves_and_is_told(random: Random) -> None:
    alice, bob = device("alice"), device("bob")
    session = initiate(alice.us, bob.us.manifest, bob.serve(None), 0, NOW, random)
    follows, envelope = session.seal(b"hello", random)
    accepted = bob.accept(bob.unseal(envelope), NOW)
    assert accepted.used is None
    assert follows.last_resort
    assert accepted.session.last_resort


def test_the_number_is_unix_milliseconds_but_above_every_known_one(random: Random) -> None:
    assert first(random)[0].session.number == NOW * 1000
    assert first(random, known=NOW * 1000 + 5)[0].session.number == NOW * 1000 + 6


def test_a_number_more_than_a_day_ahead_is_refused(random: Random) -> None:
    bob = device("bob")
    initial = bob.unseal(first(random, known=(NOW + DAY) * 1000)[1])
    with pytest.raises(MalformedError):
        bob.accept(initial, NOW)
    assert bob.accept(initial, NOW + 1).content == b"hello"


def test_a_manifest_that_holds_only_later_is_refused(random: Random) -> None:
    bob = device("bob")
    initial = bob.unseal(first(random)[1])
    with pytest.raises((ExpiredError, MalformedError)):
        bob.accept(initial, NOW - 2 * DAY)


def test_a_spent_pair_is_gone(random: Random) -> None:
    bob = device("bob")
    initial = bob.unseal(first(random)[1])
    spent = replace(bob, secrets=replace(bob.secrets, pairs=bob.secrets.pairs[1:]))
    with pytest.raises(UnknownPrekeyError):
        spent.accept(initial, NOW)


@pytest.mark.parametrize("field", ["signed_prekey_id", "prekey_id"])
def test_an_unknown_prekey_is_refused(field: str, random: Random) -> None:
    bob = device("bob")
    initial = bob.unseal(first(random)[1])
    with pytest.raises(UnknownPrekeyError):
        bob.accept(replace(initial, **{field: PrekeyId(b"8 bytes!")}), NOW)
    last = replace(initial, prekey_kind=PrekeyKind.LAST_RESORT)
    with pytest.raises(UnknownPrekeyError):
        bob.accept(last, NOW)


def test_who_was_shown_another_manifest_gives_the_alarm_with_evidence(random: Random) -> None:
    bob = device("bob")
    initial = bob.unseal(first(random)[1])
    for ours in ({1: b"h" * 32}, {}):
        with pytest.raises(GhostError) as alarm:
            respond(initial, bob.us, bob.secrets, ours, NOW)
        assert alarm.value.shown == bob.us.manifest.hash
        assert alarm.value.ours == ours.get(1, b"")


def test_who_was_shown_another_bundle_gives_the_alarm_too(random: Random) -> None:
    bob = device("bob")
    initial = bob.unseal(first(random)[1])
    other = replace(bob, secrets=replace(bob.secrets, bundle_hash=b"h" * 32))
    with pytest.raises(GhostError) as alarm:
        other.accept(initial, NOW)
    assert (alarm.value.what, alarm.value.shown) == ("prekey bundle", bob.bundle.hash)


@pytest.mark.parametrize("field", ["manifest_hash", "bundle_hash"])
def test_who_cannot_speak_for_the_initiator_cannot_raise_the_alarm(
    field: str, random: Random
) -> None:
    bob = device("bob")
    initial = replace(bob.unseal(first(random)[1]), **{field: b"g" * 32})
    with pytest.raises(ForgedError):
        bob.accept(initial, NOW)


def test_a_peer_may_have_used_an_older_manifest_of_ours(random: Random) -> None:
    bob = device("bob")
    initial = bob.unseal(first(random)[1])
    ours = {1: bob.us.manifest.hash, 2: b"of the newer one".ljust(32)}
    assert respond(initial, bob.us, bob.secrets, ours, NOW).content == b"hello"


def test_repetitions_open_in_the_session_that_they_belong_to(random: Random) -> None:
    bob = device("bob")
    alice, envelope = first(random)
    accepted = bob.accept(bob.unseal(envelope), NOW)
    again = bob.unseal(alice.says(b"are you there?"))
    assert again.origin == accepted.session.origin
    assert bob.talker(accepted.session, random, NOW).hears(again.message) == b"are you there?"
    assert bob.unseal(first(random)[1]).origin != accepted.session.origin


def test_the_second_may_arrive_first(random: Random) -> None:
    bob = device("bob")
    alice, one = first(random, b"one")
    two = alice.says(b"two")
    accepted = bob.accept(bob.unseal(two), NOW)
    assert accepted.content == b"two"
    assert bob.talker(accepted.session, random, NOW).hears(bob.unseal(one).message) == b"one"


def test_an_altered_message_does_not_open(random: Random) -> None:
    bob = device("bob")
    initial = bob.unseal(first(random)[1])
    spoilt = replace(initial, message=initial.message[:-1] + b"\0")
    with pytest.raises(ForgedError):
        bob.accept(spoilt, NOW)


def test_who_claims_anothers_staple_agrees_on_nothing(random: Random) -> None:
    bob, eve = device("bob"), device("eve")
    initial = bob.unseal(first(random)[1])
    staple = eve.us.manifest.staple(eve.us.device.device)
    with pytest.raises(ForgedError):
        bob.accept(replace(initial, staple=staple), NOW)


def test_a_device_does_not_contact_itself(random: Random) -> None:
    with pytest.raises(ValueError, match="itself"):
        device("bob").contact(device("bob"), NOW, random)


def test_a_device_that_is_not_listed_is_not_contacted(random: Random) -> None:
    alice, bob, eve = device("alice"), device("bob"), device("eve")
    with pytest.raises(ForgedError):
        initiate(alice.us, eve.us.manifest, bob.serve(), 0, NOW, random)


def test_a_first_handshake_has_nothing_to_list(random: Random) -> None:
    alice, bob = device("alice"), device("bob")
    with pytest.raises(ValueError, match="nothing as received"):
        initiate(alice.us, bob.us.manifest, bob.serve(), 0, NOW, random, received=1)


def test_both_sides_count_healing_from_the_beginning(random: Random) -> None:
    alice, envelope = first(random)
    bob = device("bob")
    accepted = bob.accept(bob.unseal(envelope), NOW)
    assert alice.session.healed == accepted.session.healed == NOW


@pytest.mark.parametrize("what", ["manifest", "prekey bundle"])
def test_the_alarm_names_what_was_misrepresented(what: str, random: Random) -> None:
    bob = device("bob")
    initial = bob.unseal(first(random)[1])
    secrets = replace(bob.secrets, bundle_hash=bytes(32)) if what != "manifest" else bob.secrets
    manifests = {} if what == "manifest" else bob.manifests
    with pytest.raises(GhostError) as alarm:
        respond(initial, bob.us, secrets, manifests, NOW)
    assert alarm.value.what == what
