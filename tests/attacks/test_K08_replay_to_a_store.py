"""K08: a relay that keeps a first message and delivers it again, and again."""

from pathlib import Path

import pytest

from doorless_client.core.effects import Ask
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import World
from doorless_protocol.frames import Answered, BundleServed


def every_initial_is_new(*_: object) -> None:
    return None


def without_pair(_: Ask, answered: Answered) -> Answered:
    """A relay that serves the last resort alone, whose key is not deleted with its first use."""
    if isinstance(answered, BundleServed):
        return BundleServed(answered.bundle, b"", 0, ())
    return answered


@pytest.mark.attack(
    "K08",
    "a replayed first message is shown once and never resets a session, also after a restart",
    weaken={
        "doorless_client.core.receiving.known_origin": every_initial_is_new,
        "doorless_client.core.receiving.Receiver._delete_pair": every_initial_is_new,
    },
)
@pytest.mark.parametrize("last_resort", [False, True], ids=["one-time", "last resort"])
def test_a_replayed_first_message_is_shown_once_and_resets_nothing(
    tmp_path: Path, last_resort: bool
) -> None:
    with World() as world:
        alice = world.person("alice")
        bob = world.person("bob", open_store(tmp_path / "bob.db", bytes(32), create=True))
        alice.add("bob")
        if last_resort:
            alice.change_answer = without_pair
        alice.says("bob", "hello")
        world.settle()
        first = world.submitted[0]
        bob.accepts("alice")
        world.advance(10)
        (session,) = bob.engine.state.sessions.newest_first()
        for replays in range(4):  # at once, once more, after 50 messages, after a restart
            if replays == 2:
                for number in range(50):
                    alice.says("bob", f"{number}")
                world.settle()
            if replays == 3:
                bob.store.close()
                bob.store = open_store(tmp_path / "bob.db", bytes(32))
                bob.reopen()
            world.put_in_mailbox(first.mailbox, first.envelope)
            world.settle()
        (still,) = bob.engine.state.sessions.newest_first()
        assert still.id == session.id
        assert bob.texts("alice") == ["hello", *map(str, range(50))]
        bob.says("alice", "one session")
        world.settle()
        assert alice.texts("bob")[-1] == "one session"


@pytest.mark.attack(
    "K08",
    "a first message whose session was given up begins no other one",
    weaken={
        "doorless_client.core.receiving.known_origin": every_initial_is_new,
        "doorless_client.core.receiving.Receiver._delete_pair": every_initial_is_new,
    },
)
def test_a_first_message_whose_session_is_gone_begins_no_other() -> None:
    with World() as world:
        alice, bob = world.people("alice", "bob")
        alice.add("bob")
        alice.says("bob", "hello")
        world.settle()
        bob.engine.forget(bob.chat("alice").conversation)
        world.put_in_mailbox(world.submitted[0].mailbox, world.submitted[0].envelope)
        world.settle()
        assert bob.engine.chats() == []
