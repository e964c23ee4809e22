"""A store that writes what changed, and nothing else, always holds the whole session."""

from collections.abc import Callable
from functools import cache
from random import Random as Seeded

import msgspec
import pytest
from msgspec.structs import replace

from doorless_lab.pair import Device, Talker, meet
from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import KemSeed
from doorless_protocol.ratchet.chain import Chain
from doorless_protocol.session import Session
from doorless_protocol.snapshot import CORE, HOP, INITIAL, SCHEMA_VERSION, changes, join, parts

NOW = 1_800_000_000
KEM = KemSeed(b"no session asks for it".ljust(64))  # all are beyond epoch 1
Random = Callable[[int], bytes]


@cache
def device(handle: str) -> Device:
    return Device.draw(handle, NOW, Seeded(handle).randbytes)


def met(random: Random) -> tuple[Talker, Talker]:
    return meet(device("alice"), device("bob"), NOW, random)


def waiting(random: Random, late: int = 100) -> tuple[Talker, list[bytes]]:
    """Bob misses `late` messages of Alice."""
    alice, bob = met(random)
    missed = [alice.says(b"late") for _ in range(late)]
    bob.hears(alice.says(b"on time"))
    return bob, missed


def test_a_session_is_what_its_parts_are(random: Random) -> None:
    alice, bob = met(random)
    begun = device("alice").contact(device("bob"), NOW, random)
    for session in (alice.session, bob.session, begun, waiting(random)[0].session):
        assert join(parts(session)) == session


def test_a_running_session_is_about_one_kilobyte(random: Random) -> None:
    alice, _ = met(random)
    encoded = parts(alice.session)
    assert set(encoded) == {CORE, HOP}
    assert len(encoded[CORE]) < 1024


def test_the_initial_message_is_stored_once_and_deleted_at_the_first_reply(random: Random) -> None:
    session = device("alice").contact(device("bob"), NOW, random)
    assert set(parts(session)) == {CORE, HOP, INITIAL}
    follows, envelope = session.seal(b"hello", random)
    assert set(changes(session, follows).put) == {CORE}
    bob = device("bob")
    answering = bob.accept(bob.unseal(envelope), NOW).session
    replied, _ = follows.open(answering.seal(b"hi", random)[1], NOW, device("alice").us.device.kem)
    assert changes(follows, replied).drop == (INITIAL,)


def test_a_step_writes_the_blocks_that_it_changed(random: Random) -> None:
    bob, missed = waiting(random)
    before = bob.session
    names = [name for name in parts(before) if name.startswith(b"late")]
    assert len(names) == 4  # 100 late keys in blocks of 32
    after, _ = before.open(missed[40], NOW, KEM)
    written = changes(before, after)
    assert len(written.put) == 2
    assert written.drop == ()
    for envelope in missed[-5:]:
        after, _ = after.open(envelope, NOW, KEM)
    assert len(changes(before, after).drop) == 1


def test_nothing_changed_is_nothing_written(random: Random) -> None:
    alice, _ = met(random)
    assert changes(alice.session, alice.session) == ({}, ())


def test_a_store_that_follows_the_changes_holds_the_session(random: Random) -> None:
    """The way a database sees a conversation, with losses and latecomers."""
    alice, bob = met(random)
    dice = Seeded(7)
    stored = parts(bob.session)
    on_the_way: list[bytes] = []

    def keep(follows: Session) -> None:
        put, drop = changes(bob.session, follows)
        for name in drop:
            del stored[name]
        stored.update(put)
        bob.session = follows
        assert join(stored) == follows

    for _ in range(150):
        on_the_way.append(alice.says(b"text"))
        if dice.random() < 0.5:
            envelope = on_the_way.pop(dice.randrange(len(on_the_way)))
            keep(bob.session.open(envelope, NOW, KEM)[0])
        if dice.random() < 0.1:
            follows, envelope = bob.session.seal(b"reply", random)
            keep(follows)
            alice.hears(envelope)
    for envelope in on_the_way:
        keep(bob.session.open(envelope, NOW, KEM)[0])
    assert set(stored) == {CORE, HOP}


def test_the_oldest_late_key_stays_the_oldest(random: Random) -> None:
    bob, _ = waiting(random, late=40)
    shuffled = dict(sorted(parts(bob.session).items(), reverse=True))
    late = join(shuffled).ratchet.late
    (chain,) = late.chains.values()
    assert [number for block in chain.blocks.values() for number in block] == list(range(1, 41))


