"""A key log with Alice in it and Bob beside it, a clock, and ways to lie."""

from dataclasses import dataclass
from random import Random

from doorless_lab.keylog.ledger import Epoch, Ledger, begin
from doorless_lab.keylog.people import Owner, Reader
from doorless_protocol.keys import SigningKey
from doorless_protocol.log.chain import Opened
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.label import Label
from doorless_protocol.log.policy import NO_WITNESSES, Policy
from doorless_protocol.log.record import Record, RecordKind

DAY = 86_400
START = 20_000 * DAY + 3_600  # an hour after an anchor's window began
ALICE = Label("alice")


@dataclass
class Stage:
    """Everything that happens in one log. Epochs are ten seconds apart where nobody says more."""

    ledger: Ledger
    config: LogConfig
    alice: Owner
    bob: Reader
    random: Random
    now: int = START

    def epoch(self, after: int = 10) -> Epoch:
        self.now += after
        return self.ledger.publish(self.now)

    def anchor(self) -> Epoch:
        """The first epoch of the next day."""
        return self.epoch(DAY - self.now % DAY + 60)

    def alice_publishes(self) -> None:
        """A new version, in an epoch of its own, and found there."""
        self.alice.publish(self.ledger, self.random.randbytes, self.now)
        self.epoch()
        self.alice.look_at_self(self.ledger, self.now)

    def bob_looks(self) -> None:
        self.bob.look(self.ledger, ALICE, [self.alice.signing.verifying], self.now)

    def alice_checks(self) -> None:
        self.alice.daily(self.ledger, self.now)

    def bob_checks(self) -> None:
        self.bob.catch_up(self.ledger, self.now)
        self.bob.settle(self.ledger)

    def ghost(
        self,
        signer: SigningKey | None = None,
        kind: RecordKind = RecordKind.UPDATE,
        after: bytes = b"",
    ) -> bytes:
        """The head of a version that Alice did not write, stamped with the next epoch.

        Args:
            after: the head that it follows; b"": the newest that she wrote.
        """
        head, key = after or self.alice.chain.head, signer or self.alice.signing
        number = self.ledger.versions[head].number + 1
        manifest = (len(self.alice.manifests) + 1, b"\xee" * 32)
        record = Record.sign(key, kind, ALICE, number, head, self.now * 1000, *manifest)
        opened = Opened(b"\xee" * 16, record.encode())
        return self.ledger.make(ALICE, number, head, opened, self.ledger.size)


def stage(seed: int = 1, versions: int = 1, policy: Policy = NO_WITNESSES, **seconds: int) -> Stage:
    """Alice registered at the start, with so many versions by now; Bob follows the log."""
    random = Random(seed)
    ledger, config = begin(random.randbytes(96), START, policy, **seconds)
    alice = Owner.named(ledger, ALICE, random.randbytes, START)
    bob = Reader.of(config)
    bob.catch_up(ledger, START)
    set_up = Stage(ledger, config, alice, bob, random)
    for _ in range(versions):
        set_up.alice_publishes()
    return set_up
