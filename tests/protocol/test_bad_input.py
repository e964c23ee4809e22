"""Every field of every structure, altered in every way: refused, and nothing else happens.

The fields come from the byte tables in the docstrings, so a new one is altered, too. A sample
runs always; with DOORLESS_EVERY_POINT=1 it is every bit of every structure.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random as Seeded
from typing import NamedTuple

import pytest

from doorless_lab.pair import Device, Talker, meet
from doorless_protocol import envelope as envelopes
from doorless_protocol.content import Content, Text
from doorless_protocol.envelope import INSIDE_SIZE
from doorless_protocol.errors import DoorlessError, ForgedError, MalformedError
from doorless_protocol.frames import Call, Lookup, decode_call, encode
from doorless_protocol.manifest import DeviceEntry, Manifest, SignedHead, Staple
from doorless_protocol.prekeys import OneTimePair, ServedBundle, SignedBundle
from doorless_protocol.primitives import hpke_open, hpke_seal
from doorless_protocol.ratchet import triple
from doorless_protocol.snapshot import join, parts

NOW = 1_800_000_000
EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))
ROW = re.compile(r"^ +(\d+) +(\d+|\.\.\.) +(\w.*?)(?:  |$)", re.MULTILINE)

pytestmark = pytest.mark.timeout(7200 if EVERY_POINT else 120)


class Field(NamedTuple):
    name: str
    start: int
    stop: int


def fields_of(docstring: str | None, size: int) -> list[Field]:
    """The byte table of a docstring; a field of no size goes to the end."""
    assert docstring is not None
    found = []
    for offset, length, name in ROW.findall(docstring):
        start = int(offset)
        found.append(Field(name, start, size if length == "..." else start + int(length)))
    assert len(found) > 2, "no byte table"
    assert [field.start for field in found[1:]] == [field.stop for field in found[:-1]]
    return found


@dataclass(frozen=True)
class Structure:
    """Bytes that are taken as they are, and in no other form.

    Attributes:
        foreign: the same structure of another session, account or device.
        accept: raises a DoorlessError for what is refused.
        free: fields that its own author may fill as he likes.
    """

    genuine: bytes
    foreign: bytes
    fields: list[Field]
    accept: Callable[[bytes], None]
    free: tuple[str, ...] = ()


def mutations(one: Structure) -> Iterator[tuple[str, bytes]]:
    data, dice = one.genuine, Seeded(len(one.genuine))
    for field in one.fields:
        name, start, stop = field
        if name in one.free:
            continue
        for bit in bits(field, dice):
            altered = bytearray(data)
            altered[bit // 8] ^= 1 << bit % 8
            yield f"bit {bit} of {name}", bytes(altered)
        for how, value in (
            ("zeros", bytes(stop - start)),
            ("ones", b"\xff" * (stop - start)),
            ("another's", one.foreign[start:stop]),
            ("nothing", b""),
            ("itself twice", data[start:stop] * 2),
        ):
            yield f"{how} in place of {name}", data[:start] + value + data[stop:]
        yield f"the end before {name}", data[:start]
    for more in (b"\0", b"\xff", bytes(32), data):
        yield f"{len(more)} bytes more", data + more
    for less in (1, 16, len(data) // 2):
        yield f"{less} bytes less", data[:-less]


def bits(field: Field, dice: Seeded) -> Iterator[int]:
    first, last = field.start * 8, field.stop * 8 - 1
    if EVERY_POINT:
        yield from range(first, last + 1)
    else:
        yield from {first, first + 7, last, *(dice.randrange(first, last + 1) for _ in range(2))}


# --- the structures ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def people() -> tuple[Device, Device, Device]:
    random = Seeded(30).randbytes
    alice, bob, eve = (Device.draw(name, NOW, random) for name in ("alice", "bob", "eve"))
    return alice, bob, eve


def expect(found: object, wanted: object) -> None:
    if found != wanted:
        raise ForgedError("another one than was asked for")


def head(people: tuple[Device, Device, Device]) -> Structure:
    alice, _, eve = (one.us.manifest.head for one in people)

    def accept(data: bytes) -> None:
        expect(SignedHead.decode(data).account, alice.account)

    genuine = alice.encode()
    fields = fields_of(SignedHead.__doc__, len(genuine))
    return Structure(genuine, eve.encode(), fields, accept)


def manifest(people: tuple[Device, Device, Device]) -> Structure:
    alice, _, eve = (one.us.manifest for one in people)

    def accept(data: bytes) -> None:
        expect(Manifest.decode(data).account, alice.account)

    size = len(alice.head.encode())
    entry = [
        Field(f"entry's {name}", size + start, size + stop)
        for name, start, stop in fields_of(DeviceEntry.__doc__, 3240)
    ]
    fields = [*fields_of(SignedHead.__doc__, size), *entry]
    return Structure(alice.encode(), eve.encode(), fields, accept)


def staple(people: tuple[Device, Device, Device]) -> Structure:
    alice, _, eve = (one.us.manifest.staple(one.us.device.device).encode() for one in people)
    account = people[0].us.manifest.account

    def accept(data: bytes) -> None:
        expect(Staple.decode(data).account, account)

    return Structure(alice, eve, fields_of(Staple.__doc__, len(alice)), accept)


def bundle(people: tuple[Device, Device, Device]) -> Structure:
    _, bob, eve = people
    entry = bob.us.manifest.entry(bob.us.device.device)

    def accept(data: bytes) -> None:
        SignedBundle.decode(data).verify(entry, bob.us.manifest.account, NOW)

    genuine = bob.bundle.encode()
    fields = fields_of(SignedBundle.__doc__, len(genuine))
    return Structure(genuine, eve.bundle.encode(), fields, accept)


def pair(people: tuple[Device, Device, Device]) -> Structure:
    _, bob, eve = people
    entry, served = bob.us.manifest.entry(bob.us.device.device), bob.serve()

    def accept(data: bytes) -> None:
        other = ServedBundle.decode(bob.bundle.encode(), data, served.index, served.path)
        other.check(entry, bob.us.manifest.account, NOW)

    genuine, foreign = (one.pairs[0].encode() for one in (bob, eve))
    return Structure(genuine, foreign, fields_of(OneTimePair.__doc__, len(genuine)), accept)


def initial(people: tuple[Device, Device, Device]) -> Structure:
    """The inside of a first contact, which whoever began it may have sealed as he liked."""
    alice, bob, eve = people
    random = Seeded(31).randbytes

    def inside(device: Device) -> bytes:
        session = device.contact(bob, NOW, random)
        assert session.unanswered is not None
        envelope = session.seal(b"hello", random)[1]
        return hpke_open(bob.secrets.envelope, session.unanswered.info, envelope)

    begun = alice.contact(bob, NOW, random).unanswered
    assert begun is not None

    def accept(data: bytes) -> None:
        bob.accept(bob.unseal(hpke_seal(begun.envelope_key, begun.info, data)), NOW)

    fields = fields_of(envelopes.__doc__, INSIDE_SIZE)
    free = ("log proof length", "log proof")  # a claim of its author's, until there is a log
    return Structure(inside(alice), inside(eve), fields, accept, free)


@dataclass
class Conversation:
    """Bob's side of one, to which envelopes are given."""

    bob: Talker

    def accept(self, envelope: bytes) -> None:
        before = self.bob.session
        try:
            self.bob.hears(envelope)
        except DoorlessError:
            assert self.bob.session is before
            raise


