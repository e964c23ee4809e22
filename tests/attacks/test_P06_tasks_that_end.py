"""P06: work that is cancelled between two awaits, fails where nobody looks, or is forgotten.

Of a client, X15 cancels every await of sending and receiving. Here it is the relay, and the
sources of both: what is started is kept by somebody, for asyncio holds tasks weakly.
"""

import ast
import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import doorless_client
import doorless_server
from asked_relay import Asked, asked
from doorless_protocol.frames import Call, Hello, Submit, encode
from doorless_server import events
from doorless_server.relay import DONE
from doorless_server.store.base import Position
from doorless_server.switchboard import Switchboard
from relay_person import Person

ALICE = Person("alice", 1)
TURNS = 12
"""Of the loop; a submit has fewer."""

STARTS = {"create_task", "ensure_future"}


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Asked]:
    async with asked(tmp_path) as made:
        await made.does(ALICE, ALICE.register())
        yield made


def tells_whoever(tasks: Sequence[Any], outcomes: Sequence[Any]) -> None:
    """Without a look whether somebody still waits."""
    for task, outcome in zip(tasks, outcomes, strict=True):
        task.future.set_result(outcome)


def submit(number: int) -> Submit:
    return ALICE.envelope(number)


@pytest.mark.attack(
    "P06",
    "whoever goes in the middle of a submit holds up nobody, and has it kept once or not at all",
    weaken={"doorless_server.store.writer._tell": tells_whoever},
)
async def test_a_submit_is_cancelled_at_each_turn(at: Asked) -> None:
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # the twin's own
    for turns in range(TURNS):
        goes, stays = submit(2 * turns), submit(2 * turns + 1)
        going = asyncio.ensure_future(at.relay.submit([goes], at.now))
        staying = asyncio.ensure_future(at.relay.submit([stays], at.now))
        for _ in range(turns):
            await asyncio.sleep(0)
        going.cancel()
        done, _ = await asyncio.wait([staying], timeout=10)
        assert done, "somebody else waits for ever"
        await asyncio.gather(going, return_exceptions=True)
        assert (await at.relay.submit([goes], at.now))[0] == [DONE]
    mails = await at.store.waiting(ALICE.device.mailbox, Position(0), 1_000, 1 << 30)
    assert sorted(mail.id for mail in mails) == [n.to_bytes(16) for n in range(2 * TURNS)]


class Mistaken:
    """A relay with a mistake in it."""

    async def handle(self, *_asked: object) -> None:
        raise LookupError("a mistake of ours")


class Line:
    """Of a connection, what a switchboard looks at."""

    def __init__(self) -> None:
        self.peer, self.pending, self.working, self.window = object(), deque[Any](), False, None
        self.socket = self
        self.source = "192.0.2.1"

    def request_wait(self, _now: float) -> int:
        return 0


def looks_away(self: Switchboard, task: "asyncio.Future[None]") -> None:
    self._tasks.discard(task)
    task.cancelled() or task.exception()


@pytest.mark.attack(
    "P06",
    "a task that fails is told in the log",
    weaken={"doorless_server.switchboard.Switchboard._finished": looks_away},
)
async def test_a_task_that_fails_is_told() -> None:
    relay: Any = Mistaken()
    line: Any = Line()
    board = Switchboard(relay, lambda: 0, lambda _connection: None)
    before = events.SAID[events.INTERNAL_ERROR.name]
    board.receive(line, encode(Call(1, Hello())))
    await board.settle(5)
    assert events.SAID[events.INTERNAL_ERROR.name] == before + 1
    assert not line.working


def dropped(source: str) -> list[int]:
    """Lines in which a task is started and kept by nobody."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "attr", getattr(node.value.func, "id", "")) in STARTS
    ]


def careless() -> None:
    """Never called: it is what the twin finds."""
    asyncio.ensure_future(asyncio.sleep(1))  # noqa: RUF006


@pytest.mark.attack(
    "P06",
    "no task is started that nobody keeps",
    weaken={"doorless_client.__path__": [str(Path(__file__).parent)]},
)
def test_every_task_is_kept() -> None:
    found = {}
    for package in (doorless_server, doorless_client):
        for path in Path(package.__path__[0]).rglob("*.py"):
            source = path.read_text()
            if any(start in source for start in STARTS) and (lines := dropped(source)):
                found[path.name] = lines
    assert found == {}
