"""Files between two messengers, over sockets and disks: offered, cut, gone on with, saved."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest

from doorless_client import files_at_work
from doorless_client.core.api import RefusedError
from doorless_client.core.message_parts import FileState
from doorless_client.core.views import FileMoved, Message, State
from doorless_client.endpoint import Endpoint
from doorless_client.messenger import Messenger
from doorless_client.network import RelayNetwork
from doorless_client.registering import register
from doorless_client.sealed_files import SealedFiles
from doorless_client.store.base import Store
from doorless_client.store.memory import MemoryStore
from doorless_protocol.blob_frames import BlobPut
from doorless_protocol.frames import Request
from doorless_server import listener
from doorless_server.effects import Outcome
from doorless_server.peers import Peer
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore as RelayStore
from kept_port import kept_port
from looked_again import until

FILE = os.urandom(300_000)


class CountingRelay(Relay):
    """Attributes: stop_after: pieces after which it is gone, with everybody on it."""

    pieces = 0
    stop_after = 0
    stopped: "Callable[[], None]" = staticmethod(lambda: None)

    async def handle(self, peer: Peer, request: Request, now: int, source: str = "") -> Outcome:
        outcome = await super().handle(peer, request, now, source)
        if isinstance(request, BlobPut):
            self.pieces += 1
            if self.pieces == self.stop_after:
                self.stopped()
        return outcome


class Home:
    """A relay on a port of its own, and messengers with folders for their sealed files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.relay = CountingRelay(RelayStore(), Identity("relay.test"), random=os.urandom)
        self.running, self.keeping = AsyncExitStack(), ExitStack()
        self.port = self.keeping.enter_context(kept_port())
        self.stores: dict[str, Store] = {}

    async def start(self) -> None:
        self.server = await listener.serve(
            self.relay, "127.0.0.1", self.port, clock=lambda: int(time.time())
        )
        self.endpoint = Endpoint.parse(self.server.url)

    def messenger(self, handle: str) -> Messenger:
        return Messenger(
            self.stores[handle],
            RelayNetwork(self.endpoint, os.urandom),
            now=time.time,
            random=os.urandom,
            vault=SealedFiles(self.folder / handle),
        )

    async def person(self, handle: str) -> Messenger:
        self.stores[handle] = store = MemoryStore()
        await register(
            store,
            RelayNetwork(self.endpoint, os.urandom),
            handle=handle,
            relay=self.endpoint.name,
            seed=os.urandom(32),
            now=time.time,
            random=os.urandom,
        )
        return await self.running.enter_async_context(self.messenger(handle))


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = Home(tmp_path)
    await made.start()
    yield made
    await made.running.aclose()
    await made.server.close()
    made.keeping.close()


def files(messenger: Messenger) -> list[Message]:
    history = messenger.history(messenger.chats()[0].conversation)
    return [one for one in history.slice(0, len(history)) if one.file is not None]


async def friends(home: Home) -> tuple[Messenger, Messenger]:
    alice, bob = await home.person("alice"), await home.person("bob")
    chat = await alice.add(f"bob@{home.endpoint.name}")
    await alice.send(chat.conversation, "hello")
    await until(bob, lambda: bool(bob.chats()))
    await bob.accept(bob.chats()[0].conversation)
    await until(alice, lambda: alice.chats()[0].confirmed)
    return alice, bob


def written(tmp_path: Path, data: bytes = FILE) -> Path:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(data)
    return path


async def test_a_file_goes_from_disk_to_disk(home: Home, tmp_path: Path) -> None:
    alice, bob = await friends(home)
    moved: list[FileMoved] = []
    bob.listen(lambda event: moved.append(event) if isinstance(event, FileMoved) else None)
    to = alice.chats()[0].conversation
    ours = await alice.files.offer(to, written(tmp_path), text="from last week")
    assert await alice.settle(60)
    await until(bob, lambda: bool(files(bob)))
    (theirs,) = files(bob)
    assert (theirs.text, theirs.file and theirs.file.name) == ("from last week", "holiday.jpg")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with pytest.raises(RefusedError, match="fetch it first"):
        await bob.files.save(theirs, inbox)
    await bob.files.fetch(theirs)
    await until(bob, lambda: bob.files.view(theirs).state is FileState.HERE)  # type: ignore[union-attr]
    saved = await bob.files.save(theirs, inbox)
    assert saved == inbox / "holiday.jpg"
    assert saved.read_bytes() == FILE
    assert await bob.files.read(theirs, 1_000_000) == FILE
    with pytest.raises(RefusedError, match="larger"):
        await bob.files.read(theirs, 1000)
    assert moved[-1].file.state is FileState.HERE
    await until(alice, lambda: files(alice)[-1].state >= State.SENT)
    on_disks = b"".join(path.read_bytes() for path in home.folder.rglob("*/" + "?" * 64))
    assert len(on_disks) > 2 * len(FILE)
    assert FILE[1000:1100] not in on_disks
    assert ours.file is not None


@pytest.mark.parametrize("piece", [1, 3])
async def test_an_upload_survives_the_relay_and_the_program(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(files_at_work, "FIRST_RETRY", 0.05)
    monkeypatch.setattr(files_at_work, "LAST_RETRY", 0.05)
    alice, bob = await friends(home)
    gone = asyncio.Event()
    home.relay.stop_after, home.relay.stopped = piece, gone.set
    await alice.files.offer(alice.chats()[0].conversation, written(tmp_path))
    await gone.wait()
    await home.server.close()
    (tmp_path / "holiday.jpg").unlink()
    await alice.close()
    await home.start()
    async with home.messenger("alice") as again:
        await until(bob, lambda: bool(files(bob)))
        assert home.relay.pieces == 5
        assert again.files.view(files(again)[0]).state is FileState.HERE  # type: ignore[union-attr]


async def test_a_file_is_forwarded_under_another_key(home: Home, tmp_path: Path) -> None:
    alice, bob = await friends(home)
    to = alice.chats()[0].conversation
    ours = await alice.files.offer(to, written(tmp_path, b"short"))
    again = await alice.files.forward(ours, to)
    assert await alice.settle(60)
    await until(bob, lambda: len(files(bob)) == 2)
    assert again.forwarded
    stored = SealedFiles(home.folder / "alice")
    one, other = (b"".join(stored.pieces(name)) for name in stored.names())
    assert one[:32] != other[:32]


async def test_what_cannot_be_read_is_refused_in_words(home: Home, tmp_path: Path) -> None:
    alice, _ = await friends(home)
    to = alice.chats()[0].conversation
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "not there", tmp_path, tmp_path / "pipe", Path("a\0b")):
        with pytest.raises(RefusedError):
            await alice.files.offer(to, path)
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(101 * 2**20)
    with pytest.raises(RefusedError, match="100 MiB"):
        await alice.files.offer(to, large)
    assert files(alice) == []
    assert SealedFiles(home.folder / "alice").names() == []
