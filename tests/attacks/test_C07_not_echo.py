"""C07: somebody who calls himself Echo is a contact like any other."""

import msgspec
import pytest

from doorless_client.core.echo import Echo
from doorless_lab.world import World


@pytest.mark.attack(
    "C07",
    "who calls himself Echo is not taken for the partner that lives on this computer",
    weaken={"doorless_client.core.echo.is_its_conversation": lambda echo, conversation: True},
)
def test_who_calls_himself_echo_is_not_answered_here() -> None:
    with World() as world:
        alice, _ = world.people("alice", "mallory")
        echo = Echo(alice.engine.state)
        echo.begin()
        mallory = alice.add("mallory")
        (contact,) = alice.store.contacts.find()
        with alice.engine.state.change():
            alice.store.contacts.put(msgspec.structs.replace(contact, name="Echo"))
        assert not echo.is_here(mallory.conversation)
        assert not alice.engine.chat(mallory.conversation).echo
