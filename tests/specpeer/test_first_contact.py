"""Every field of an initial message, altered, is refused by both, by the same name.

Bob is SpecPeer and begins; Alice is ours with a shadow. The offsets are those of 05 §3.2. After
each refusal his true message opens.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from beside_ours import NOW, Refusal, Theirs
from doorless_lab.tape import Recorder
from shadowed import Shadowed
from specpeer import initial
from specpeer.crypto import Draws
from specpeer.initial import Inside
from specpeer.manifests import Entry, Manifest

FORGED, MALFORMED, UNKNOWN = "ForgedError", "MalformedError", "UnknownPrekeyError"

FIELDS: dict[str, tuple[int, int, str]] = {
    # name: (offset, size, how it is refused when its last bit is another)
    "protocol": (0, 2, MALFORMED),
    "kind": (2, 1, MALFORMED),  # 0; of 2, below
    "number": (3, 8, FORGED),
    "known": (11, 8, FORGED),
    "received": (19, 8, MALFORMED),
    "address length": (27, 2, MALFORMED),
    "address": (29, 3, FORGED),
    "end of the address": (29, 300, MALFORMED),
    "head": (329, 2067, FORGED),
    "signature of the head": (329, 5440, FORGED),
    "entry": (5769, 3240, "ProofError"),
    "index": (9009, 1, MALFORMED),
    "path": (9010, 96, MALFORMED),  # of one device: zeros
    "manifest version": (9106, 8, FORGED),
    "manifest hash": (9114, 32, FORGED),
    "bundle id": (9146, 8, MALFORMED),
    "bundle hash": (9154, 32, FORGED),
    "signed prekey id": (9186, 8, UNKNOWN),
    "prekey kind": (9194, 1, MALFORMED),
    "prekey id": (9195, 8, UNKNOWN),
    "ephemeral": (9203, 1, FORGED),
    "ephemeral, top bit": (9203, 32, MALFORMED),
    "prekey ciphertext": (9235, 1568, FORGED),
    "identity ciphertext": (10803, 1088, FORGED),
    "message": (11891, 8192, FORGED),
    "log proof length": (20083, 1, MALFORMED),
    "log proof": (20085, 1, MALFORMED),
    "the end": (20085, 11547, MALFORMED),
}

FLIPPED_TO = {
    "kind": 0,
    "prekey kind": 3,
    "address": ord("z"),
    "log proof length": 0xFF,
    "ephemeral, top bit": 0x80,
}


@pytest.fixture
def pair() -> tuple[Shadowed, Theirs]:
    bob = Theirs.draw(12)
    alice = Shadowed(Recorder(Random(11).randbytes), bob)
    bob.contacts(alice.ours.manifest(), alice.ours.serve(0))
    return alice, bob


def edited(bob: Theirs, edit: Callable[[bytearray], None]) -> bytes:
    """His first message, edited under the seal."""

    class Edited(Inside):
        def encode(self) -> bytes:
            inside = bytearray(super().encode())
            edit(inside)
            return bytes(inside)

    repeated = bob.session.repeated
    assert repeated
    bob.session.repeated = replace(repeated, inside=Edited(**vars(repeated.inside)))
    envelope = bob.says(b"edited")
    bob.session.repeated = repeated
    return envelope


def refuses(alice: Shadowed, envelope: bytes) -> str:
    names = set()
    for end in (alice.ours, alice.shadow):
        with pytest.raises(Refusal) as refusal:
            end.hears(envelope)
        names.add(str(refusal.value))
    assert not alice.ours.sessions
    assert not alice.shadow.person.sessions
    (name,) = names
    return name


def test_the_fields_are_all_there_are() -> None:
    places = [(offset, size) for offset, size, _ in FIELDS.values()]
    places.append((20084, 1))  # the low byte of the proof's length, below
    ends = sorted((offset + size, offset) for offset, size in places)
    assert ends[-1][0] == initial.INSIDE
    covered = 0
    for end, offset in ends:
        assert offset <= covered
        covered = max(covered, end)


@pytest.mark.parametrize("name", FIELDS)
def test_an_altered_field(pair: tuple[Shadowed, Theirs], name: str) -> None:
    alice, bob = pair
    offset, size, expected = FIELDS[name]
    at = offset + size - 1

    def edit(inside: bytearray) -> None:
        inside[at] = FLIPPED_TO.get(name, inside[at] ^ 1)

    assert refuses(alice, edited(bob, edit)) == expected
    assert alice.hears(bob.says(b"as it was said")) == b"as it was said"


def put(offset: int, value: bytes) -> Callable[[bytearray], None]:
    def edit(inside: bytearray) -> None:
        inside[offset : offset + len(value)] = value

    return edit


FAR = int((NOW + 90_000) * 1000)

VALUES: dict[str, tuple[Callable[[bytearray], None], str]] = {
    "a start taken for a resync": (put(2, b"\2"), FORGED),
    "a number that is known": (put(11, FAR.to_bytes(8, "big")), MALFORMED),
    "a number more than a day ahead": (put(3, FAR.to_bytes(8, "big")), MALFORMED),
    "a number above 2^53": (put(3, b"\xff" * 8), MALFORMED),
    "an address in capitals": (put(29, b"BOB"), MALFORMED),
    "an address without a relay": (put(32, b"."), MALFORMED),
    "an ephemeral key of small order": (put(9203, bytes(32)), MALFORMED),
    "last resort with the id of a pair": (put(9194, b"\2"), UNKNOWN),
    "a proof that is too long": (put(20083, (11_265).to_bytes(2, "big")), MALFORMED),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_is_not_possible(pair: tuple[Shadowed, Theirs], name: str) -> None:
    alice, bob = pair
    edit, expected = VALUES[name]
    assert refuses(alice, edited(bob, edit)) == expected


def test_a_log_proof_is_passed_over_while_there_is_no_log(pair: tuple[Shadowed, Theirs]) -> None:
    alice, bob = pair
    proof = put(20083, b"\0\5proof")
    assert alice.hears(edited(bob, proof)) == b"edited"


def _begins(bob: Theirs, alice: Shadowed, manifest: bytes) -> bytes:
    bob.contacts(manifest, alice.ours.serve(1))
    return bob.says(b"")


def test_a_ghost_device_in_our_manifest_is_an_alarm(pair: tuple[Shadowed, Theirs]) -> None:
    """Bob was shown a manifest of ours that is none: with Alice's key, a thief signed it."""
    alice, bob = pair
    person = alice.shadow.person
    entries = [*person.manifest.entries, Entry.of(Theirs.draw(99).person.device, NOW)]
    ghostly = Manifest.sign(person.signer, entries, NOW, person.manifest.head, bob.draws)
    assert refuses(alice, _begins(bob, alice, ghostly.encode())) == "GhostError"


