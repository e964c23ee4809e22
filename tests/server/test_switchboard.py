"""What came together does not all go to the disk together, and everything goes in its order."""

import asyncio
from collections.abc import Sequence
from typing import cast

from doorless_protocol.frames import Answer, Answered, Call, Done, Submit, decode_from_relay, encode
from doorless_server.connection import Connection, Timing
from doorless_server.effects import Arrived
from doorless_server.peers import Anonymous
from doorless_server.relay import Relay
from doorless_server.switchboard import LEAST_SHARE, Switchboard, share
from doorless_server.websocket import WebSocket


class Disk:
    """In the place of a relay: stores nothing, and writes down what came together."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def submit(
        self, asked: Sequence[Submit], _now: int
    ) -> tuple[list[Answered], list[Arrived]]:
        self.batches.append([int.from_bytes(each.envelope_id, "big") for each in asked])
        await asyncio.sleep(0)
        return [Done()] * len(asked), []


class Line:
    """In the place of a WebSocket: keeps what is said, until it is all that is expected."""

    def __init__(self, expected: int) -> None:
        self.said: list[bytes] = []
        self.expected, self.complete = expected, asyncio.Event()

    def queue(self, message: bytes) -> None:
        self.said.append(message)
        if len(self.said) == self.expected:
            self.complete.set()

    def flush(self) -> None: ...


def submit(number: int) -> bytes:
    return encode(Call(number, Submit(bytes(16), b"", number.to_bytes(16, "big"), bytes(2048))))


def test_few_go_together_and_many_are_divided() -> None:
    assert share(1) >= 1
    assert share(LEAST_SHARE) >= LEAST_SHARE
    assert share(10 * LEAST_SHARE) == 8 * LEAST_SHARE


async def test_a_part_is_with_the_disk_while_the_other_waits_and_all_keep_their_order() -> None:
    count = 10 * LEAST_SHARE
    disk, line = Disk(), Line(count)
    board = Switchboard(cast(Relay, disk), lambda: 0, lambda _connection: None)
    connection = Connection(cast(WebSocket, line), Timing(), 0.0)
    connection.peer = Anonymous()
    for number in range(count):
        board.receive(connection, submit(number))
    await line.complete.wait()
    left = 2 * LEAST_SHARE
    assert [len(batch) for batch in disk.batches] == [count - left, share(left), left - share(left)]
    assert [number for batch in disk.batches for number in batch] == list(range(count))
    answers = [decode_from_relay(each) for each in line.said]
    assert answers == [Answer(number, Done()) for number in range(count)]
    assert board.pending_bytes == 0
