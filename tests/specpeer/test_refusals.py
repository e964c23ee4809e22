"""What the specification refuses though it is authentic, both refuse, and by the same name.

Bob is SpecPeer, with the keys of the session and no manners: he edits the header or the body
before he seals it. Alice is ours with a shadow (shadowed.py). After each refusal the honest
message opens.
"""

import copy
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from beside_ours import Theirs
from doorless_lab.tape import Recorder
from shadowed import Shadowed
from specpeer.hop import CT, EK, FIELD
from specpeer.ratchet import Header, Ratchet
from specpeer.wire import u16

BROKEN, MALFORMED, SKIPPED, FORGED = (
    "BrokenSessionError",
    "MalformedError",
    "SkippedTooFarError",
    "ForgedError",
)


class SpareBytes(Header):
    def encode(self) -> bytes:
        return super().encode()[:-1] + b"\1"


class Unmannerly(Ratchet):
    edit: Callable[[Header], Header] = staticmethod(lambda header: header)
    write: Callable[[bytes], bytes] = staticmethod(lambda body: body)

    def _header_of_next(self) -> Header:
        return type(self).edit(super()._header_of_next())

    def _body(self, field: bytes, content: bytes, size: int) -> bytes:
        return type(self).write(super()._body(field, content, size))


def says(
    bob: Theirs,
    edit: Callable[[Header], Header] = Unmannerly.edit,
    write: Callable[[bytes], bytes] = Unmannerly.write,
) -> bytes:
    """An envelope that leaves Bob's own state as it was."""
    kept = bob.session.ratchet
    ratchet = copy.deepcopy(kept)
    ratchet.__class__ = type("Edited", (Unmannerly,), {"edit": edit, "write": write})
    bob.session.ratchet = ratchet
    envelope = bob.says(b"edited")
    bob.session.ratchet = kept
    return envelope


def changing(**fields: Callable[[int], int]) -> Callable[[Header], Header]:
    def edit(header: Header) -> Header:
        return replace(header, **{name: to(getattr(header, name)) for name, to in fields.items()})

    return edit


def to(value: int) -> Callable[[int], int]:
    return lambda _: value


def plus(value: int) -> Callable[[int], int]:
    return lambda held: held + value


def new_key(key: bytes) -> Callable[[Header], Header]:
    return lambda header: replace(header, dh=key)


SECOND_ENCODING = (2**255 - 19 + 9).to_bytes(32, "little")

HEADERS: dict[str, tuple[Callable[[Header], Header], str, str]] = {
    # name: (edit, refused as the first of a turn, refused within a chain)
    "previous at its end": (changing(previous=to(2**32 - 1)), BROKEN, BROKEN),
    "number at its end": (changing(number=to(2**32 - 1)), BROKEN, BROKEN),
    "index at its end": (changing(index=to(2**32 - 1)), BROKEN, BROKEN),
    "label 0": (changing(label=to(0)), BROKEN, BROKEN),
    "label too large": (changing(label=to(2**53)), BROKEN, BROKEN),
    "label of the past": (changing(label=plus(-1)), BROKEN, BROKEN),
    "label far ahead": (changing(label=plus(2)), BROKEN, BROKEN),
    "moved, and did not": (changing(flags=to(1)), BROKEN, "opens"),
    "unknown flag": (changing(flags=to(2)), BROKEN, BROKEN),
    "index behind": (changing(index=plus(1)), BROKEN, BROKEN),
    "gap without index": (changing(number=plus(1)), BROKEN, BROKEN),
    "another place": (changing(number=plus(1), index=plus(1)), FORGED, FORGED),
    "too far": (changing(number=plus(1001), index=plus(1001)), SKIPPED, SKIPPED),
    "longer last chain": (changing(previous=plus(1)), BROKEN, "opens"),
    "too long last chain": (changing(previous=plus(1001)), SKIPPED, "opens"),
    "zero key": (new_key(bytes(32)), MALFORMED, BROKEN),
    "second encoding": (new_key(SECOND_ENCODING), MALFORMED, BROKEN),
    "another key": (new_key(b"\x09".ljust(32, b"\0")), FORGED, BROKEN),
}


