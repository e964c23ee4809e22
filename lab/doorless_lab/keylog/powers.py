"""What the holder of a key log's keys can do: fork it, show one person another, add a ghost."""

from dataclasses import dataclass

from doorless_lab.answers import answers_to
from doorless_lab.keylog.directory import LedgerDirectory
from doorless_lab.keylog.ledger import Ledger
from doorless_lab.keylog.witness import LabWitness
from doorless_lab.world import KeyLog, World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.keys import SigningKey
from doorless_protocol.log.chain import OPENING_SIZE, Opened
from doorless_protocol.log.config import LogKeys, origin_of
from doorless_protocol.log.label import Label
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.manifest import Manifest
from doorless_protocol.primitives import Random


class LedgerWorld(World):
    """A world whose relay answers from a Ledger."""

    def _key_log(self) -> KeyLog:
        keys = LogKeys.from_seed(origin_of(RELAY), self.random(96))
        return LedgerDirectory(Ledger(keys, keys.config(), int(self.now)))


class WitnessedWorld(LedgerWorld):
    """The same, and one witness whom every device asks for."""

    def _key_log(self) -> KeyLog:
        keys = LogKeys.from_seed(origin_of(RELAY), self.random(96))
        witness = LabWitness(self.random)
        ledger = Ledger(keys, keys.config(witness.policy), int(self.now))
        ledger.witness = witness
        return LedgerDirectory(ledger)


@dataclass
class LyingRelay:
    """A relay with the keys of its log.

    Attributes:
        owner: whose name it lies about.
        eve: works for the relay; what is sealed to her, it reads.
    """

    world: World
    truth: LedgerDirectory
    owner: Person
    eve: Person

    @property
    def now(self) -> int:
        return int(self.world.now)

    @property
    def label(self) -> Label:
        """Under which the owner stands in the log."""
        return Label(self.owner.handle)

    def publish(self, *logs: LedgerDirectory, after: int = 10) -> None:
        """A moment later, an epoch in each of these logs; in the true one where none is named."""
        self.world.now += after
        for log in logs or (self.truth,):
            log.ledger.publish(self.now)

    def forks(self) -> LedgerDirectory:
        """Another truth, which nobody is shown yet."""
        return self.truth.copy(self.world.random)

    def shows(self, person: Person, log: LedgerDirectory) -> None:
        """From now on this person alone is answered from another log."""
        answers_to(self.world, person).from_log(log)

    def ghost(
        self,
        log: LedgerDirectory,
        kind: RecordKind = RecordKind.UPDATE,
        key: SigningKey | None = None,
        after: bytes = b"",
    ) -> bytes:
        """The head of a next version of the owner's label that the owner did not write.

        It stands for Eve's account; with the owner's own key, for their account with Eve's device.

        Args:
            after: the head that it follows; b"": the newest that was asked for.
        """
        owner, eve = self.owner.engine.state, self.eve.engine.state
        manifest = eve.manifest
        if key is not None:
            devices = [*owner.manifest.entries, *eve.manifest.entries]
            manifest = Manifest.sign(key, devices, self.now, after=owner.manifest.head)
        entry = FalseEntry(self.label, manifest, key or eve.signing, self.now, kind, after)
        return entry.put_into(log, self.world.random)


@dataclass(frozen=True, slots=True)
class FalseEntry:
    """A next version of a label, which its owner did not write.

    Attributes:
        signing: with which the record is signed.
        now: Unix seconds.
        after: the head that it follows; b"": the newest that was asked for.
    """

    label: Label
    manifest: Manifest
    signing: SigningKey
    now: int
    kind: RecordKind = RecordKind.UPDATE
    after: bytes = b""

    def put_into(self, log: LedgerDirectory, random: Random) -> bytes:
        """Make it, show it nowhere, and return its head."""
        log.name(self.manifest)
        head = self.after or log.ledger.newest[self.label]
        number = log.ledger.versions[head].number + 1
        record = Record.sign(
            self.signing,
            self.kind,
            self.label,
            number,
            head,
            self.now * 1000,
            self.manifest.version,
            self.manifest.hash,
        )
        opened = Opened(random(OPENING_SIZE), record.encode())
        return log.ledger.make(self.label, number, head, opened, stamp=log.ledger.size)
