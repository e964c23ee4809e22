"""A relay with people in it, audited over HTTP by a tool that was written from docs/spec alone."""

import ast
import asyncio
import secrets
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import log_auditor
from doorless_protocol.errors import DoorlessError
from doorless_protocol.frames import CloseAccount, Found, Lookup, PublishManifest
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.entry import Entry
from doorless_protocol.log.label import Label
from doorless_protocol.log.proofs import LookupProof
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log_frames import Logged
from doorless_server.__main__ import main
from doorless_server.directory import opening
from log_auditor import Auditor, Lied
from served import ask_once, relay

WINDOW = 1
"""Seconds between anchors. A relay itself begins with a minute at least: too long for a test."""


class Site:
    """The pages of a log, and all that was read of them."""

    def __init__(self, url: str) -> None:
        self.url, self.pages = url.replace("ws://", "http://"), dict[str, bytes]()

    def read(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}/log/{path}", timeout=60) as answer:
            self.pages[path] = answer.read()
        return self.pages[path]


class Life:
    """What people do at a relay, each in an epoch of its own."""

    def __init__(self, url: str, config: LogConfig) -> None:
        self.url, self.config = url, config

    async def entry(self, person: Any, version: int) -> Entry:
        """The person's entry, as soon as it has this version."""
        async with asyncio.timeout(60):
            while True:
                found = await ask_once(self.url, Lookup(person.handle, 0))
                assert isinstance(found, Found)
                proof = LookupProof.decode(found.proof or b"")
                root = proof.head.leaf.map_root
                entry = proof.entries[0].check(self.config, Label(person.handle), root)
                if entry is not None and entry.version == version:
                    return entry
                await asyncio.sleep(0.05)

    async def joins(self, person: Any) -> None:
        assert isinstance(await ask_once(self.url, person.register(), person), Logged)

    async def lists(self, person: Any, version: int, *devices: DeviceKeys) -> None:
        """Publish the account's next list of devices, as version `version` of its label."""
        person.manifest = person.listing(*devices, after=person.manifest)
        record = await self._record(person, RecordKind.UPDATE, version)
        asked = PublishManifest(person.manifest.encode(), record.encode(), bytes(16))
        assert isinstance(await ask_once(self.url, asked, person), Logged)

    async def leaves(self, person: Any, version: int) -> None:
        record = await self._record(person, RecordKind.CLOSE, version)
        asked = CloseAccount(record.encode(), bytes(16))
        assert isinstance(await ask_once(self.url, asked, person), Logged)

    async def _record(self, person: Any, kind: RecordKind, version: int) -> Record:
        held = await self.entry(person, version - 1)
        named = person.manifest.version, person.manifest.hash
        label = Label(person.handle)
        return Record.sign(person.key, kind, label, version, held.head, 0, *named)


def begun(data: Path, capsys: pytest.CaptureFixture[str]) -> tuple[tuple[str, str], str]:
    """The log's two keys, and an auditor's token, before the relay runs."""
    data.mkdir()
    opening.settle(data, "relay.test", secrets.token_bytes, interval=1, window=WINDOW)
    main(["log-key", "--data", str(data), "--name", "relay.test"])
    ed25519, mldsa44 = capsys.readouterr().out.split()
    main(["auditor", "--data", str(data), "a-stranger"])
    return (ed25519, mldsa44), capsys.readouterr().out.strip()


def other_byte(pages: dict[str, bytes], path: str) -> dict[str, bytes]:
    """The same pages, with one bit of one of them changed."""
    page = pages[path]
    at = len(page) // 2
    return pages | {path: page[:at] + bytes([page[at] ^ 1]) + page[at + 1 :]}


async def test_a_stranger_audits_accounts_updates_a_removal_and_a_closing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], alice: Any, bob: Any, mallory: Any
) -> None:
    data = tmp_path / "data"
    keys, token = begun(data, capsys)
    with relay(data) as served:
        site = Site(served.url)
        auditor = Auditor(site.read, keys, token)
        assert await asyncio.to_thread(auditor.audit) >= 1
        life = Life(served.url, LogConfig.decode(site.pages["config"]))
        for person in (alice, bob, mallory):
            await life.joins(person)
        phone = DeviceKeys.draw(alice.random)
        await life.lists(alice, 2, alice.device, phone)
        await asyncio.to_thread(auditor.audit)
        await life.lists(alice, 3, alice.device)  # the phone is removed
        await life.leaves(mallory, 2)
        await life.entry(alice, 3)
        await life.entry(mallory, 2)
        async with asyncio.timeout(60):
            while len(auditor.anchors) < 2:
                await asyncio.to_thread(auditor.audit)
                await asyncio.sleep(0.1)
        assert any(path.startswith("consistency/") for path in site.pages)
        site.pages.clear()
        size = await asyncio.to_thread(auditor.audit)
    assert sorted(auditor.versions.values()) == [1, 2, 3]
    assert size == len(auditor.leaves) > 5
    assert Auditor(site.pages.__getitem__, keys, token).audit() == size
    for path, page in site.pages.items():
        if page and not path.startswith("consistency/"):  # which who begins does not ask for
            lying = Auditor(other_byte(site.pages, path).__getitem__, keys, token)
            with pytest.raises((Lied, DoorlessError, ValueError)):
                lying.audit()


def test_it_knows_nothing_of_ours_but_how_signatures_are_verified() -> None:
    source = Path(log_auditor.__file__).read_text(encoding="utf-8")
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    assert not any(isinstance(node, ast.Import) for node in ast.walk(ast.parse(source)))
    ours = {
        name.name for node in imports if "doorless" in (node.module or "") for name in node.names
    }
    assert ours == {"ed25519_verify", "mldsa44_verify"}
