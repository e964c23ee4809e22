"""A key log with people in it, and who looks at it as a client does."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from doorless_protocol.keys import SigningKey, VerifyingKey
from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.config import LogConfig, LogKeys
from doorless_protocol.log.label import Label
from doorless_protocol.log.proofs import HeadProof, LookupProof
from doorless_protocol.log.record import Record, RecordKind
from doorless_server.directory.answers import Answers
from doorless_server.directory.base import Change
from doorless_server.directory.heads import HeadStore
from doorless_server.directory.keylog import KeyLog
from doorless_server.store.memory import MemoryStore

NOW = 1_750_000_000
DAY = 86_400
SEED = bytes(range(96))


def keys_of(seed: bytes = SEED) -> LogKeys:
    return LogKeys.from_seed("relay.test/keys", seed)


@dataclass
class Owner:
    """Who writes the records of one label, and remembers its chain."""

    label: Label
    seed: int
    version: int = 0
    head: bytes = NO_HEAD
    manifest_version: int = 0
    random: Callable[[int], bytes] = field(init=False)
    key: SigningKey = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed).randbytes
        self.key = SigningKey.draw(self.random)

    @property
    def verifying(self) -> VerifyingKey:
        return self.key.verifying

    def change(self, kind: RecordKind | None = None, superseded: bytes = b"") -> Change:
        """The next record of this label."""
        if kind is None:
            kind = RecordKind.UPDATE if self.version else RecordKind.CREATE
        if kind is not RecordKind.CLOSE:
            self.manifest_version += 1
        manifest = self.manifest_version.to_bytes(32, "big")
        record = Record.sign(
            self.key,
            kind,
            self.label,
            self.version + 1,
            self.head,
            NOW * 1000,
            self.manifest_version,
            manifest,
        )
        return Change(record, self.random(16), superseded)


@dataclass
class Bench:
    """A log in a folder, with a clock that stands still, and answers as clients check them."""

    folder: Path
    config: LogConfig
    now: int = NOW
    log: KeyLog = field(init=False)
    answers: Answers = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self, name: str = "log.db", heads: str = "heads.db", seed: int = 1) -> None:
        self.log = self.another(name, heads, seed)
        self.answers = Answers(self.log)

    def another(self, name: str = "log.db", heads: str = "heads.db", seed: int = 9) -> KeyLog:
        """As another process opens it."""
        store = HeadStore(self.folder / heads)
        random = Random(seed).randbytes
        try:
            return KeyLog.open(self.folder / name, store, keys_of(), self.config, random)
        except BaseException:
            store.close()
            raise

    def copy_heads(self, name: str) -> None:
        """As somebody does who backs up everything."""
        heads = sqlite3.connect(self.folder / "heads.db")
        heads.execute("VACUUM INTO ?", (str(self.folder / name),))
        heads.close()

    def reopen(self, seed: int = 2) -> None:
        self.log.close()
        self.open(seed=seed)

    def epoch(self, seconds: int = 10) -> None:
        self.now += seconds
        checkpoint = self.log.build(self.now)
        self.log.publish(checkpoint.size, self.log.sign(checkpoint, self.now))

    def put(self, owner: Owner, kind: RecordKind | None = None) -> Change:
        """Have a change of `owner` in an epoch, and let it know its new head."""
        change = self.submit(owner, kind)
        self.epoch()
        self.learn(owner)
        return change

    def submit(
        self, owner: Owner, kind: RecordKind | None = None, log: KeyLog | None = None
    ) -> Change:
        """Have a change of `owner` wait for its epoch, in this log or in another one."""
        change, log = owner.change(kind), log or self.log
        log.stage(change)
        log.confirm(change, self.now)
        return change

    def learn(self, owner: Owner) -> None:
        entry = self.look_up(owner.label, owner.version)
        assert entry is not None
        owner.version, owner.head = entry.version, entry.head

    def look_up(self, label: Label, known: int = 0, size: int = 0) -> Any:
        """The entry, checked as a client does; None where it is proven absent."""
        proof = LookupProof.decode(self.answers.look_up(label, known, size).proof)
        proof.head.check(self.config)
        (entry,) = proof.entries
        return entry.check(self.config, label, proof.head.leaf.map_root)

    def head(self, size: int = 0) -> HeadProof:
        proof = HeadProof.decode(self.answers.head(size))
        proof.check(self.config)
        return proof


@pytest.fixture
def config() -> LogConfig:
    return keys_of().config()


@pytest.fixture
def bench(tmp_path: Path, config: LogConfig) -> Iterator[Bench]:
    made = Bench(tmp_path, config)
    made.epoch()
    yield made
    made.log.close()


@pytest.fixture
def ada() -> Owner:
    return Owner(Label("ada"), 1)


@pytest.fixture
def ben() -> Owner:
    return Owner(Label("ben"), 2)


@pytest.fixture
def store() -> MemoryStore:
    """The accounts; that every backend keeps them is tested elsewhere."""
    return MemoryStore()
