"""S07: many senders flood one mailbox. Its own bound meets them, and nobody else notices.

DOORLESS_MAILBOX_FLOOD=1000000 brings as many envelopes; a sample is enough to pass the bound.
"""

import os
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from asked_relay import Asked, asked, watch_database
from doorless_protocol.frames import Answered, Done, Refusal, Refused
from doorless_server.limits import REFUSED_RETRY, Bounds
from relay_person import Person

FLOOD = int(os.environ.get("DOORLESS_MAILBOX_FLOOD", "2600"))
AT_ONCE = 200
ALICE, BOB = Person("alice", 1), Person("bob", 2)
FULL = Refused(int(Refusal.BUSY), REFUSED_RETRY)
BYTES = re.compile(r"[xX]'[0-9a-fA-F]*'|\d+")


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Asked]:
    async with asked(tmp_path) as made:
        for person in (ALICE, BOB):
            await made.does(person, person.register())
            await made.fill(person, 1, person.token)  # both are in use
        yield made


async def flood(at: Asked) -> Counter[Answered]:
    """What the senders were answered, each of whom has the token."""
    told: Counter[Answered] = Counter()
    for _ in range(FLOOD // AT_ONCE):
        told.update(await at.fill(ALICE, AT_ONCE, ALICE.token))
    return told


async def work_for_bob(at: Asked) -> list[str]:
    """What one envelope to Bob has the database do."""
    done: list[str] = []
    watch_database(at.store, lambda said: done.append(BYTES.sub("?", said)))
    assert await at.fill(BOB, 1, BOB.token) == [Done()]
    watch_database(at.store, None)
    return done


@pytest.mark.attack(
    "S07",
    "a mailbox takes 2,000 envelopes, however many bring them; every other sender is told to wait",
    weaken={"doorless_server.store.sqlite_mail.refusal": lambda *_, **__: None},
)
async def test_the_bound_meets_the_senders(at: Asked, record: Any) -> None:
    told = await flood(at)
    room = Bounds().waiting - 1
    assert told == {Done(): room, FULL: sum(told.values()) - room}
    record("S07", "envelopes taken", told[Done()] + 1, f"of {sum(told.values()) + 1:,}", "<= 2000")


@pytest.mark.attack(
    "S07",
    "a flooded mailbox costs the others nothing: the same work for each of their envelopes",
    weaken={"doorless_server.store.boxes.MAX_WAITING": 1_000},
)
async def test_other_mailboxes_are_as_before(at: Asked) -> None:
    before = await work_for_bob(at)
    await flood(at)
    assert await work_for_bob(at) == before
