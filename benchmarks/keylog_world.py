"""A relay's key log with so many accounts, and some people in it who can be looked up.

The crowd is put into the map as the first epoch; the people register after it, as everybody
does, and change later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random

from doorless_lab.world_person import at_once
from doorless_protocol.frames import Answer, Answered, Call, Request, decode_call, encode
from doorless_protocol.keys import DeviceKeys, SigningKey
from doorless_protocol.log import tree
from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.config import LogConfig, LogKeys
from doorless_protocol.log.epoch import next_leaf
from doorless_protocol.log.label import Label
from doorless_protocol.log.map import root_hash
from doorless_protocol.log.map_update import update
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_server import registry
from doorless_server.directory import labels, nodes
from doorless_server.directory.auditors import Auditors
from doorless_server.directory.base import Change
from doorless_server.directory.heads import HeadStore
from doorless_server.directory.inline import InlineDirectory
from doorless_server.directory.keylog import KeyLog
from doorless_server.directory.nodes import HashRows, MapRows
from doorless_server.peers import Anonymous
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

NOW = 1_750_000_000
KEYS = LogKeys.from_seed("relay.test/keys", bytes(range(96)))


@dataclass
class Person:
    """Somebody with a manifest, who changes it now and then."""

    handle: str
    random: Random
    key: SigningKey = field(init=False)
    manifest: Manifest = field(init=False)
    version: int = 0
    head: bytes = NO_HEAD

    def __post_init__(self) -> None:
        self.key = SigningKey.draw(self.random.randbytes)
        device = DeviceKeys.draw(self.random.randbytes)
        self.manifest = Manifest.sign(self.key, [DeviceEntry.of(device, NOW)], NOW)

    def change(self) -> Change:
        """The next record; of manifests behind the first there is only a hash."""
        later = sha256(self.manifest.hash + self.version.to_bytes(8, "big")).digest()
        record = Record.sign(
            self.key,
            RecordKind.UPDATE if self.version else RecordKind.CREATE,
            Label(self.handle),
            self.version + 1,
            self.head,
            NOW * 1000,
            self.version + 1,
            later if self.version else self.manifest.hash,
        )
        return Change(record, self.random.randbytes(16))


class LogWorld:
    """A log in a folder, a relay that answers from it, and a clock that is moved."""

    def __init__(self, folder: Path, accounts: int, people: int) -> None:
        random = Random(7)
        self.now, self._asked = NOW, 0
        self.config = KEYS.config()
        heads = HeadStore(folder / "heads.db")
        self.log = KeyLog.open(folder / "log.db", heads, KEYS, self.config, random.randbytes)
        add_crowd(self.log, self.config, accounts)
        self.directory = InlineDirectory(self.log, Auditors({}))
        self.accounts = MemoryStore()
        self.relay = Relay(
            self.accounts,
            Identity("relay.test"),
            random=random.randbytes,
            directory=self.directory,
        )
        self.people = [Person(f"person{n}", random) for n in range(people)]
        for person in self.people:
            listing = registry.listed(person.manifest)
            at_once(self.accounts.create(person.handle, listing, bytes(32), 0))
        self.stage(self.people)
        self.epoch()

    def close(self) -> None:
        self.log.close()

    def stage(self, people: Sequence[Person]) -> None:
        """Have them change, up to where the next epoch takes it."""
        for person in people:
            place, _ = self.log.locate(Label(person.handle))
            held = labels.find(self.log.db, place)
            person.version, person.head = held.version, held.head
            change = person.change()
            self.log.stage(change)
            self.log.confirm(change, self.now)

    def epoch(self) -> None:
        """Build, sign and publish one, and delete what it made useless."""
        self.now += 10
        checkpoint = self.log.build(self.now)
        self.log.publish(checkpoint.size, self.log.sign(checkpoint, self.now))
        self.log.forget(self.now)

    def ask(self, request: Request) -> tuple[Answered, bytes]:
        """What comes back over an anonymous connection, from frame to frame."""
        call = decode_call(encode(Call(1, request)))
        self._asked += 1  # each from an address of its own, so that no rate is met
        source = str(self._asked)
        outcome = at_once(self.relay.handle(Anonymous(), call.request, self.now, source))
        return outcome.answered, encode(Answer(call.id, outcome.answered))


def add_crowd(log: KeyLog, config: LogConfig, accounts: int) -> None:
    """Fill the map with so many labels that nobody asks for, as epoch 0, and publish it."""
    db, heads = log.db, [sha256(b"crowd %d" % n).digest() for n in range(accounts)]
    places = [sha256(head).digest() for head in heads]
    db.execute("BEGIN IMMEDIATE")
    grown = update(MapRows(db), None, dict(zip(places, heads, strict=True)), 1)
    leaf = next_leaf(None, None, NOW * 1000, root_hash(grown.root), grown.added, (), config)
    nodes.keep_nodes(db, grown.nodes)
    nodes.keep_hashes(db, tree.appended(HashRows(db), 0, leaf.hash))
    db.executemany(
        "INSERT INTO labels (place, version, head, replaced) VALUES (?, 1, ?, x'')",
        zip(places, heads, strict=True),
    )
    db.execute("INSERT INTO versions SELECT id, 1, 0, head, head FROM labels")
    root = grown.root.id if grown.root else 0
    db.execute("INSERT INTO epochs VALUES (0, ?, ?, x'')", (leaf.encode(), root))
    db.execute("INSERT INTO anchors VALUES (1, 0, ?, 1)", (grown.next_id,))
    db.execute("UPDATE log SET size = 1, next_node = ?", (grown.next_id,))
    db.execute("COMMIT")
    checkpoint = log.build(NOW)
    log.publish(checkpoint.size, log.sign(checkpoint, NOW))