def field_of(kind: int, value: bytes, mac: bytes = bytes(32)) -> Callable[[bytes], bytes]:
    field = bytes([kind]) + value.ljust(1184, b"\0") + mac
    return lambda body: field + body[FIELD:]


def content_of(length: int, after: bytes) -> Callable[[bytes], bytes]:
    return lambda body: (body[:FIELD] + u16(length) + after).ljust(len(body), b"\0")


BODIES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "unknown kind": (field_of(3, b""), BROKEN),
    "nothing with a value": (field_of(0, b"x"), BROKEN),
    "nothing with a MAC": (field_of(0, b"", b"x" * 32), BROKEN),
    "answer with spare bytes": (field_of(CT, bytes(1183) + b"x"), BROKEN),
    "answer with a wrong MAC": (field_of(CT, bytes(1088)), BROKEN),
    "key that nobody waits for": (field_of(EK, bytes(1184)), "opens"),
    "length beyond the body": (content_of(65_535, b""), BROKEN),
    "padding": (content_of(2, b"hi!"), BROKEN),
}


@pytest.fixture
def pair() -> tuple[Shadowed, Theirs]:
    """Alice offers a key, in a chain that Bob heard: his next message is a turn, and answers."""
    bob = Theirs.draw(12)
    alice = Shadowed(Recorder(Random(11).randbytes), bob)
    alice.contacts(0)
    bob.hears(alice.says(b""))
    for _ in range(6):
        alice.hears(bob.says(b""))
        bob.hears(alice.says(b""))
    assert alice.shadow.session.ratchet.hop.state == "O1"
    return alice, bob


def verdict(alice: Shadowed, envelope: bytes, expected: str) -> None:
    if expected == "opens":
        kept = alice.ours.sessions[:], copy.deepcopy(alice.shadow.person.sessions)
        assert alice.hears(envelope) == b"edited"
        alice.ours.sessions, alice.shadow.person.sessions = kept
    else:
        assert alice.refuses(envelope) == expected


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_does_not_fit(pair: tuple[Shadowed, Theirs], name: str) -> None:
    alice, bob = pair
    edit, turning, going_on = HEADERS[name]
    verdict(alice, says(bob, edit), turning)
    assert alice.hears(bob.says(b"as it should be")) == b"as it should be"
    verdict(alice, says(bob, edit), going_on)
    assert alice.hears(bob.says(b"and goes on")) == b"and goes on"


def test_spare_bytes_in_a_header(pair: tuple[Shadowed, Theirs]) -> None:
    alice, bob = pair
    assert alice.refuses(says(bob, lambda header: SpareBytes(**vars(header)))) == BROKEN
    assert alice.hears(bob.says(b"honest")) == b"honest"


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_not_in_its_form(pair: tuple[Shadowed, Theirs], name: str) -> None:
    alice, bob = pair
    write, expected = BODIES[name]
    verdict(alice, says(bob, write=write), expected)
    assert alice.hears(bob.says(b"honest")) == b"honest"


def test_a_turn_out_of_place(pair: tuple[Shadowed, Theirs]) -> None:
    """Bob's thief turns once more, without having heard Alice."""
    alice, bob = pair
    alice.hears(bob.says(b"a turn"))
    bob.session.ratchet.second_half(bytes(range(32)))
    assert alice.refuses(bob.says(b"and another")) == BROKEN


def test_a_late_message_under_another_label(pair: tuple[Shadowed, Theirs]) -> None:
    alice, bob = pair
    late = says(bob, changing(label=plus(1)))
    bob.says(b"the true one")
    alice.hears(bob.says(b"the next"))
    assert alice.refuses(late) == BROKEN
