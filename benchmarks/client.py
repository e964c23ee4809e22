"""The client's engine and store: sending, also what queued up, catching up, unlocking,
scrolling; finding words in a long profile, and letting much of it go.

    python -m benchmarks.client [--json] [--check] [--quick]

Two engines over SQLCipher files, a relay in memory between them, no network: what is
measured is the client's own work, its fsyncs included. The relay's mailbox bound is lifted
for the catch-up, since 10,000 envelopes are queued. What waited at a relay is the exception: that
is a process of its own, and the messengers are whole.
"""

import asyncio
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from benchmarks.catching_up import KEY, catch_up
from benchmarks.coming_back import WAITING, coming_back
from benchmarks.long_profile import in_a_long_profile
from benchmarks.report import ROUNDS, Report, run
from doorless_client.beside import Beside
from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Anonymously
from doorless_client.core.engine import Engine
from doorless_client.endpoint import Endpoint
from doorless_client.messenger import open_messenger
from doorless_client.network import RelayNetwork
from doorless_client.store.records import Entry
from doorless_client.store.sqlcipher import SqlcipherStore, open_store
from doorless_client.tui.collecting import collect_seldom
from doorless_client.wire import MAX_DELIVERED
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.frames import (
    AnonymousRequest,
    Answered,
    Done,
    SignedInRequest,
    Submit,
)

TEXT = "x" * 256

BESIDE_ITS_LIMIT = 0.4
"""Of what bare opens and commits reach: the rest reads what was said, looks up who may say it,
whether it was said before and what is missing, and shows it."""

FEW, MANY = 100, 1_000
"""Messages that queue up; each of many must leave as fast as each of few."""


class Timed(RelayNetwork):
    """Takes every envelope and notes when it came to the socket; signed in to a World's relay."""

    def __init__(self, person: Person) -> None:
        super().__init__(Endpoint.parse("ws://127.0.0.1:1"), os.urandom)
        self._person = person
        self.arrived = asyncio.Event()
        self.at = 0.0

    async def start(
        self,
        login: object,  # noqa: ARG002
        *,
        on_signed_in: Callable[[], Awaitable[None]],
        on_deliver: object,  # noqa: ARG002
        on_link: object,  # noqa: ARG002
    ) -> None:
        await on_signed_in()

    async def signed_in(self, request: SignedInRequest) -> Answered:
        return self._person.run_request(request)

    async def anonymous(
        self,
        relay: str,  # noqa: ARG002
        request: AnonymousRequest,
        *,
        apart: bytes = b"",  # noqa: ARG002
        pin: bytes = b"",  # noqa: ARG002
    ) -> Answered:
        if not isinstance(request, Submit):
            raise UnreachableError("nothing else is asked in a benchmark")
        self.at = perf_counter()
        self.arrived.set()
        return Done()


def friends(folder: Path) -> tuple[World, Person, Person]:
    world = World()
    alice = world.person("alice", open_store(folder / "alice.db", KEY, create=True))
    bob = world.person("bob", open_store(folder / "bob.db", KEY, create=True))
    bob.engine.state.beside = Beside()  # as the messenger at work has it
    alice.add("bob")
    bob.add("alice")
    alice.says("bob", "hello")
    world.advance(10)
    return world, alice, bob


async def sends(world: World, alice: Person, count: int) -> list[float]:
    """Milliseconds from `send` to the envelope at the socket, one message after the other."""
    network = Timed(alice)
    messenger = open_messenger(alice.store, network, now=lambda: world.now, random=world.random)
    seen = []
    async with messenger:
        (chat,) = messenger.chats()
        for _ in range(count):
            network.arrived.clear()
            start = perf_counter()
            await messenger.send(chat.conversation, TEXT)
            await network.arrived.wait()
            seen.append((network.at - start) * 1e3)
            await messenger.settle(10)
    return seen


def send_queued(alice: Person, count: int) -> float:
    """Messages a second that leave, of so many that were said while the relay was away."""
    for _ in range(count):
        alice.says("bob", TEXT)
    (account,) = alice.engine.upkeep.due()
    flow = alice.engine.upkeep.deliver(account)
    left = 0
    start = perf_counter()
    with contextlib.suppress(StopIteration):
        ask = next(flow)
        while True:
            assert isinstance(ask, Anonymously)
            assert isinstance(ask.request, Submit)
            left += 1
            ask = flow.send(Done())
    took = perf_counter() - start
    assert left == count
    assert not alice.engine.waiting
    return count / took


