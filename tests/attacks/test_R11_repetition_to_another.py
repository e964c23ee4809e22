"""R11: somebody makes us say again what we said, to keys that are not our contact's."""

import pytest

from doorless_client.core.outbox import Outbox
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import State, Trust
from doorless_client.store.records import Contact
from doorless_lab.world import Person, World, showing
from doorless_protocol.content import NO_PREVIOUS, Content, Control
from doorless_protocol.errors import DoorlessError
from doorless_protocol.first_contact import initiate
from doorless_protocol.frames import BundleServed, FetchBundle
from doorless_protocol.handshake import Kind
from doorless_protocol.keys import conversation_id
from doorless_protocol.prekeys import ServedBundle
from doorless_protocol.session import Session

SAID = [f"for Bob alone {number}" for number in range(3)]


def says_what_is_not_delivered(world: World, alice: Person, bob: Person) -> None:
    """Three messages that the relay has, and that Bob does not hear."""
    bob.goes(online=False)
    for words in SAID:
        alice.says("bob", words)
    world.settle()
    assert [one.state for one in alice.messages("bob")[-3:]] == [State.SENT] * 3


class Impostor:
    """Begins anew in Bob's name, as who stole Alice's signed prekey can; and hears what she says.

    He cannot decapsulate under Bob's identity KEM key. What he reads, he reads without that
    half, as a changed program would: the test lends it to him.
    """

    def __init__(self, world: World, alice: Person, bob: Person) -> None:
        self._world, self._alice, self._bob = world, alice, bob
        self._read = len(world.submitted)
        answered = world.ask_anonymously(FetchBundle(alice.engine.me.device))
        assert isinstance(answered, BundleServed)
        served = ServedBundle.decode(answered.bundle, answered.pair, answered.index, answered.path)
        us, theirs = bob.engine.state.us, alice.engine.state.manifest
        (held,) = bob.engine.state.sessions.newest_first()
        self.session: Session = initiate(
            us, theirs, served, held.number, world.now, world.random, kind=Kind.RESYNC
        )
        self._say_nothing()

    def _say_nothing(self) -> None:
        ours, theirs = self._bob.engine.me.account, self._alice.engine.state.account
        content = Content.saying(
            Control(),
            id=self._world.random(16),
            counter=0,
            previous=NO_PREVIOUS,
            conversation=conversation_id(ours, theirs),  # type: ignore[arg-type]
            time=int(self._world.now * 1000),
        )
        self.session, envelope = self.session.seal(content.encode(), self._world.random)
        self._world.put_in_mailbox(self._alice.engine.state.keys.mailbox, envelope)

    def reads(self) -> list[str]:
        new, self._read = self._world.submitted[self._read :], len(self._world.submitted)
        texts = []
        for submitted in new:
            try:
                self.session, plain = self.session.open(
                    submitted.envelope, self._world.now, self._bob.engine.state.keys.kem
                )
            except DoorlessError:
                continue
            said = Content.decode(plain).say()
            texts.append(getattr(said, "text", type(said).__name__))
        return texts


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
