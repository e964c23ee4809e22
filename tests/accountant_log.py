"""What a device knows of its relay's key log, from the answers that it got, as SpecPeer reads them.

Beside the accountant: what a request to the log, a record and the gossip of a text consist of.
docs/spec/10-key-log-clients.md.
"""

from dataclasses import dataclass, field

from specpeer.content import ANCHOR, GOSSIP, Content, Voice
from specpeer.crypto import sha256
from specpeer.log_answers import Anchors, Entry, Head, Leaf, Looked
from specpeer.packing import pack
from specpeer.wire import Cursor, u32

DAY = 86_400
KEPT = 8  # anchors. 10 §4
SHORT = 16  # bytes of a head in gossip. 10 §10.1


@dataclass
class Pin:
    """A label of somebody: the version and head that it was seen to have, and in which epoch."""

    version: int
    head: bytes
    seen: int


@dataclass
class Said:
    """A text as it was typed, and the signed anchor that goes after it."""

    text: str
    anchor: bytes


@dataclass
class Told:
    """A signed anchor that waits for its time; it was said right behind a text."""

    signed: bytes
    counter: int
    previous: bytes

    @classmethod
    def after(cls, voice: Voice, signed: bytes) -> "Told":
        return cls(signed, voice.counter, voice.previous)

    def content(self, voice: Voice, id: bytes, milliseconds: int) -> Content:
        then = self.counter, self.previous, voice.conversation
        return Content(ANCHOR, id, *then, milliseconds, b"", pack([self.signed]))


@dataclass
class Followed:
    """Of one log; empty until the relay says that it keeps one."""

    id: bytes = b""
    size: int = 0
    anchors: list[Leaf] = field(default_factory=list)
    signed: bytes = b""  # the newest anchor
    pins: dict[str, Pin] = field(default_factory=dict)
    own: Pin = field(default_factory=lambda: Pin(0, bytes(32), -1))
    proof: bytes = b""  # of our own label, for first contacts
    checked: int = 0  # the newest anchor at which our own label was looked at
    told: dict[bytes, int] = field(default_factory=dict)  # the day, by account

    # --- what is answered --------------------------------------------------------------------

    def meet(self, config: bytes) -> None:
        self.id = sha256(b"kt-config/v1" + config)[:4] if config else b""

    def hear_head(self, proof: bytes) -> None:
        self.size = Head.read(Cursor(proof)).size

    def hear_anchors(self, proof: bytes) -> None:
        listed = Anchors.decode(proof)
        self.checked = self.checked or listed.leaves[-1].anchor
        self.anchors = [*self.anchors, *listed.leaves][-KEPT:]
        self.size, self.signed = listed.head.size, listed.signed()

    def look_up(self, label: str, proof: bytes) -> None:
        looked = Looked.decode(proof)
        self.size = looked.head.size
        self.pins[label] = self._pin(looked.entry)

    def look_up_own(self, proof: bytes) -> None:
        looked = Looked.decode(proof)
        self.size, self.proof = looked.head.size, looked.compact()
        self.own = self._pin(looked.entry)

    def _pin(self, entry: Entry) -> Pin:
        return Pin(entry.version, entry.head, self.size - 1)

    # --- what is asked -----------------------------------------------------------------------

    @property
    def newest(self) -> int:
        return self.anchors[-1].anchor if self.anchors else 0

    def next_to_check(self) -> int:
        """The anchor at which our own label is looked at next: none is skipped. 10 §7.6."""
        self.checked += 1
        return self.checked

    def anchor_behind(self, pin: Pin) -> int:
        """Where what was looked up has to be found again. 10 §6.3."""
        return next(leaf.anchor for leaf in self.anchors if leaf.epoch > pin.seen)

    # --- what is said ------------------------------------------------------------------------

    def gossip(self, label: str) -> bytes:
        """10 §10.1."""
        if not self.id:
            return bytes(GOSSIP)
        theirs = self.pins.get(label, Pin(0, bytes(32), -1))
        said = self.id + u32(self.newest) + (self.anchors[-1].hash if self.anchors else bytes(32))
        for pin in (self.own, theirs):
            said += u32(pin.version) + pin.head[:SHORT]
        return said

    def anchor_for(self, account: bytes, now: float) -> bytes:
        """What follows the first text of a day; b"": it is not the first. 06 §3.7."""
        day = int(now) // DAY
        if not self.signed or self.told.get(account) == day:
            return b""
        self.told[account] = day
        return self.signed