def send_queues(report: Report, alice: Person) -> None:
    """In turns, so that a busy minute of the machine tells in both."""
    alice.reopen()  # a messenger used its profile meanwhile
    few, many = [], []
    for _ in range(ROUNDS):
        few.append(send_queued(alice, FEW))
        many.append(send_queued(alice, MANY))
    report.note(f"send {MANY:,} queued messages", "1/s", statistics.median(many))
    slower = statistics.median(few) / statistics.median(many)
    report.at_most(f"time for each of {MANY:,} queued, against {FEW}", "times", slower, 1.5)


def unlock(path: Path, world: World) -> float:
    """Milliseconds from the raw key to the chat list; Argon2id comes before it."""
    start = perf_counter()
    store = open_store(path, KEY)
    engine = Engine(store, clock=lambda: world.now, random=world.random, emit=lambda _: None)
    engine.chats()
    took = (perf_counter() - start) * 1e3
    store.close()
    return took


def helps() -> float:
    """Milliseconds of the processor until a shell shows what can be said."""
    command = [sys.executable, "-m", "doorless_client", "--help"]
    seen = []
    for _ in range(ROUNDS):
        before = worked_by_children()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seen.append((worked_by_children() - before) * 1e3)
    return statistics.median(seen)


def worked_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def catching_up(
    report: Report, folder: Path, alice: Person, bob: Person, world: World, count: int
) -> None:
    rates = catch_up(folder, alice, bob, world, TEXT, count)
    report.at_least(f"catch up on {count:,} queued envelopes, durably", "1/s", rates.ours, 15_000)
    report.against(
        "the same, beside its own limit",
        "1/s",
        rates.ours,
        rates.limit,
        "bare opens and commits",
        BESIDE_ITS_LIMIT,
        more_is_better=True,
    )
    report.note("the same, by the processor's time", "1/s", rates.working)
    report.at_most(f"longest step of at most {MAX_DELIVERED} envelopes", "ms", rates.longest, 50)


def fill_conversation(store: SqlcipherStore, conversation: bytes, count: int) -> None:
    length = store.messages.length(conversation)
    with store.transaction():
        for place in range(length, count):
            store.messages.put(
                Entry(
                    conversation=conversation,
                    place=place,
                    id=place.to_bytes(16),
                    mine=False,
                    account=bytes(32),
                    device=bytes(16),
                    at=0,
                    received=0,
                    kind="text",
                    text=TEXT,
                    chars=len(TEXT),
                    state=6,
                )
            )


def look(alice: Person) -> tuple[float, float]:
    """Milliseconds for the lengths of a whole conversation, and for one screen in its middle."""
    history = alice.engine.history(alice.chat("bob").conversation)
    start = perf_counter()
    history.lengths(256)
    lengths = perf_counter()
    history.slice(25_000, 25_050)
    return (lengths - start) * 1e3, (perf_counter() - lengths) * 1e3


def fill(report: Report, quick: bool) -> None:
    collect_seldom()  # as the messenger in a terminal does
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world, alice, bob = friends(folder)
        seen = sorted(asyncio.run(sends(world, alice, 300 if quick else 2_000)))
        report.note("send, Enter to socket, p50", "ms", statistics.median(seen))
        report.at_most("send, Enter to socket, p99", "ms", seen[int(len(seen) * 0.99)], 10)
        catching_up(report, folder, alice, bob, world, 2_000 if quick else 10_000)
        rates = coming_back(TEXT, 3 if quick else ROUNDS)
        report.note(f"{WAITING} that waited at a relay, shown", "1/s", statistics.median(rates))
        send_queues(report, alice)
        times = [unlock(folder / "bob.db", world) for _ in range(5)]
        report.at_most("unlock beyond Argon2id, 1 session", "ms", statistics.median(times), 50)
        report.at_most("doorless --help, of the processor", "ms", helps(), 150)
        store = alice.store
        assert isinstance(store, SqlcipherStore)
        fill_conversation(store, alice.chat("bob").conversation, 50_000)
        lengths, screen = map(statistics.median, zip(*(look(alice) for _ in range(5)), strict=True))
        report.note("lengths of 50,000 messages", "ms", lengths)
        report.note("50 of 50,000 messages", "ms", screen)
        for person in (alice, bob):
            person.store.close()
        in_a_long_profile(report, folder, quick)


if __name__ == "__main__":
    sys.exit(run("client", fill, ("sqlcipher3", "msgspec", "cryptography")))
