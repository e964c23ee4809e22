"""R23: counters near their limits: the next step is refused, never wrapped."""

from random import Random as Seeded

import pytest
from msgspec.structs import replace

from doorless_lab.pair import Device, Talker, meet
from doorless_protocol.content import Content, Text
from doorless_protocol.encoding import MAX_NUMBER
from doorless_protocol.errors import BrokenSessionError, DoorlessError, MalformedError
from doorless_protocol.frames import Call, Incarnation, Lookup, decode_call, encode
from doorless_protocol.primitives import KemSeed, kem768_public
from doorless_protocol.ratchet.chain import LAST_NUMBER, Chain
from doorless_protocol.ratchet.header import Header
from doorless_protocol.ratchet.hop import (
    LAST_EPOCH,
    Drawing,
    Holding,
    start_initiator,
    start_responder,
)

NOW = 1_800_000_000


@pytest.fixture
def pair() -> tuple[Talker, Talker]:
    random = Seeded(23).randbytes
    return meet(*(Device.draw(name, NOW, random) for name in ("alice", "bob")), NOW, random)


def with_chain(talker: Talker, which: str, number: int) -> None:
    """As if so many messages had left in the chain in use already."""
    session = talker.session
    ratchet = session.ratchet
    if which == "classical":
        sending = ratchet.double.sending
        assert sending is not None
        double = replace(ratchet.double, sending=Chain(sending.key, number))
        ratchet = replace(ratchet, double=double)
    else:
        sending = ratchet.epochs.sending
        epochs = replace(ratchet.epochs, sending=Chain(sending.key, number))
        ratchet = replace(ratchet, epochs=epochs)
    talker.session = replace(session, ratchet=ratchet)


@pytest.mark.attack(
    "R23",
    "a chain that is full seals nothing more, and its state stays as it is",
    weaken={
        "doorless_protocol.ratchet.double.check_room": lambda number: None,
        "doorless_protocol.ratchet.epochs.check_room": lambda number: None,
    },
)
@pytest.mark.parametrize("which", ["classical", "post-quantum"])
def test_a_full_chain_seals_nothing(pair: tuple[Talker, Talker], which: str) -> None:
    alice, _ = pair
    with_chain(alice, which, LAST_NUMBER - 1)
    alice.says(b"the last one")
    full = alice.session
    for _ in range(2):
        try:
            alice.says(b"one more")
        except ValueError:
            assert alice.session is full
        except Exception as error:  # what wraps somewhere else
            pytest.fail(f"not refused, but broken: {error!r}")
        else:
            pytest.fail("a message left in a place that no message has")


@pytest.mark.attack(
    "R23",
    "a header whose counters are at their ends is refused, also from who holds the keys",
    weaken={"doorless_protocol.ratchet.header.check_counters": lambda *_: None},
)
@pytest.mark.parametrize("field", ["previous", "number", "index", "label"])
def test_a_header_at_the_end_is_refused(field: str) -> None:
    values = {"dh": bytes(32), "previous": 1, "number": 1, "label": 1, "index": 1}
    values[field] = 2**64 - 1 if field == "label" else LAST_NUMBER
    with pytest.raises(BrokenSessionError):
        Header.decode(header_of(**values))


def header_of(dh: bytes, previous: int, number: int, label: int, index: int) -> bytes:
    counters = (previous, number, label, index)
    sizes = (4, 4, 8, 4)
    encoded = (value.to_bytes(size) for value, size in zip(counters, sizes, strict=True))
    return dh + b"".join(encoded) + bytes(4)


@pytest.mark.attack(
    "R23",
    "the last epoch leads to no further one",
    weaken={"doorless_protocol.ratchet.hop.check_epoch": lambda epoch: None},
)
def test_the_last_epoch_leads_nowhere() -> None:
    auth = start_initiator(bytes(32)).auth
    keys = kem768_public(KemSeed(bytes(64)))
    for state in (
        Drawing(LAST_EPOCH, auth),
        Holding(LAST_EPOCH, auth, start_responder(bytes(32), keys).theirs),
    ):
        try:
            state.send(Seeded(1).randbytes)
        except ValueError:
            continue
        pytest.fail("an epoch after the last one")


@pytest.mark.attack(
    "R23",
    "a session number that would outlast all honest ones is refused, and spends nothing",
    weaken={"doorless_protocol.first_contact.check_number": lambda number, now: None},
)
@pytest.mark.parametrize("known", [10**13, MAX_NUMBER - 1])
def test_a_session_number_near_its_end_is_refused(known: int) -> None:
    """Else nobody could begin a session with this device that takes its place, ever."""
    random = Seeded(24).randbytes
    alice, bob = Device.draw("alice", NOW, random), Device.draw("bob", NOW, random)
    greedy = alice.contact(bob, NOW, random, known=known)
    assert greedy.number == known + 1
    before = bob.secrets.encode()
    with pytest.raises(MalformedError):
        bob.accept(bob.unseal(greedy.seal(b"for ever", random)[1]), NOW)
    assert bob.secrets.encode() == before
    honest = alice.contact(bob, NOW, random).seal(b"hello", random)[1]
    assert bob.accept(bob.unseal(honest), NOW).content == b"hello"


@pytest.mark.parametrize(
    "frame",
    [
        Call(1, Incarnation(0, MAX_NUMBER + 1)),
        Call(1, Incarnation(MAX_NUMBER + 1, 1)),
        Call(1, Lookup("alice", MAX_NUMBER + 1)),
        Call(2**64 - 1, Lookup("alice", 0)),
    ],
)
def test_a_number_on_the_wire_ends_at_its_bound(frame: Call) -> None:
    with pytest.raises(MalformedError):
        decode_call(encode(frame))


@pytest.mark.parametrize("field", ["counter", "time", "version", "kind"])
def test_a_number_in_a_content_ends_at_its_bound(field: str) -> None:
    said = Content.saying(
        Text("hello"), id=bytes(16), counter=0, previous=bytes(32), conversation=bytes(32), time=0
    )
    for value in (2**53, 2**63, 2**64 - 1):
        with pytest.raises(DoorlessError):
            Content.decode(replace(said, **{field: value}).encode())
