"""X03: the same envelope comes twice, late, or in parallel on two connections."""

import pytest
from msgspec.structs import replace

from doorless_client.core.api import UnreachableError
from doorless_client.core.arriving import Arrival
from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.outbox import Outbox
from doorless_client.core.receiving import Receiver
from doorless_client.store.base import Store
from doorless_client.store.records import Copy, Outgoing
from doorless_lab.world import World
from doorless_protocol.frames import Answered, Deliver, Submit

keep_step = Receiver._keep_session


def forgets_envelopes(store: Store, envelope_id: bytes) -> bool:
    return False


def keeps_no_step(self: Receiver, arrival: Arrival) -> None:
    if arrival.initial is not None:
        keep_step(self, arrival)


def shows_again(*_: object) -> None:
    return None


@pytest.mark.attack(
    "X03",
    "an envelope that is delivered twice at once, and again late, is shown once",
    weaken={
        "doorless_client.core.intake.is_known": forgets_envelopes,
        "doorless_client.core.receiving.Receiver._keep_session": keeps_no_step,
        "doorless_client.core.conversations.Conversations.find": shows_again,
    },
)
def test_an_envelope_delivered_twice_and_late_is_shown_once() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.goes(online=False)
        for text in ("one", "two", "three"):
            alice.says("bob", text)
        world.settle()
        waiting = bob.mail()
        under_another_id = [Deliver(world.random(16), one.envelope) for one in waiting]
        bob.engine.receive([*waiting, *waiting, *under_another_id])
        bob.engine.receive(waiting)
        bob.reopen()
        bob.engine.receive([*under_another_id, *waiting])
        assert bob.texts("alice") == ["hello", "one", "two", "three"]
        assert [message.gap for message in bob.messages("alice")] == [0] * 4


unsent = Outbox.unsent


def takes_another_id(self: Outbox, account: bytes) -> list[tuple[Outgoing, Copy]]:
    """What leaves again is not what left: the relay cannot know it."""
    with self._state.change():
        for _, copy in unsent(self, account):
            self._store.copies.put(replace(copy, envelope_id=self._state.random(16)))
    return unsent(self, account)


@pytest.mark.attack(
    "X03",
    "an envelope whose acknowledgement was lost leaves again as it was, and is there once",
    weaken={"doorless_client.core.outbox.Outbox.unsent": takes_another_id},
)
def test_an_envelope_whose_acknowledgement_was_lost_is_there_once() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.goes(online=False)
        lost = 3

        def lose(ask: Ask, answered: Answered) -> Answered:
            """The relay has it, and nobody hears so."""
            nonlocal lost
            if lost and isinstance(ask, Anonymously) and isinstance(ask.request, Submit):
                lost -= 1
                raise UnreachableError("cut before the answer")
            return answered

        alice.change_answer = lose
        before = len(world.submitted)
        alice.says("bob", "once")
        while lost:
            with pytest.raises(UnreachableError):
                alice.live()
            alice.reopen()  # or the program ended meanwhile
        world.settle()
        left = world.submitted[before:]
        assert len(left) == 4
        assert len({(submit.envelope_id, submit.envelope) for submit in left}) == 1
        assert len(bob.mail()) == 1
        bob.goes(online=True)
        world.settle()
        assert bob.texts("alice") == ["hello", "once"]
