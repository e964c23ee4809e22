"""A client that is killed in the middle of a file: kill -9 between two pieces, both ways.

The relay runs here and counts; the client is a process over a profile's store and folder on a disk.
With DOORLESS_EVERY_POINT=1 it is killed at every piece.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from doorless_client.core.message_parts import FileState
from doorless_client.core.moving import AT_ONCE
from doorless_client.core.views import Message
from doorless_client.endpoint import Endpoint
from doorless_client.messenger import Messenger
from doorless_client.network import RelayNetwork
from doorless_client.registering import register
from doorless_client.sealed_files import SealedFiles
from doorless_client.store.sqlcipher import open_store
from doorless_protocol.blob_frames import BlobGet, BlobPut
from doorless_protocol.frames import Request
from doorless_server import listener
from doorless_server.effects import Outcome
from doorless_server.peers import Peer
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore as RelayStore
from looked_again import until

FILE = os.urandom(350_000)
PIECES = 6
KEY = b"k" * 32
POINTS = range(1, PIECES) if os.environ.get("DOORLESS_EVERY_POINT") else (3,)

CLIENT = """
import asyncio, os, sys, time
from pathlib import Path
from doorless_client.endpoint import Endpoint
from doorless_client.messenger import Messenger
from doorless_client.network import RelayNetwork
from doorless_client.sealed_files import SealedFiles
from doorless_client.store.sqlcipher import open_store

async def main(folder, url, does):
    store = open_store(folder / "store.db", b"k" * 32)
    vault, network = SealedFiles(folder / "files"), RelayNetwork(Endpoint.parse(url), os.urandom)
    made = Messenger(store, network, now=time.time, random=os.urandom, vault=vault)
    async with made as messenger:
        chat = messenger.chats()[0].conversation
        if does == "offer":
            await messenger.files.offer(chat, folder / "film.mp4")
        elif does == "fetch":
            history = messenger.history(chat)
            files = [one for one in history.slice(0, len(history)) if one.file is not None]
            await messenger.files.fetch(files[-1])
        await asyncio.sleep(60)

asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
"""


class KillingRelay(Relay):
    """Attributes: at: of which piece the asker is killed, before it is answered."""

    asked = 0
    at = 0
    client: "asyncio.subprocess.Process | None" = None

    async def handle(self, peer: Peer, request: Request, now: int, source: str = "") -> Outcome:
        if isinstance(request, BlobPut | BlobGet):
            self.asked += 1
            if self.asked == self.at and self.client is not None:
                self.client.send_signal(signal.SIGKILL)
                await self.client.wait()
        return await super().handle(peer, request, now, source)


class Person:
    """A store and a folder on a disk, opened here or by a process."""

    def __init__(self, folder: Path, endpoint: Endpoint) -> None:
        self.folder, self.endpoint = folder, endpoint
        folder.mkdir()

    async def enrol(self) -> None:
        store = open_store(self.folder / "store.db", KEY, create=True)
        await register(
            store,
            RelayNetwork(self.endpoint, os.urandom),
            handle=self.folder.name,
            relay=self.endpoint.name,
            seed=os.urandom(32),
            now=time.time,
            random=os.urandom,
        )
        store.close()

    @asynccontextmanager
    async def here(self) -> AsyncIterator[Messenger]:
        store = open_store(self.folder / "store.db", KEY)
        network = RelayNetwork(self.endpoint, os.urandom)
        vault = SealedFiles(self.folder / "files")
        messenger = Messenger(store, network, now=time.time, random=os.urandom, vault=vault)
        try:
            async with messenger:
                yield messenger
        finally:
            store.close()

    async def runs(self, does: str) -> asyncio.subprocess.Process:
        url = f"ws://127.0.0.1:{self.endpoint.address.port}"
        arguments = ("-c", CLIENT, str(self.folder), url, does)
        return await asyncio.create_subprocess_exec(sys.executable, *arguments)


def arrived(messenger: Messenger) -> bool:
    return any(chat.preview for chat in messenger.chats())


async def acquaint(alice: Person, bob: Person) -> None:
    await alice.enrol()
    await bob.enrol()
    async with alice.here() as one, bob.here() as other:
        chat = await one.add(f"bob@{alice.endpoint.name}")
        await one.send(chat.conversation, "hello")
        await until(other, lambda: arrived(other))
        await other.accept(other.chats()[0].conversation)
        await until(one, lambda: one.chats()[0].confirmed)


async def killed(relay: KillingRelay, person: Person, does: str, at: int) -> None:
    relay.asked, relay.at = 0, at
    relay.client = client = await person.runs(does)
    async with asyncio.timeout(60):
        assert await client.wait() == -signal.SIGKILL
    relay.client = None


@pytest.mark.parametrize("piece", POINTS)
async def test_a_killed_client_goes_on_both_ways(tmp_path: Path, piece: int) -> None:
    relay = KillingRelay(RelayStore(), Identity("relay.test"), random=os.urandom)
    server = await listener.serve(relay, "127.0.0.1", 0, clock=lambda: int(time.time()))
    endpoint = Endpoint.parse(server.url)
    alice, bob = Person(tmp_path / "alice", endpoint), Person(tmp_path / "bob", endpoint)
    await acquaint(alice, bob)
    (alice.folder / "film.mp4").write_bytes(FILE)
    await killed(relay, alice, "offer", piece)
    (alice.folder / "film.mp4").unlink()
    async with alice.here() as one, bob.here() as other:
        await until(other, lambda: bool(files(other)))
        assert relay.asked == PIECES  # the one whose answer nobody heard was kept
        assert state(one, files(one)[0]) is FileState.HERE
    await killed(relay, bob, "fetch", piece)
    async with bob.here() as other:
        (message,) = files(other)
        await until(other, lambda: state(other, message) is FileState.HERE)
        assert PIECES <= relay.asked <= PIECES + AT_ONCE  # what was on its way is asked for again
        saved = await other.files.save(message, tmp_path)
        assert saved.read_bytes() == FILE
    await server.close()


def files(messenger: Messenger) -> list[Message]:
    history = messenger.history(messenger.chats()[0].conversation)
    return [one for one in history.slice(0, len(history)) if one.file is not None]


def state(messenger: Messenger, message: Message) -> FileState | None:
    view = messenger.files.view(message)
    return view.state if view is not None else None
