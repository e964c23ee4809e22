"""A profile of 100,000 messages in 200 conversations: to find in it, and to let much of it go.

Words are drawn by Zipf's law, so that the commonest stands in three of four messages. Steps are
counted in time of the processor: while one lasts nothing is drawn and no key is heard.
"""

import os
import statistics
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from random import Random
from time import monotonic, process_time

from benchmarks.catching_up import KEY
from benchmarks.report import ROUNDS, Report
from doorless_client.core.engine import Engine
from doorless_client.store.records import Contact, Entry, Wire
from doorless_client.store.sqlcipher import SqlcipherStore, open_store
from doorless_client.store.talk_records import RUN, Extra, Fading
from doorless_lab.world import World

MESSAGES, CHATS, LARGEST, EXPIRING = 100_000, 200, 14_000, 5_000
WORDS, LENGTH = 20_000, 14
NOW = 1_800_000_000

COMMON, BEGINNING = "message", "messag"
"""Both in half of all messages."""

FIND_COMMON, FIND_BEGINNING = 1.0, 3.0
"""Milliseconds until 200 messages are read; where they are the index says in 0.07."""

STALL = 50
"""Milliseconds, at most."""


def in_a_long_profile(report: Report, folder: Path, quick: bool) -> None:
    messages = MESSAGES // 10 if quick else MESSAGES
    path = folder / "long.db"
    largest, second = write(path, messages)
    clock = [float(NOW)]
    store = open_store(path, KEY)
    engine = open_engine(store, clock)
    report.at_most(f"longest step of indexing {messages:,}", "ms CPU", index(engine), STALL)
    finds(report, store, engine, messages)
    expire(report, engine, store, largest, clock, EXPIRING // 10 if quick else EXPIRING)
    forget(report, engine, second, store.messages.length(second))
    store.close()


def open_engine(store: SqlcipherStore, clock: list[float]) -> Engine:
    return Engine(
        store,
        clock=lambda: clock[0],
        random=os.urandom,
        emit=lambda _: None,
        uptime=lambda: clock[0] + monotonic(),
    )


# --- what is in it --------------------------------------------------------------------------------


def write(path: Path, messages: int) -> tuple[bytes, bytes]:
    """Returns the two largest conversations: of a third of all messages, and of a seventh."""
    chosen = Random(1)
    with World() as world:
        store = open_store(path, KEY, create=True)
        world.person("alice", store)
        keys = [chosen.randbytes(32) for _ in range(CHATS)]
        largest, second = messages // 3, messages * LARGEST // MESSAGES
        order = [keys[0]] * largest + [keys[1]] * second
        order += chosen.choices(keys[2:], k=messages - len(order))
        chosen.shuffle(order)
        with store.transaction():
            for number, key in enumerate(keys):
                store.contacts.put(somebody(key, number))
            write_messages(store, order, chosen)
        store.close()
    return keys[0], keys[1]


def somebody(key: bytes, number: int) -> Contact:
    return Contact(
        conversation=key,
        account=key[::-1],
        handle=f"friend{number}",
        relay="relay.test",
        pin=b"",
        claim="",
        name=f"Friend {number}",
        trust="first-seen",
        standing="contact",
        head=b"",
        manifest=b"",
        offered=b"",
        token=b"",
        looked_up=0.0,
        introduced=False,
        added=0,
    )


def write_messages(store: SqlcipherStore, order: list[bytes], chosen: Random) -> None:
    words = vocabulary(chosen)
    weights = [*accumulate(1 / rank for rank in range(1, len(words) + 1))]
    places = dict.fromkeys(order, 0)
    for number, key in enumerate(order):
        text = " ".join(chosen.choices(words, cum_weights=weights, k=LENGTH))
        place, places[key] = places[key], places[key] + 1
        store.messages.put(
            Entry(
                conversation=key,
                place=place,
                id=chosen.randbytes(16),
                mine=False,
                account=key[::-1],
                device=bytes(16),
                at=0,
                received=NOW - len(order) + number,
                kind="text",
                text=text,
                chars=len(text),
                state=6,
            )
        )
        store.wires.put(Wire(key, place, chosen.randbytes(512), 2048, bytes(32), 0, 1))


def vocabulary(chosen: Random) -> list[str]:
    drawn = ["the", COMMON]
    while len(drawn) < WORDS:
        drawn.append("".join(chosen.choices("abcdefghilnorstu", k=chosen.randint(3, 9))))
    return drawn


# --- what is measured -----------------------------------------------------------------------------


def index(engine: Engine) -> float:
    """The longest step, in milliseconds."""
    searching, longest, more = engine.shelf.searching, 0.0, True
    while more:
        start = process_time()
        more = searching.step()
        longest = max(longest, process_time() - start)
    return longest * 1e3


def finds(report: Report, store: SqlcipherStore, engine: Engine, messages: int) -> None:
    searching, words = engine.shelf.searching, store.words
    for what, search, bound in (
        ("a common word", COMMON, FIND_COMMON),
        ("a beginning", BEGINNING, FIND_BEGINNING),
    ):
        took = median(lambda word=search: words.find(word, None, 200))  # type: ignore[misc]
        report.at_most(f"search: {what} in {messages:,} messages", "ms CPU", took, bound)
    shown = median(lambda: searching.search(COMMON))
    report.at_most("the same, 200 results with their chats", "ms CPU", shown, STALL)


def median(work: Callable[[], object]) -> float:
    """Milliseconds."""
    seen = []
    for _ in range(ROUNDS * 3):
        start = process_time()
        work()
        seen.append((process_time() - start) * 1e3)
    return statistics.median(seen)


def expire(
    report: Report,
    engine: Engine,
    store: SqlcipherStore,
    conversation: bytes,
    clock: list[float],
    count: int,
) -> None:
    at, first = NOW + 3000.0, store.messages.length(conversation) - count
    with store.transaction():
        for place in range(first, first + count):
            store.extras.put(Extra(conversation, place, place // RUN, lasts=60, gone_at=at))
            store.fading.put(Fading(conversation, place, int(at // 60), at))
    clock[0] += 3600
    steps(report, f"{count:,} messages disappear at once", engine, engine.upkeep.tick)


def forget(report: Report, engine: Engine, conversation: bytes, count: int) -> None:
    what = f"a conversation of {count:,} is forgotten"
    steps(report, what, engine, lambda: engine.forget(conversation))


def steps(report: Report, what: str, engine: Engine, first: Callable[[], object]) -> None:
    seen = [spent(first)]
    while engine.shelf.sweeping.is_due():
        seen.append(spent(engine.upkeep.tick))
    report.at_most(f"{what}: the longest step", "ms CPU", max(seen), STALL)
    report.note(f"all of its {len(seen)} steps", "ms CPU", sum(seen))


def spent(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return (process_time() - start) * 1e3
