"""R11: somebody makes us say again what we said, to keys that are not our contact's."""

import pytest

from doorless_client.core.outbox import Outbox
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import State, Trust
from doorless_client.store.records import Contact
from doorless_lab.world import Person, World, showing
from impostor import Impostor

SAID = [f"for Bob alone {number}" for number in range(3)]


def says_what_is_not_delivered(world: World, alice: Person, bob: Person) -> None:
    """Three messages that the relay has, and that Bob does not hear."""
    bob.goes(online=False)
    for words in SAID:
        alice.says("bob", words)
    world.settle()
    assert [one.state for one in alice.messages("bob")[-3:]] == [State.SENT] * 3


@pytest.mark.attack(
    "R11",
    "who begins anew in a contact's name is told nothing that was said before",
    weaken={
        "doorless_client.core.outbox.needs_confirmation": lambda: False,
        "doorless_client.core.introductions.may_be_told": lambda _: True,
    },
)
def test_an_impostor_is_told_nothing_that_was_said_before() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        says_what_is_not_delivered(world, alice, bob)
        impostor = Impostor(world, alice, bob)
        world.advance(30)
        assert impostor.reads() == ["Control"]
        assert "a new session began with bob; not confirmed yet" in alice.notes("bob")
        assert len(alice.store.unacknowledged.find()) == 3
        bob.goes(online=True)  # who finds in his own session what the impostor never saw
        world.advance(30)
        assert bob.texts("alice")[-3:] == SAID


def accepts_by_itself(
    keeper: TrustKeeper, contact: Contact, why: str, *, offered: bytes
) -> Contact:
    """What WhatsApp did: new keys are taken, and what was not delivered is sealed to them."""
    changed = contradict(keeper, contact, why, offered=offered)
    accepted = keeper.accept_keys(changed)
    outbox = Outbox(keeper._state, keeper._conversations, keeper._devices)
    outbox.readdress(accepted, contact.account)
    return accepted


contradict = TrustKeeper.contradict


@pytest.mark.attack(
    "R11",
    "nothing is sealed to exchanged keys before the person accepts them",
    weaken={"doorless_client.core.trust.TrustKeeper.contradict": accepts_by_itself},
)
def test_nothing_is_said_again_to_exchanged_keys_before_the_person_accepts() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        mallory = world.person("mallory")
        says_what_is_not_delivered(world, alice, bob)
        alice.change_answer = showing(mallory.engine.state.manifest)
        world.now += 700
        alice.says("bob", "and this")
        before = len(world.submitted)
        world.advance(30)
        assert alice.chat("bob").trust is Trust.CHANGED
        assert len(world.submitted) == before
        assert mallory.mail() == []
        alice.accepts("bob")
        world.advance(30)
        heard = [one.text for chat in mallory.engine.chats() for one in _texts(mallory, chat)]
        assert heard == [*SAID, "and this"]


def _texts(person: Person, chat: object) -> list[object]:
    history = person.engine.history(chat.conversation)  # type: ignore[attr-defined]
    return [one for one in history.slice(0, len(history)) if not one.mine and one.id]
