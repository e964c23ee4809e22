"""S21: however much mail went through a relay, and however many came and went, it holds no more.

DOORLESS_GROWTH=1000000 brings so many envelopes; a sample is enough to see what one leaves behind.
"""

import gc
import os
import tracemalloc
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from asked_relay import Asked, asked
from doorless_protocol.frames import Hello
from doorless_server.limits import MIB
from doorless_server.store import receipts
from doorless_server.store.base import Position
from relay_person import Person

MANY = int(os.environ.get("DOORLESS_GROWTH", "1600"))
AT_ONCE = 200
RECEIPTS = 400
"""Remembered here: the bound of a relay, a million, is what it is meant to grow to."""
MOST = MIB / 100_000
"""Bytes that an envelope leaves behind."""
ROUNDS = 4
"""What leaks, leaks in each of them; a table grows in some, and somebody else's work in others."""
ALICE = Person("alice", 1)


@pytest.fixture
async def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Asked]:
    monkeypatch.setattr(receipts, "MAX_RECEIPTS", RECEIPTS)
    async with asked(tmp_path) as made:
        await made.does(ALICE, ALICE.register())
        yield made


async def carries(at: Asked, count: int) -> None:
    """Envelopes that come, are read and acknowledged; with each a connection comes and goes."""
    for _ in range(count // AT_ONCE):
        await at.fill(ALICE, AT_ONCE, ALICE.token)
        mailbox = ALICE.device.mailbox
        mails = await at.relay.waiting(mailbox, Position(0), AT_ONCE, MIB)
        await at.relay.acknowledge([(mailbox, mail.id) for mail in mails], at.now)
        for _ in range(AT_ONCE):
            await at.anybody(Hello())
        await at.relay.sweep(at.now)


OURS = [tracemalloc.Filter(True, f"*/doorless_{part}/*") for part in ("server", "protocol")]


def held() -> int:
    """Bytes that were asked for by the relay's lines: in a long run others come and go."""
    gc.collect()
    taken = tracemalloc.take_snapshot().filter_traces(OURS)
    return sum(each.size for each in taken.traces)


@pytest.mark.attack(
    "S21",
    "what was delivered leaves less than 1 MiB of memory behind for 100,000 envelopes",
    weaken={"doorless_server.store.receipts.Receipts.trim": lambda _receipts: None},
)
async def test_what_was_delivered_leaves_nothing_behind(at: Asked, record: Any) -> None:
    tracemalloc.start()
    try:
        await carries(at, 16 * RECEIPTS)  # until sets that change have the room that they take
        stood = [held()]
        for _ in range(ROUNDS):
            await carries(at, MANY // ROUNDS)
            stood.append(held())
    finally:
        tracemalloc.stop()
    grown = min(after - before for before, after in pairwise(stood)) * ROUNDS
    assert grown <= MOST * MANY, f"{grown / MANY:.1f} bytes an envelope"
    each = max(0, grown) / MANY * 100_000 / MIB
    record("S21", "memory left behind by 100,000 envelopes", each, "MiB", "<= 1")
