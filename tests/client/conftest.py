"""What the tests of the client share."""

import contextlib
import hashlib
import io
import json
import random
import secrets
import shutil
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from doorless_client import cli, key_file
from doorless_lab.processes import PASSPHRASE, Relay, running_relay
from doorless_protocol import frames
from doorless_protocol.frames import Answer, Call, Challenge, Done, decode_call, encode
from doorless_protocol.primitives import Random
from in_process import hurry, registered_here
from kept_port import kept_port

SUBPROTOCOL = Subprotocol(frames.SUBPROTOCOL)
Behaviour = Callable[[ServerConnection], Awaitable[None]]


@pytest.fixture
def randomness() -> Random:
    """Bytes that are the same in each run."""
    return random.Random(2026).randbytes


@pytest.fixture
def cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a test guess often. No option, setting or variable of the program does this."""
    cheap = key_file.Cost(passes=1, memory=8192)
    monkeypatch.setattr(key_file, "FLOOR", cheap)
    monkeypatch.setattr(key_file.wrap, "__defaults__", (cheap,))


class ScriptedRelay:
    """A relay that does what a test tells it to: `behave(connection)` after the challenge."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.calls: list[Call] = []
        self.greeting = encode(Challenge("relay.test", bytes(32)))
        self.connections = 0
        self.behave: Behaviour = self.answer_all
        self._tls = tls
        self._server: Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def start(self, port: int = 0) -> None:
        self._server = await serve(
            self._handle,
            "127.0.0.1",
            port,
            ssl=self._tls,
            subprotocols=[SUBPROTOCOL],
            reuse_address=True,
        )

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def answer_all(self, connection: ServerConnection) -> None:
        async for data in connection:
            assert isinstance(data, bytes)
            call = decode_call(data)
            self.calls.append(call)
            await connection.send(encode(Answer(call.id, Done())))

    async def _handle(self, connection: ServerConnection) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionClosed):
            await connection.send(self.greeting)
            await self.behave(connection)


@pytest.fixture
async def scripted_relay() -> AsyncIterator[ScriptedRelay]:
    relay = ScriptedRelay()
    with kept_port() as port:
        await relay.start(port)
        yield relay
        await relay.stop()


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class CommandLine:
    """Runs commands of doorless in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(
        self, *arguments: str, passphrase: str | None = "a secret", says: bytes = b""
    ) -> Ended:
        self._capsys.readouterr()
        if passphrase is None:
            self._monkeypatch.delenv("DOORLESS_PASSPHRASE", raising=False)
        else:
            self._monkeypatch.setenv("DOORLESS_PASSPHRASE", passphrase)
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(says)))
        try:
            code = cli.run(arguments, now=time.time, random=secrets.token_bytes)
        except SystemExit as ended:  # argparse ends so
            code = ended.code if isinstance(ended.code, int) else 1
        printed = self._capsys.readouterr()
        return Ended(code, printed.out, printed.err)


@pytest.fixture
def doorless(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, cheap_passphrases: None
) -> CommandLine:
    return CommandLine(capsys, monkeypatch)


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """Where the relay of `made` is found again by each test that starts it."""
    with kept_port() as kept:
        yield kept


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, port: int) -> Path:
    """Alice and Bob, who accepted each other, and the files of their relay; nothing runs."""
    folder = tmp_path_factory.mktemp("made")
    with running_relay(folder, port) as relay:
        alice, bob = registered_here(folder, relay, ["alice", "bob"])
        assert alice.run("add", f"bob@{relay.name}").code == 0
        assert alice.run("send", "bob", "hello").code == 0
        assert bob.run("receive").code == 0
        assert bob.run("accept", "alice").code == 0
        assert alice.run("receive").code == 0
    return folder


@pytest.fixture
def world(made: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "world"
    shutil.copytree(made, folder)
    return folder


@pytest.fixture
def relay(world: Path, port: int) -> Iterator[Relay]:
    relay = Relay(world / "relay", world / "relay.log", port)
    relay.start()
    yield relay
    relay.stop()


@pytest.fixture
def alice(world: Path, doorless: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command as Alice."""
    hurry(monkeypatch)

    def run(*arguments: str, **options: Any) -> Any:
        options.setdefault("passphrase", PASSPHRASE)
        return doorless("--profile", str(world / "alice"), *arguments, **options)

    return run


@pytest.fixture
def fingerprint(world: Path) -> Callable[[], dict[str, str]]:
    """Hashes of the files of Alice's profile, to compare before and after."""

    def take() -> dict[str, str]:
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((world / "alice").iterdir())
            if not path.name.endswith("-shm")  # an index that SQLite makes anew
        }

    return take