def test_a_manifest_of_tomorrow_is_not_taken_today(pair: tuple[Shadowed, Theirs]) -> None:
    alice, bob = pair
    sign_with(bob, alice.other.draws, not_before=NOW + 2 * 86_400)
    assert refuses(alice, _begins(bob, alice, alice.ours.manifest())) == "ExpiredError"


def sign_with(bob: Theirs, draws: Draws, not_before: int) -> None:
    person = bob.person
    entries = person.manifest.entries
    person.manifest = Manifest.sign(person.signer, entries, not_before, None, draws)


def test_a_device_that_says_to_be_ours_is_refused(pair: tuple[Shadowed, Theirs]) -> None:
    alice, bob = pair
    person = bob.person
    person.device.id = alice.shadow.person.device.id
    entries = [Entry.of(person.device, NOW)]
    person.manifest = Manifest.sign(person.signer, entries, NOW, None, bob.draws)
    person.device.id = bytes(16)  # his own checks look here
    stapled = person.manifest
    person.manifest = Manifest(stapled.head, [replace(stapled.entries[0], device=bytes(16))])
    bob.contacts(alice.ours.manifest(), alice.ours.serve(1))
    repeated = bob.session.repeated
    assert repeated
    staple = stapled.staple(alice.shadow.person.device.id)
    bob.session.repeated = replace(repeated, inside=replace(repeated.inside, staple=staple))
    assert refuses(alice, bob.says(b"")) == MALFORMED
