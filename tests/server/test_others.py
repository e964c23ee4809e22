"""Who has the newest connection of a device, however nodes come and go and clocks differ."""

import asyncio
from collections.abc import Collection, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.frames import CloseReason, Leave
from doorless_server import others
from doorless_server.others import TICKS, Ear, Tickets, Together
from doorless_server.store.base import Position


def test_a_ticket_is_larger_than_every_one_that_was_heard_of() -> None:
    here, there = Tickets(), Tickets()
    first = here.draw(b"phone", 1_000)
    assert there.is_newer(b"phone", first)
    second = there.draw(b"phone", 7)  # its clock is far behind
    assert here.is_newer(b"phone", second)
    assert not there.is_newer(b"phone", first)


def test_a_node_that_just_began_draws_larger_ones_than_those_before_it() -> None:
    here, newcomer = Tickets(), Tickets()
    for _ in range(1_000):
        last = here.draw(b"phone", 1_000)
    assert last < newcomer.draw(b"phone", 1_001)
    assert last < 1_001 * TICKS


def test_of_a_device_that_is_not_here_any_ticket_is_newer() -> None:
    tickets = Tickets()
    tickets.draw(b"phone", 5)
    tickets.forget(b"phone")
    assert tickets.held(b"phone") is None
    assert tickets.is_newer(b"phone", 1)


class Board:
    """Remembers what it was told to do."""

    def __init__(self, *mailboxes: bytes) -> None:
        self.mailboxes, self.woken, self.ended = mailboxes, list[object](), list[object]()

    def pushed(self) -> Collection[bytes]:
        return self.mailboxes

    def wake(self, mailbox: bytes, position: Position | None) -> None:
        self.woken.append((mailbox, position))

    def end(self, device: bytes, reason: CloseReason) -> None:
        self.ended.append((device, reason))

    def leave(self, left: Leave) -> None:
        self.woken.append(left)


class Cluster:
    """Nodes that hear each other, unless something is lost."""

    def __init__(self) -> None:
        self.ears: list[Ear] = []
        self.loses = False

    def node(self, *mailboxes: bytes, now: int = 0) -> tuple[Board, Together]:
        board, line = Board(*mailboxes), Line(self)
        return board, Together(board, line, lambda: now)


class Line:
    """One node's way to the others."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._own: Ear | None = None

    def read_by(self, ear: Ear) -> None:
        self._cluster.ears.append(ear)
        self._own = ear

    async def tell_taken(self, device: bytes, ticket: int) -> None:
        for ear in self._listeners():
            ear.taken(device, ticket)

    async def tell_ended(self, devices: Sequence[bytes], reason: CloseReason) -> None:
        for ear in self._listeners():
            for device in devices:
                ear.ended(device, reason)

    async def tell_left(self, left: Leave) -> None:
        for ear in self._listeners():
            ear.left(left)

    def _listeners(self) -> list[Ear]:
        if self._cluster.loses:
            return []
        return [ear for ear in self._cluster.ears if ear is not self._own]


async def told() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


REPLACED = (b"phone", CloseReason.REPLACED)


async def test_the_older_connection_is_ended_wherever_it_is() -> None:
    cluster = Cluster()
    (here, at_here), (there, at_there) = cluster.node(), cluster.node()
    at_here.took_over(b"phone")
    await told()
    there.ended.clear()
    at_there.took_over(b"phone")
    await told()
    assert (here.ended, there.ended) == ([REPLACED], [])
    await at_here.close()
    await at_there.close()


async def test_who_did_not_hear_of_the_newer_one_is_told_again() -> None:
    cluster = Cluster()
    (here, at_here), (there, at_there) = cluster.node(now=10), cluster.node(now=5)
    cluster.loses = True
    at_here.took_over(b"phone")
    await told()
    cluster.loses = False
    at_there.took_over(b"phone")  # five seconds before, by its clock
    await told()
    assert (here.ended, there.ended) == ([], [REPLACED])
    await at_here.close()
    await at_there.close()


async def test_everything_is_read_again_where_something_may_be_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(others, "PAUSE", 0)
    boxes = [number.to_bytes(2, "big") for number in range(others.AT_ONCE * 3)]
    board, node = Cluster().node(*boxes)
    node.missed()
    while len(board.woken) < len(boxes):  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert board.woken == [(box, None) for box in boxes]
    node.woken(b"box", Position(7))
    assert board.woken[-1] == (b"box", 7)
    await node.close()


async def test_everything_is_read_again_in_time_though_nothing_seems_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(others, "READ_AGAIN", 0.01)
    board, node = Cluster().node(b"box")
    async with asyncio.timeout(5):
        while len(board.woken) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    await node.close()


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=30))
def test_who_hears_everything_agrees_on_who_is_newest(
    steps: list[tuple[int, int]],
) -> None:
    """Each step: at which node the device signs in, and what its clock says."""
    nodes = [Tickets() for _ in range(3)]
    newest = 0
    for which, now in steps:
        ticket = nodes[which].draw(b"phone", now)
        assert ticket > newest
        newest = ticket
        for other in nodes:
            if other is not nodes[which]:
                assert other.is_newer(b"phone", ticket)
                other.forget(b"phone")
