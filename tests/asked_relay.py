"""A relay without sockets, over either store, and what it says to persons and to anybody."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from weakref import WeakKeyDictionary

from doorless_protocol.frames import Answer, Answered, Done, Request, Submit, encode
from doorless_protocol.log.config import LogKeys
from doorless_server.directory.base import Directory
from doorless_server.directory.inline import InlineDirectory
from doorless_server.peers import Peer
from doorless_server.relay import Identity, Relay
from doorless_server.store.base import Store
from doorless_server.store.memory import MemoryStore
from doorless_server.store.sqlite import SqliteStore
from doorless_server.store.writer import Writer
from relay_person import NOW, Person

BINDING = bytes(32)
HERS = "198.51.100.1"
"""The address of everybody who signs in."""


class Asked:
    """
    Attributes:
        now, elapsed: what the relay's clocks show; a test moves them.
    """

    def __init__(self, store: Store, directory: Directory | None = None) -> None:
        self.store, self.now, self.elapsed = store, NOW, 0.0
        self.random = Random(12).randbytes
        self.relay = Relay(
            store,
            Identity("relay.test"),
            random=self.random,
            directory=directory,
            elapsed=lambda: self.elapsed,
        )

    def passes(self, seconds: int) -> None:
        self.now += seconds
        self.elapsed += seconds

    def greeted(self) -> Peer:
        return self.relay.greet(self.now, BINDING)

    async def anybody(self, request: Request, source: str = "192.0.2.1") -> Answered:
        """The answer on a fresh connection."""
        return (await self.relay.handle(self.greeted(), request, self.now, source)).answered

    async def bytes_of(self, request: Request, source: str = "192.0.2.1") -> bytes:
        """The same, as it goes over the line."""
        return encode(Answer(1, await self.anybody(request, source)))

    async def signed_in(self, person: Person, source: str = HERS) -> Peer:
        peer = self.greeted()
        return (await self.relay.handle(peer, person.sign_in(peer), self.now, source)).peer

    async def does(self, person: Person, *requests: Request) -> Answered:
        """What the last of them is answered."""
        peer, answered = await self.signed_in(person), Done()
        told: Answered = answered
        for request in requests:
            outcome = await self.relay.handle(peer, request, self.now, HERS)
            peer, told = outcome.peer, outcome.answered
        return told

    async def fill(self, person: Person, count: int, token: bytes = b"") -> list[Answered]:
        mailbox = person.device.mailbox
        asked = [Submit(mailbox, token, self.random(16), bytes(2048)) for _ in range(count)]
        return (await self.relay.submit(asked, self.now))[0]


@asynccontextmanager
async def asked(path: Path | None, *, log: bool = False) -> AsyncIterator[Asked]:
    """Over a database, or without a path in memory."""
    store: Store = MemoryStore() if path is None else await SqliteStore.open(path / "relay.db")
    keys = LogKeys.from_seed("relay.test/keys", bytes(range(96)))
    directory = (
        InlineDirectory.in_memory(keys, keys.config(), random=Random(13).randbytes, now=NOW)
        if log
        else None
    )
    try:
        yield Asked(store, directory)
    finally:
        await store.close()


_HEARING: WeakKeyDictionary[Writer, Callable[[str], None] | None] = WeakKeyDictionary()


def watch_database(store: Store, told: Callable[[str], None] | None) -> None:
    """Have every statement that the store's database is asked told, but for what `store.space` asks
    of its pages: with each commit, and by the clock.

    SQLite is asked to tell once, and never to stop: that would wait, with the interpreter's lock,
    for the writer's thread, which may be about to tell.
    """
    assert isinstance(store, SqliteStore)
    writer = store.writer

    def hear(statement: str) -> None:
        told = _HEARING[writer]
        if told and not statement.startswith("PRAGMA"):
            told(statement)

    is_first = writer not in _HEARING
    _HEARING[writer] = told
    if is_first:
        writer._db.set_trace_callback(hear)
