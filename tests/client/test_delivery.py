"""What happens to the flow of delivery when the world changes between its steps."""

from collections.abc import Callable, Iterator

import pytest

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.views import Notice, State
from doorless_client.store.base import Store
from doorless_client.store.memory import MemoryStore
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import Person, World
from doorless_protocol.frames import (
    Answered,
    FetchBundle,
    Lookup,
    Refusal,
    Refused,
    Submit,
)


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


@pytest.fixture(params=["memory", "sqlcipher"])
def store(request, tmp_path) -> Store:  # type: ignore[no-untyped-def]
    if request.param == "memory":
        return MemoryStore()
    return open_store(tmp_path / "alice.db", bytes(32), create=True)


def while_asking(kind: type, act: Callable[[], None]) -> Callable[[Ask, Answered], Answered]:
    """Do something while the answer to the first request of a kind is on its way."""
    left = [act]

    def change(ask: Ask, answered: Answered) -> Answered:
        if left and isinstance(ask, Anonymously) and isinstance(ask.request, kind):
            left.pop()()
        return answered

    return change


def refusing(kind: type, retry_after: int) -> Callable[[Ask, Answered], Answered]:
    def change(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and isinstance(ask.request, kind):
            return Refused(Refusal.NOT_ALLOWED, retry_after)
        return answered

    return change


@pytest.mark.parametrize("kind", [Lookup, FetchBundle, Submit])
def test_a_contact_forgotten_while_a_request_is_under_way_stays_forgotten(
    world: World, store: Store, kind: type
) -> None:
    alice, _bob = world.person("alice", store), world.person("bob")
    chat = alice.add("bob")
    world.now += 700
    alice.says("bob", "never mind")
    alice.change_answer = while_asking(kind, lambda: alice.engine.forget(chat.conversation))
    world.advance(10)
    for table in ("contacts", "devices", "messages", "wires", "outbox", "copies"):
        assert getattr(alice.store, table).find() == [], table


def test_an_answer_that_comes_too_late_marks_nothing_else_as_sent(
    world: World, store: Store
) -> None:
    """The withdrawn item's number in the queue may be another message's by then."""
    alice, bob = world.person("alice", store), world.person("bob")
    chat = alice.add("bob")
    bob.add("alice")
    alice.says("bob", "hello")
    world.advance(10)

    def change_of_mind() -> None:
        alice.engine.block(chat.conversation)
        alice.accepts("bob")
        alice.says("bob", "on second thought")

    alice.says("bob", "withdrawn")
    alice.change_answer = while_asking(Submit, change_of_mind)
    world.advance(10)
    states = {message.text: message.state for message in alice.messages("bob")}
    assert states["withdrawn"] in (State.FAILED, State.DELIVERED)  # it was at the relay already
    assert bob.texts("alice")[-1] == "on second thought"
    assert states["on second thought"] is State.DELIVERED


def test_a_full_mailbox_keeps_the_message_and_says_so(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    alice.change_answer = refusing(Submit, 600)
    message = alice.says("bob", "no room")
    world.settle()
    assert alice.messages("bob")[message.position].state is State.WAITING
    assert any("takes no more" in event.text for event in notices(alice))
    alice.change_answer = lambda _, answered: answered
    world.advance(601)
    assert bob.texts("alice")[-1] == "no room"


def test_a_handle_that_the_relay_forgot_keeps_the_message_and_says_so(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    world.now += 700
    alice.change_answer = refusing(Lookup, 0)
    message = alice.says("bob", "are you gone?")
    world.settle()
    assert alice.messages("bob")[message.position].state is State.WAITING
    assert any("knows nobody" in event.text for event in notices(alice))


@pytest.mark.parametrize("kind", [Lookup, FetchBundle, Submit])
def test_a_relay_out_of_reach_is_no_refusal_and_is_tried_again_soon(
    world: World, kind: type
) -> None:
    alice, bob = world.people("alice", "bob")
    alice.add("bob")
    world.now += 700
    alice.says("bob", "are you there?")

    def cut(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and isinstance(ask.request, kind):
            raise UnreachableError("cut")
        return answered

    alice.change_answer = cut
    (account,) = alice.engine.upkeep.due()
    with pytest.raises(UnreachableError):
        alice.run(alice.engine.upkeep.deliver(account))
    assert alice.engine.upkeep.due() == [account]
    assert notices(alice) == []
    alice.change_answer = lambda _, answered: answered
    world.settle()
    assert bob.texts("alice") == ["are you there?"]


def test_a_message_that_could_not_be_sent_for_14_days_has_failed(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    alice.goes(online=False)
    message = alice.says("bob", "too late")
    world.now += 15 * 86_400
    alice.reopen()
    alice.engine.upkeep.tick()
    failed = alice.messages("bob")[message.position]
    assert failed.state is State.FAILED
    assert "14 days" in failed.note
    assert alice.engine.waiting == 0


def test_a_clock_that_went_back_delays_nothing(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    alice.goes(online=False)
    alice.says("bob", "before")
    world.now -= 86_400
    alice.says("bob", "after")
    alice.goes(online=True)
    world.settle()
    assert bob.texts("alice")[-2:] == ["before", "after"]


def notices(person: Person) -> list[Notice]:
    return [event for event in person.shown if isinstance(event, Notice)]
