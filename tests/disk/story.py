"""Two hundred messages and a file, and what a relay said to them: played until it is gone.

Alice is there: half of the messages go to her and are acknowledged. Carol is not: the other half
waits. Whoever plays it again, with a relay in its next life, says everything once more, as clients
do that heard no answer.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from doorless_protocol.blob_frames import MAX_PIECE_BYTES, BlobHeld, BlobPut
from doorless_protocol.frames import (
    Acknowledge,
    Answer,
    Call,
    CommitPrekeys,
    Deliver,
    Done,
    Subscribe,
    encode,
)
from doorless_protocol.log_frames import Logged
from relay_person import Person
from served import ask, ask_once, hear, talking

TOTAL = 200
AT_ONCE = 8
SUBMITS, LETS_GO = 1_000, 2_000
"""Ids of calls are a message's number and one of these."""

FILE_BYTES = MAX_PIECE_BYTES + 10_000
_LAST = itertools.count(10_000)
GONE = (WebSocketException, OSError, EOFError)
PATIENCE = 240
"""Seconds of a slow machine, for all of it."""


def is_alices(number: int) -> bool:
    return number % 2 == 1


FILE = Random(3).randbytes(32)
CONTENT = Random(4).randbytes(FILE_BYTES)


@dataclass
class Told:
    """What the relay said, in all of its lives, and to whom.

    Attributes:
        registered: handles of accounts that it has.
        accepted: messages, by number.
        heard: those that Alice was handed, in their order; some twice.
        asked: those of them that it was asked to let go; it may have, and its answer be lost.
        acknowledged: those that it said it let go.
        again: those that it handed out after that.
        kept: bytes of the file.
    """

    alice: Person = field(default_factory=lambda: Person("alice", 1))
    carol: Person = field(default_factory=lambda: Person("carol", 2))
    registered: set[str] = field(default_factory=set)
    prekeys: bool = False
    accepted: set[int] = field(default_factory=set)
    heard: list[int] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)
    acknowledged: set[int] = field(default_factory=set)
    again: list[int] = field(default_factory=list)
    kept: int = 0


class RefusedError(Exception):
    """The relay does not do what it is asked for."""


def check(answered: object) -> None:
    """Raises RefusedError."""
    if not isinstance(answered, Done | Logged | BlobHeld):
        raise RefusedError(answered)


async def play(url: str, told: Told) -> bool:
    """All of it, from the beginning. Returns whether the relay lived to the end.

    Raises:
        RefusedError: it refused something.
    """
    with suppress(*GONE):
        async with asyncio.timeout(PATIENCE):
            await _play(url, told)
            return True
    return False


async def _play(url: str, told: Told) -> None:
    for person in (told.alice, told.carol):
        check(await ask_once(url, person.register(), person))
        told.registered.add(person.handle)
    async with talking(url, told.alice) as socket:
        for request in told.alice.upload(now=int(time.time())):
            check(await ask(socket, request))
            told.prekeys |= isinstance(request, CommitPrekeys)
    async with talking(url) as anybody, listening(url, told) as all_let_go:
        for first in range(1, TOTAL + 1, AT_ONCE):
            await _submit(anybody, range(first, first + AT_ONCE), told)
            if first % (8 * AT_ONCE) == 1:
                await _keep(anybody, told)
        await all_let_go()


async def _submit(anybody: ClientConnection, numbers: range, told: Told) -> None:
    for number in numbers:
        person = told.alice if is_alices(number) else told.carol
        await anybody.send(encode(Call(SUBMITS + number, person.envelope(number))))
    for _ in numbers:
        answer = await hear(anybody)
        if not isinstance(answer, Answer):
            raise EOFError("it says that it goes")  # noqa: TRY004
        check(answer.answered)
        told.accepted.add(answer.id - SUBMITS)


async def _keep(anybody: ClientConnection, told: Told) -> None:
    """One more piece of the file, where it is not whole."""
    at = told.kept
    if at < len(CONTENT):
        piece = CONTENT[at : at + MAX_PIECE_BYTES]
        held = await ask(anybody, BlobPut(FILE, len(CONTENT), at, piece))
        check(held)
        told.kept = held.received


@asynccontextmanager
async def listening(url: str, told: Told) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Alice, who acknowledges what comes; the block gets what waits until all of it is let go."""
    async with talking(url, told.alice) as socket:
        check(await ask(socket, Subscribe()))
        for number in sorted(told.asked - told.acknowledged):
            await ask_to_let_go(socket, number, told)  # what it let go does not come again
        changed = asyncio.Event()

        async def listen() -> None:
            async for frame in _frames(socket):
                if isinstance(frame, Deliver):
                    number = int.from_bytes(frame.envelope_id, "big")
                    told.heard.append(number)
                    if number in told.acknowledged:
                        told.again.append(number)
                    await ask_to_let_go(socket, number, told)
                elif isinstance(frame, Answer):
                    check(frame.answered)
                    told.acknowledged.add(frame.id - LETS_GO)
                changed.set()

        task = asyncio.create_task(listen())

        async def all_let_go() -> None:
            wanted = {number for number in told.accepted if is_alices(number)}
            while not wanted <= told.acknowledged and not task.done():
                changed.clear()
                waiting = asyncio.create_task(changed.wait())
                await asyncio.wait((waiting, task), return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
            if task.done():
                task.result()

        try:
            yield all_let_go
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, RefusedError, *GONE):
                await task


async def ask_to_let_go(socket: ClientConnection, number: int, told: Told) -> None:
    envelope_id = number.to_bytes(16, "big")
    await socket.send(encode(Call(LETS_GO + number, Acknowledge((envelope_id,)))))
    told.asked.add(number)


async def _frames(socket: ClientConnection) -> AsyncIterator[object]:
    while True:
        yield await hear(socket)


async def waits_for(url: str, person: Person) -> list[int]:
    """What is handed to somebody who acknowledges nothing: all that waits, in its order.

    Mail is handed out in the order in which it came, so one more message is its end.
    """
    seen: list[int] = []
    last = next(_LAST)
    async with talking(url, person) as socket:
        assert await ask_once(url, person.envelope(last)) == Done()
        await socket.send(encode(Call(1, Subscribe())))
        while True:
            heard = await hear(socket)
            if not isinstance(heard, Deliver):
                continue
            if (number := int.from_bytes(heard.envelope_id, "big")) == last:
                break
            seen.append(number)
        assert await ask(socket, Acknowledge((heard.envelope_id,))) == Done()
    return seen
