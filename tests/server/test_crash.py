"""Killed at any moment, the relay has what it said it has, and has it once."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from doorless_protocol.frames import Acknowledge, Call, Deliver, Done, Subscribe, encode
from doorless_protocol.log_frames import Logged
from served import KILLED_BY_HAND, ask, ask_once, hear, points, relay, talking

TOTAL = 60
AT_ONCE = 4


async def submit(
    url: str, person: Any, numbers: list[int], kill: Callable[[], None] | None = None
) -> set[int]:
    """Submit, some at once, until all are accepted or the relay is gone; return the accepted."""
    accepted: set[int] = set()
    try:
        async with talking(url) as socket:
            for at in range(0, len(numbers), AT_ONCE):
                batch = numbers[at : at + AT_ONCE]
                for number in batch:
                    await socket.send(encode(Call(number, person.envelope(number))))
                for _ in batch:
                    answer = await hear(socket)
                    assert answer.answered == Done()
                    accepted.add(answer.id)
                    if kill is not None and len(accepted) == TOTAL // 2:
                        kill()
    except (ConnectionClosed, OSError, EOFError):
        pass
    return accepted


async def next_delivery(socket: ClientConnection) -> Deliver:
    while not isinstance(heard := await hear(socket), Deliver):
        pass
    return heard


async def collect(url: str, person: Any, count: int) -> list[int]:
    """Subscribe and take `count` envelopes, acknowledged; then see that no other comes."""
    seen: list[int] = []
    async with talking(url, person) as socket:
        assert await ask(socket, Subscribe()) == Done()
        while len(seen) < count:
            pushed = await next_delivery(socket)
            seen.append(int.from_bytes(pushed.envelope_id, "big"))
            await socket.send(encode(Call(2, Acknowledge((pushed.envelope_id,)))))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(next_delivery(socket), 0.1)
    return seen


def waiting_in(data: Path) -> set[int]:
    db = sqlite3.connect(data / "relay.db")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    ids = [row[0] for row in db.execute("SELECT id FROM envelopes ORDER BY position")]
    db.close()
    assert len(ids) == len(set(ids))
    return {int.from_bytes(each, "big") for each in ids}


@pytest.mark.parametrize("point", points("pwrite64:90", writes=120, syncs=12))
@pytest.mark.claim(
    "P1",
    "what was accepted before a kill at any write or sync is there, in the order sent, and once",
)
async def test_what_was_accepted_survives_a_kill_and_nothing_is_kept_twice(
    point: str, tmp_path: Path, alice: Any, record: Any
) -> None:
    data, numbers = tmp_path / "data", list(range(1, TOTAL + 1))
    with relay(data) as served:
        assert isinstance(await ask_once(served.url, alice.register(), alice), Logged)

    with relay(data, point=point) as served:
        kill = served.kill if point == KILLED_BY_HAND else None
        # Without a URL it was killed before it was ready: then nothing was accepted.
        accepted = await submit(served.url, alice, numbers, kill) if served.url else set[int]()
        served.check_killed()
    assert len(accepted) < TOTAL

    lost = accepted - waiting_in(data)
    assert lost == set()
    with relay(data) as served:
        assert await submit(served.url, alice, numbers) == set(numbers)  # as its sender would
        seen = await collect(served.url, alice, TOTAL)
        assert sorted(seen) == numbers
        assert [n for n in seen if n in accepted] == sorted(accepted)  # in the order sent
    twice = len(seen) - len(set(seen))
    record("P1", "accepted envelopes lost by a kill", len(lost), f"of {TOTAL}", "== 0")
    record("P3", "envelopes kept twice after a kill", twice, f"of {TOTAL}", "== 0")
