"""R10: who stole a prekey begins a session in a contact's name, to change what the contact said."""

import pytest

from acting import said
from doorless_lab.world import World
from doorless_protocol.content import Body, Delete, Edit, React, Text, Timer


@pytest.mark.attack(
    "R10",
    "nothing that was said is changed in a session that is not confirmed",
    weaken={"doorless_client.core.hearing.is_believed": lambda session: True},
)
def test_a_stolen_prekey_edits_and_deletes_nothing() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.says("bob", "meet at nine")
        world.advance(30)
        target = said(bob, "alice", "meet at nine")
        acts: tuple[Body, ...] = (
            Edit(target.id, "meet at the bridge"),
            Delete(target.id),
            React(alice.engine.me.account, target.id, "☕"),
            Timer(60, 1),
        )
        for act in acts:
            known = int(world.now * 1000) + 60_000
            session = world.write_first(alice.engine.state.us, bob, Text("it is me"), known=known)
            bob.live()
            content = alice.next_content("bob", act).encode()
            world.put_in_mailbox(
                bob.engine.state.keys.mailbox, session.seal(content, world.random)[1]
            )
            bob.live()
        kept = said(bob, "alice", "meet at nine")
        assert (kept.edited, kept.deleted, kept.reactions) == (0, False, ())
        assert bob.chat("alice").lasts == 0
