"""X14: a device is away for a month, and comes back to a full mailbox and other prekeys."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from doorless_client.core.resync import BROKEN
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import Person, World
from doorless_protocol.prekey_secrets import PrekeySecrets
from doorless_protocol.prekeys import PrekeyId
from doorless_protocol.ratchet import double
from doorless_server.limits import Bounds
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore as RelayStore

QUEUED = int(os.environ.get("DOORLESS_QUEUED", "120"))
"""Messages that wait; 10,000 with the relay's limit raised is the whole attack."""

DAY = 86_400
AWAY = 29 * DAY


def all_but_the_newest(held: Sequence[PrekeySecrets], now: int) -> tuple[PrekeyId, ...]:
    newest = max(one.created for one in held)
    return tuple(one.bundle_id for one in held if one.created < newest)


def somebody(world: World, folder: Path, handle: str) -> Person:
    """With a store on disk where much waits: tables in memory are searched row by row."""
    path = folder / f"{handle}.db"
    return world.person(handle, open_store(path, bytes(32), create=True) if QUEUED > 500 else None)


@pytest.mark.attack(
    "X14",
    "after a month away all that waits is readable, also what was sealed to prekeys of before",
    weaken={"doorless_client.core.prekeys.to_forget": all_but_the_newest},
)
def test_after_a_month_away_all_that_waits_is_readable(tmp_path: Path, record: Any) -> None:
    with World() as world:
        bounds = Bounds(waiting=QUEUED + 100, size=QUEUED * 4096 + 2**20)
        world.relay = Relay(RelayStore(bounds), Identity(world.relay.name), random=world.random)
        alice, bob = somebody(world, tmp_path, "alice"), somebody(world, tmp_path, "bob")
        alice.add("bob")
        bob.add("alice")
        alice.says("bob", "hello")
        world.advance(10)
        carol = world.person("carol")
        carol.add("bob")
        bob.goes(online=False)
        carol.says("bob", "a first contact, under a prekey of today")
        carol.live()
        for number in range(QUEUED):
            alice.says("bob", f"{number}")
            alice.live()
            world.now += AWAY / QUEUED
        world.settle()
        bob.goes(online=True)
        bob.engine.upkeep.tick()  # housekeeping before the mail, at its worst moment
        world.advance(30)
        assert bob.texts("alice")[-QUEUED:] == [f"{number}" for number in range(QUEUED)]
        missing = QUEUED - len({*bob.texts("alice")} & {f"{n}" for n in range(QUEUED)})
        record("X14", "unreadable after a month", missing, f"of {QUEUED:,}", "== 0")
        assert "a first contact, under a prekey of today" in [
            chat.preview for chat in bob.engine.chats()
        ]
        bob.says("alice", "back")
        world.advance(30)
        assert alice.texts("bob")[-1] == "back"


def test_what_the_relay_no_longer_had_shows_as_missing() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.goes(online=False)
        for number in range(5):
            alice.says("bob", f"{number}")
        world.settle()
        for one in bob.mail()[:3]:  # as a relay does when their time is over
            bob.acknowledge([one.envelope_id])
        bob.goes(online=True)
        world.advance(30)
        heard = [(one.text, one.gap) for one in bob.messages("alice") if not one.mine]
        assert heard[1:] == [("3", 3), ("4", 0)]


def test_too_many_lost_at_once_begin_anew_and_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gap that the ratchet does not bridge: told, begun anew, and repeated without a loss."""
    monkeypatch.setattr(double, "MAX_GAP", 20)
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.goes(online=False)
        for number in range(30):
            alice.says("bob", f"{number}")
        world.settle()
        for one in bob.mail()[:-1]:
            bob.acknowledge([one.envelope_id])
        bob.goes(online=True)
        world.advance(30)
        assert BROKEN in bob.notes("alice")
        assert bob.texts("alice")[1:] == [f"{number}" for number in range(30)]
