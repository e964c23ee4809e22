"""What streams and subjects are called.

<prefix>-mail-07                                     a stream: a part of all mailboxes
<prefix>.mail.07.<mailbox, hex>.<envelope id, hex>   one envelope, and after it its receipt
<prefix>.mail.07.<mailbox, hex>.*                    a mailbox
<prefix>.nodes                                       what the relay nodes tell one another
"""

from dataclasses import dataclass

PREFIX = "doorless"

PARTITIONS = 8
"""Streams that share the mailboxes; fixed for good, since it tells where a mailbox is. Each has a
leader and a log of its own: fewer would keep servers idle, more would sync more often."""


@dataclass(frozen=True, slots=True)
class MailNames:
    """Where envelopes lie.

    Attributes:
        partitions: how many streams; PARTITIONS but in tests.
    """

    prefix: str = PREFIX
    partitions: int = PARTITIONS

    def partition(self, mailbox: bytes) -> int:
        """Mailboxes are drawn at random, so that their last byte spreads them evenly."""
        return mailbox[-1] % self.partitions

    def stream(self, partition: int) -> str:
        return f"{self.prefix}-mail-{partition:02}"

    def stream_of(self, mailbox: bytes) -> str:
        return self.stream(self.partition(mailbox))

    def all_of(self, partition: int) -> str:
        return f"{self.prefix}.mail.{partition:02}.>"

    def mailbox(self, mailbox: bytes) -> str:
        """Everything in it."""
        return f"{self.prefix}.mail.{self.partition(mailbox):02}.{mailbox.hex()}.*"

    def envelope(self, mailbox: bytes, envelope_id: bytes) -> str:
        partition = self.partition(mailbox)
        return f"{self.prefix}.mail.{partition:02}.{mailbox.hex()}.{envelope_id.hex()}"

    @property
    def nodes(self) -> str:
        return f"{self.prefix}.nodes"


def envelope_id_in(subject: str) -> bytes:
    """Of the envelope that lies there."""
    return bytes.fromhex(subject.rpartition(".")[2])
