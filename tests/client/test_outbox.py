"""What it costs to send what queued up while there was no network."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from doorless_client.core.views import State
from doorless_client.store.memory import MemoryTable
from doorless_client.store.records import Copy, Outgoing
from doorless_lab.world import Person, World
from doorless_protocol.frames import Answered, Submit

QUEUE = (Outgoing, Copy)


class Reads:
    """Counts the rows of the queue that were read, and the questions that were put to it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.count = 0
        for name in ("get", "find"):
            patch.setattr(MemoryTable, name, self._counting(getattr(MemoryTable, name)))

    def _counting(self, read: Callable[..., Any]) -> Callable[..., Any]:
        def counted(table: Any, *key: Any, **equal: Any) -> Any:
            found = read(table, *key, **equal)
            if table._kind in QUEUE:
                self.count += 1 + (len(found) if isinstance(found, list) else 0)
            return found

        return counted


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(monkeypatch)


@pytest.fixture
def pair() -> Iterator[tuple[World, Person, Person]]:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        yield world, alice, bob


def reads_to_send(alice: Person, count: int, reads: Reads) -> int:
    for number in range(count):
        alice.says("bob", f"{number}")
    before = reads.count
    alice.live()
    return reads.count - before


def test_sending_a_queue_reads_each_of_its_rows_a_fixed_number_of_times(
    pair: tuple[World, Person, Person], reads: Reads
) -> None:
    world, alice, bob = pair
    few = reads_to_send(alice, 20, reads)
    many = reads_to_send(alice, 200, reads)
    assert not alice.engine.waiting
    assert many <= 11 * few
    world.settle()
    assert bob.texts("alice")[-220:] == [f"{n}" for n in (*range(20), *range(200))]


def test_who_is_blocked_while_a_queue_leaves_gets_no_more_of_it(
    pair: tuple[World, Person, Person],
) -> None:
    world, alice, _ = pair
    conversation = alice.chat("bob").conversation
    sent: list[Submit] = []

    def block_after_three(ask: Any, answered: Answered) -> Answered:
        if isinstance(ask.request, Submit):
            sent.append(ask.request)
            if len(sent) == 3:
                alice.engine.block(conversation)
        return answered

    for number in range(9):
        alice.says("bob", f"{number}")
    alice.change_answer = block_after_three
    alice.live()
    assert len(sent) == 3
    said = [one for one in alice.messages("bob") if one.mine][-9:]
    assert [one.state for one in said].count(State.FAILED) >= 6
    world.settle()
    assert len(sent) == 3


def test_a_manifest_that_grows_old_while_a_queue_leaves_is_looked_up_again(
    pair: tuple[World, Person, Person],
) -> None:
    world, alice, _ = pair
    asked: list[str] = []

    def slowly(ask: Any, answered: Answered) -> Answered:
        asked.append(type(ask.request).__name__)
        if isinstance(ask.request, Submit):
            world.now += 250
        return answered

    for number in range(6):
        alice.says("bob", f"{number}")
    world.now += 601
    alice.change_answer = slowly
    alice.live()
    kinds = [name for name in asked if name in ("Lookup", "Submit")]
    assert kinds == ["Lookup", *["Submit"] * 3, "Lookup", *["Submit"] * 3]


def test_what_a_relay_forgot_leaves_before_what_was_said_later(
    pair: tuple[World, Person, Person],
) -> None:
    world, alice, bob = pair
    bob.goes(online=False)
    for number in range(3):
        alice.says("bob", f"{number}")
    alice.live()
    forgotten = [one.envelope_id for one in world.submitted[-3:]]
    for number in range(3, 6):
        alice.says("bob", f"{number}")
    state, outbox = alice.engine.state, alice.engine.upkeep._outbox
    left: list[bytes] = []

    def go_back_once(ask: Any, answered: Answered) -> Answered:
        if isinstance(ask.request, Submit):
            left.append(ask.request.envelope_id)
            if len(left) == 1:
                with state.change():
                    outbox.submit_again(state.own.relay)
        return answered

    alice.change_answer = go_back_once
    alice.live()
    assert [left.index(one) for one in forgotten if one in left] == [1, 2, 3]
    assert len(left) == 6
