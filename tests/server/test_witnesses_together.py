"""A relay, two witnesses and an auditor, as real processes; and a stranger who checks them all."""

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from doorless_protocol.errors import UnwitnessedError
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.note import Note, Vkey
from doorless_protocol.log_frames import Logged
from kept_port import kept_port
from served import ask_once
from stranger import Audit

RELAY = "relay.test"

QUORUM = """\
group auditors any auditor
group two-of-three 2 w1 w2 auditors
quorum two-of-three
"""


class Stage:
    """Who runs, and where."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.keys: tuple[Vkey, ...] = ()
        self.url, self.token = "", ""
        self.port = port  # the auditor and the policy name it beforehand

    def data(self, name: str) -> Path:
        return self.folder / name

    def command(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "doorless_server", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout

    def start(self, name: str, *arguments: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "doorless_server", *arguments]
        process = subprocess.Popen(
            [*command, "--data", str(self.data(name))],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.running[name] = process
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert isinstance(ready, dict)
        return ready

    def kill(self, name: str) -> None:
        self.running[name].kill()
        self.running.pop(name).communicate()

    def witness(self, name: str, listen: str = "127.0.0.1:0") -> dict[str, Any]:
        logs = [part for key in self.keys for part in ("--log", key.encode())]
        audit = [] if name != "auditor" else ["--audit", f"http://127.0.0.1:{self.port}/log"]
        return self.start(name, "witness", "--listen", listen, *logs, *audit)

    def relay(self) -> None:
        listen = f"127.0.0.1:{self.port}"
        self.url = self.start("relay", "serve", "--listen", listen, "--name", RELAY)["url"]

    def page(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/log/{path}", timeout=60) as got:
            body = got.read()
        assert isinstance(body, bytes)
        return body

    def head(self) -> Note:
        return Note.decode(self.page("checkpoint"))

    def stranger(self) -> Audit:
        ed25519, mldsa44 = self.keys
        return Audit(f"http://127.0.0.1:{self.port}/log", (ed25519, mldsa44), self.token)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with kept_port() as port:
        made = Stage(tmp_path, port)
        yield made
        for name in list(made.running):
            made.kill(name)


def begin(stage: Stage) -> dict[str, str]:
    """Everybody knows everybody's keys before the log is begun. The witnesses' addresses."""
    relay = str(stage.data("relay"))
    printed = stage.command("log-key", "--data", relay, "--name", RELAY)
    stage.keys = tuple(Vkey.parse(line) for line in printed.splitlines())
    stage.token = stage.command("auditor", "--data", relay, "auditor").strip()
    keys = stage.data("auditor") / "keys"
    keys.mkdir(parents=True)
    (keys / "audit.token").write_text(stage.token + "\n")
    ready = {name: stage.witness(name) for name in ("w1", "w2", "auditor")}
    lines = [f"witness {name} {each['vkey']} {each['url']}\n" for name, each in ready.items()]
    (stage.data("relay") / "policy").write_text("".join(lines) + QUORUM)
    stage.relay()
    return {name: each["url"].removeprefix("http://") for name, each in ready.items()}


async def register(stage: Stage, person: Any) -> None:
    assert isinstance(await ask_once(stage.url, person.register(), person), Logged)


async def published(stage: Stage, holds: Callable[[Note], bool]) -> Note:
    """The head, once it is what is awaited."""
    loop = asyncio.get_running_loop()
    until = loop.time() + 60
    while not holds(note := stage.head()):
        assert loop.time() < until, "no such head was published"
        await asyncio.sleep(0.05)
    return note


def size_of(note: Note) -> int:
    return int(note.text.split(b"\n")[1])


async def test_a_relay_its_witnesses_and_an_auditor(
    stage: Stage, alice: Any, bob: Any, mallory: Any
) -> None:
    addresses = begin(stage)
    policy = LogConfig.decode(stage.page("config")).policy
    first = stage.head()  # signed before the auditor could read the log's pages
    assert set(policy.check(first)) == {"w1", "w2"}
    stranger = stage.stranger()
    stranger.audit()

    await register(stage, alice)
    after_alice = await published(stage, lambda note: size_of(note) > size_of(first))
    assert set(policy.check(after_alice)) == {"w1", "w2", "auditor"}
    stranger.audit()  # goes on from where it was, by a consistency proof
    assert stranger.leaves[-1].map_count == 1

    stage.kill("w2")  # a quorum without it
    await register(stage, bob)
    after_bob = await published(stage, lambda note: size_of(note) > size_of(after_alice))
    assert set(policy.check(after_bob)) == {"w1", "auditor"}

    stage.kill("auditor")  # no quorum: the log goes on, and clients see that
    stage.kill("relay")
    stage.relay()
    stage.witness("w2", addresses["w2"])
    await register(stage, mallory)
    after_all = await published(stage, lambda note: size_of(note) > size_of(after_bob))
    assert set(policy.check(after_all)) == {"w1", "w2"}
    stage.kill("w2")
    with pytest.raises(UnwitnessedError):
        policy.check(Note(after_all.text, after_all.signatures[:3]))

    stage.witness("auditor", addresses["auditor"])  # behind, and catches up by itself
    stranger.audit()
    assert stranger.leaves[-1].map_count == 3