def test_another_schema_version_is_not_read(random: Random) -> None:
    bob, _ = waiting(random)
    whole = parts(bob.session) | parts(device("alice").contact(device("bob"), NOW, random))
    for name, data in whole.items():
        newer = msgspec.msgpack.decode(data)
        newer[0] = SCHEMA_VERSION + 1
        with pytest.raises(MalformedError, match="schema version 3"):
            join(whole | {name: msgspec.msgpack.encode(newer)})


def test_counters_that_no_session_comes_to_are_not_read(random: Random) -> None:
    _, bob = met(random)
    ratchet = bob.session.ratchet
    double, epochs = ratchet.double, ratchet.epochs
    for ends in (
        {"double": replace(double, keys=replace(double.keys, previous=2**32))},
        {"double": replace(double, keys=replace(double.keys, began=0))},
        {"double": replace(double, keys=replace(double.keys, began=3))},
        {"double": replace(double, receiving=Chain(bytes(32), -1))},
        {"epochs": replace(epochs, sending=Chain(bytes(32), 2**32))},
        {"epochs": replace(epochs, epoch=replace(epochs.epoch, heard=0))},
        {"hop": replace(ratchet.hop, epoch=ratchet.hop.epoch + 2)},
        {"hop": replace(ratchet.hop, epoch=2**53)},
    ):
        encoded = parts(replace(bob.session, ratchet=replace(ratchet, **ends)))
        with pytest.raises(MalformedError, match="counters"):
            join(encoded)


NESTED = b"\x91" * 100_000  # deeper than any decoder goes


@pytest.mark.parametrize(
    "junk", [b"", b"\x90", b"\x91\x01", b"\xff" * 20, b"\x01", b"\xc0", NESTED]
)
def test_what_is_no_session_is_not_read(junk: bytes, random: Random) -> None:
    alice, _ = met(random)
    whole = parts(alice.session)
    for broken in (
        {},
        {CORE: junk},
        {CORE: whole[CORE]},
        whole | {HOP: junk},
        whole | {INITIAL: junk},
        whole | {b"late/0/0": junk},
    ):
        with pytest.raises(MalformedError):
            join(broken)
    for name in (b"other", b"late/x/0", b"late/0", b"late/0/0/0"):
        with pytest.raises(MalformedError):
            join(whole | {name: whole[CORE]})


def test_a_part_of_another_kind_is_not_read(random: Random) -> None:
    bob, _ = waiting(random)
    held = parts(bob.session)
    block = held.pop(next(name for name in held if name.startswith(b"late/")))
    with pytest.raises(MalformedError, match="unknown name"):
        join({**held, b"other/0/0": block})


def leaves(value: object, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Where in nested lists byte strings stand."""
    if isinstance(value, bytes):
        return [path]
    found = []
    if isinstance(value, list):
        for at, each in enumerate(value):
            found += leaves(each, (*path, at))
    return found


def put(value: list, path: tuple[int, ...], new: object) -> list:  # type: ignore[type-arg]
    at, *rest = path
    return [*value[:at], put(value[at], tuple(rest), new) if rest else new, *value[at + 1 :]]


def test_a_number_where_bytes_belong_is_not_read(random: Random) -> None:
    """Keys of a class are handed over by the decoder as they stand, so the class must look."""
    alice, bob = met(random)
    for session in (
        alice.session,
        bob.session,
        device("alice").contact(device("bob"), NOW, random),
    ):
        whole = parts(session)
        for name, data in whole.items():
            decoded = msgspec.msgpack.decode(data)
            for path in leaves(decoded):
                broken = msgspec.msgpack.encode(put(decoded, path, 7))
                with pytest.raises(MalformedError):
                    join(whole | {name: broken})


def test_a_key_of_another_size_is_not_read(random: Random) -> None:
    bob, _ = waiting(random)
    whole = parts(bob.session)
    late = next(name for name in whole if name.startswith(b"late/"))
    decoded = msgspec.msgpack.decode(whole[late])
    for size in (0, 31, 33):
        broken = msgspec.msgpack.encode(put(decoded, (1,), bytes(size)))
        with pytest.raises(MalformedError):
            join(whole | {late: broken})