def steady(people: tuple[Device, Device, Device]) -> Structure:
    alice, bob, eve = people
    random = Seeded(32).randbytes
    talker, listener = meet(alice, bob, NOW, random)
    stranger, _ = meet(eve, bob, NOW, random)
    genuine, foreign = talker.says(b"x" * 100), stranger.says(b"y" * 100)
    fields = fields_of(triple.__doc__, len(genuine))
    return Structure(genuine, foreign, fields, Conversation(listener).accept)


STRUCTURES = (head, manifest, staple, bundle, pair, initial, steady)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_whatever_is_altered_is_refused_and_the_genuine_one_is_taken(
    structure: Callable[[tuple[Device, Device, Device]], Structure],
    people: tuple[Device, Device, Device],
) -> None:
    one = structure(people)
    before = [device.secrets.encode() for device in people]
    tried = 0
    for name, altered in mutations(one):
        if altered == one.genuine:
            continue  # zeros where there were zeros
        try:
            one.accept(altered)
        except DoorlessError:
            tried += 1
        else:
            pytest.fail(f"accepted: {name}")
    assert tried > 8 * len(one.fields) / 2
    assert [device.secrets.encode() for device in people] == before
    one.accept(one.genuine)


# --- what has no signature of its own: it has one form, or is none -----------------------------


def stored_parts(people: tuple[Device, Device, Device]) -> dict[bytes, bytes]:
    random = Seeded(33).randbytes
    talker, listener = meet(*people[:2], NOW, random)
    for _ in range(3):
        talker.says(b"lost")
    listener.hears(talker.says(b"after a gap"))
    return parts(listener.session)


def content_bytes() -> bytes:
    said = Content.saying(
        Text("hello"), id=bytes(16), counter=70, previous=bytes(32), conversation=bytes(32), time=9
    )
    return said.encode()


def again_content(data: bytes) -> bytes:
    content = Content.decode(data)
    content.say()
    return content.encode()


def again_call(data: bytes) -> bytes:
    return encode(decode_call(data))


def altered_anyhow(data: bytes) -> Iterator[bytes]:
    dice = Seeded(len(data))
    every = range(len(data) * 8)
    for bit in every if EVERY_POINT or len(data) < 300 else dice.sample(every, 1500):
        altered = bytearray(data)
        altered[bit // 8] ^= 1 << bit % 8
        yield bytes(altered)
    for size in range(0, len(data), 1 + len(data) // 200):
        yield data[:size]
    yield from (data + b"\0", data + data, b"")


@pytest.mark.parametrize(
    ("genuine", "again"),
    [(content_bytes(), again_content), (encode(Call(7, Lookup("alice", 0))), again_call)],
    ids=["content", "frame"],
)
def test_a_form_is_one_or_none(genuine: bytes, again: Callable[[bytes], bytes]) -> None:
    """Whoever may write it, writes it so; and nothing else than a refusal comes of the rest."""
    assert again(genuine) == genuine
    for altered in altered_anyhow(genuine):
        try:
            assert again(altered) == altered
        except MalformedError:
            continue


def test_a_stored_session_is_read_in_its_form_or_not_at_all(
    people: tuple[Device, Device, Device],
) -> None:
    """The database authenticates it; this is what is left where that is not looked at."""
    stored = stored_parts(people)
    whole = join(stored)
    for name, data in stored.items():
        for altered in altered_anyhow(data):
            try:
                assert join({**stored, name: altered}) is not None
            except MalformedError:
                continue
    others = stored_parts((people[2], people[1], people[0]))
    for name in stored:
        without = {other: data for other, data in stored.items() if other != name}
        try:
            assert join(without) != whole
        except MalformedError:
            continue
    with pytest.raises(MalformedError):
        join({**stored, b"another part": others[min(others)]})
    assert parts(join(stored)) == stored
