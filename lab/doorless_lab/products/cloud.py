"""The control: a messenger whose operator can read, as most services were built.

Two people, the same conversation, and an honest operator: what they write is uploaded over a
connection that nobody on the way can read, and kept as it was written, so that it is there on
every device. What a demand reaches here is the measure for what it reaches in the product, and
a search for markers has to find all of them here.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

DATABASE = "cloud.db"

SCHEMA = """
CREATE TABLE accounts (handle TEXT PRIMARY KEY, name TEXT, email TEXT, created INTEGER);
CREATE TABLE sessions (handle TEXT, at INTEGER, address TEXT);
CREATE TABLE messages (
    number INTEGER PRIMARY KEY, sender TEXT, recipient TEXT, at INTEGER, address TEXT, text TEXT
);
"""

MAX_LINE = 65_536
"""Bytes of one request."""


class CloudError(Exception):
    """The service said no; the message says why."""


class CloudService:
    """Entered, it listens on loopback; left, it does not. Its folder stays.

    Args:
        now: Unix seconds.
    """

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self.folder, self._now = folder, now
        self.address: tuple[str, int] = ("127.0.0.1", 0)
        self._open: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True)
        with closing(sqlite3.connect(self.folder / DATABASE)) as db:
            db.executescript(SCHEMA)
        self._server = await asyncio.start_server(self._serve, *self.address, limit=MAX_LINE)
        self.address = self._server.sockets[0].getsockname()[:2]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._open:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._open))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while line := await reader.readline():
                answer = self._answer(json.loads(line))
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        finally:
            self._open.discard(writer)
            writer.close()

    def _answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        now = int(self._now())
        with closing(sqlite3.connect(self.folder / DATABASE)) as db, db:
            match asked:
                case {"do": "register", "handle": handle, "name": name, "address": address}:
                    account = (handle, name, f"{handle}@mail.example", now)
                    db.execute("INSERT INTO accounts VALUES (?, ?, ?, ?)", account)
                    db.execute("INSERT INTO sessions VALUES (?, ?, ?)", (handle, now, address))
                    return {"ok": True}
                case {"do": "say", "from": sender, "to": to, "text": text, "address": address}:
                    db.execute(
                        "INSERT INTO messages (sender, recipient, at, address, text)"
                        " VALUES (?, ?, ?, ?, ?)",
                        (sender, to, now, address, text),
                    )
                    return {"ok": True}
                case {"do": "read", "as": handle}:
                    found = db.execute(
                        "SELECT text FROM messages WHERE recipient = ? ORDER BY number", (handle,)
                    )
                    return {"ok": True, "texts": [text for (text,) in found]}
        return {"ok": False}


def read_rows(folder: Path, question: str, *values: object) -> list[dict[str, Any]]:
    """What the operator reads in the database of his service."""
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(question, values)]


@dataclass(frozen=True, slots=True)
class CloudPerson:
    """Somebody with an account there. Left, the connection is closed."""

    handle: str
    address: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def register(
        cls, service: CloudService, handle: str, name: str, address: str = "127.0.0.1"
    ) -> Self:
        """`address`: what stands for the network that this person comes from."""
        reader, writer = await asyncio.open_connection(*service.address)
        person = cls(handle, address, reader, writer)
        await person._ask(do="register", handle=handle, name=name, address=address)
        return person

    async def says(self, to: str, text: str) -> None:
        await self._ask(**{"do": "say", "from": self.handle, "to": to, "text": text})

    async def hears(self) -> list[str]:
        """All that was written to this person, oldest first."""
        texts: list[str] = (await self._ask(**{"do": "read", "as": self.handle}))["texts"]
        return texts

    def leave(self) -> None:
        self.writer.close()

    async def _ask(self, **asked: str) -> dict[str, Any]:
        self.writer.write(json.dumps({"address": self.address, **asked}).encode() + b"\n")
        await self.writer.drain()
        answer: dict[str, Any] = json.loads(await self.reader.readline())
        if not answer["ok"]:
            raise CloudError(f"the service does not know {asked['do']!r}")
        return answer
