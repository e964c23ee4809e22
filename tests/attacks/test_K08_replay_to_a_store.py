"""K08: a relay that keeps a first message and delivers it again, and again."""

from pathlib import Path

import pytest

from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import World


def every_initial_is_new(*_: object) -> None:
    return None


@pytest.mark.attack(
    "K08",
    "a replayed first message is shown once and never resets a session, also after a restart",
    weaken={
        "doorless_client.core.receiving.known_origin": every_initial_is_new,
        "doorless_client.core.receiving.Receiver._delete_pair": every_initial_is_new,
    },
)
def test_a_replayed_first_message_is_shown_once_and_resets_nothing(tmp_path: Path) -> None:
    with World() as world:
        alice = world.person("alice")
        bob = world.person("bob", open_store(tmp_path / "bob.db", bytes(32), create=True))
        alice.add("bob")
        alice.says("bob", "hello")
        world.settle()
        first = world.submitted[0]
        bob.accepts("alice")
        world.advance(10)
        (session,) = bob.engine.state.sessions.newest_first()
        for replays in range(3):
            if replays == 1:
                for number in range(50):
                    alice.says("bob", f"{number}")
                world.settle()
            if replays == 2:
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
