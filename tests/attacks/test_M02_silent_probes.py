"""M02 ("Careless Whisper"): what shows nothing is sent, and answers tell whether we are there."""

import msgspec
import pytest

from acting import does, said
from doorless_client.core.outbox import Outbox
from doorless_client.core.settings import Settings
from doorless_lab.world import World
from doorless_lab.world_person import RELAY
from doorless_protocol.content import (
    Body,
    Content,
    Control,
    Delete,
    Edit,
    Profile,
    React,
    Receipt,
    Text,
    Timer,
    Typing,
)
from doorless_protocol.first_contact import Us
from doorless_protocol.keys import conversation_id

ID = bytes(16)

PROBES: tuple[Body, ...] = (
    Text("are you there?"),
    React(bytes(32), ID, "☕"),
    Edit(ID, "words"),
    Delete(ID),
    Timer(3600, 1),
    Receipt((ID,), read=True),
    Typing(True),
    Profile("Eve", ID, b""),
    Control(),
)


@pytest.mark.attack(
    "M02",
    "a stranger hears nothing, whatever he sends",
    weaken={
        "doorless_client.core.hearing.is_stranger": lambda contact: False,
        "doorless_client.core.hearing.is_believed": lambda session: True,
    },
)
def test_a_stranger_who_probes_hears_nothing() -> None:
    with World() as world:
        bob, eve = world.people("bob", "eve")
        state = eve.engine.state
        us = Us(state.manifest, state.keys, f"eve@{RELAY}")
        session = world.write_first(us, bob, Text("hello"))
        world.settle()
        id = bob.messages("eve")[0].id
        conversation = conversation_id(eve.engine.me.account, bob.engine.me.account)
        sent = len(world.submitted)
        named = (React(eve.engine.me.account, id, "☕"), Edit(id, "words"), Delete(id))
        for number, body in enumerate((*PROBES, *named)):
            content = Content.saying(
                body,
                id=world.random(16),
                counter=number + 1,
                previous=bytes(32),
                conversation=conversation,
                time=int(world.now * 1000) + number,
            )
            session, envelope = session.seal(content.encode(), world.random)
            world.put_in_mailbox(bob.engine.state.keys.mailbox, envelope)
            world.advance(20)
        world.advance(3600)
        assert len(world.submitted) == sent
        assert bob.messages("eve")[0].text == "hello"
        assert bob.messages("eve")[0].reactions == ()


def at_once(self: Outbox, *_args: object, **_named: object) -> float:
    return self._state.clock()


@pytest.mark.attack(
    "M02",
    "a contact who probes gets one receipt for all, and no quicker than they are gathered",
    weaken={"doorless_client.core.receipts.Receipts._due": at_once},
)
def test_a_contact_who_probes_learns_little() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.engine.change_settings(
            msgspec.structs.replace(Settings(), receipt_delay=(30.0, 30.0), read_receipts=False)
        )
        alice.says("bob", "look")
        world.advance(60)
        id, before = said(bob, "alice", "look").id, len(world.submitted)
        probes = 0
        for second in range(3):
            for each in range(3):
                act = React(alice.engine.me.account, id, f"{each}")
                does(world, alice, "bob", act, time=int(world.now * 1000) + each)
                probes += 1
            world.advance(second + 1)
        world.advance(60)
        assert len(world.submitted) - before <= 1
        assert len(bob.store.acts.find()) == probes
