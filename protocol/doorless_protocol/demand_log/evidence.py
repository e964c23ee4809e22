"""What an outsider shows with a demand log's own signatures: a demand, or a lie of the log.

    L0 a slot laid open, no accusation    L1 two entries for one period    L2 two roots
    L3 a band that was exceeded           L4 a reveal that opens nothing   L5 against its rules

Spec: docs/spec/18-demand-log.md §10.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from doorless_protocol.demand_log.entries import Band, PeriodEntry, Reveal
from doorless_protocol.demand_log.proof import Placed
from doorless_protocol.demand_log.rules import MAX_RULES, Rules
from doorless_protocol.demand_log.slot import OpenedSlot
from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError, ProofError, UnpinnedError
from doorless_protocol.log.note import MAX_NOTE, Note
from doorless_protocol.log.signing import verify_log

MAX_EVIDENCE: Final = 8 << 20
"""Bytes of a bundle: a thousand reveals, each with a head of its own."""

MAGIC: Final = b"LDEV\x01"

_MAX_PLACED: Final = 1024


class Kind(Enum):
    """What a bundle shows. Spec: docs/spec/18-demand-log.md §10.2."""

    OPENED = "L0"
    TWO_PERIODS = "L1"
    TWO_ROOTS = "L2"
    BAND_EXCEEDED = "L3"
    FALSE_REVEAL = "L4"
    AGAINST_RULES = "L5"

    @property
    def convicts(self) -> bool:
        """Whether it accuses; L0 shows what was demanded, and that the log says so."""
        return self is not Kind.OPENED


@dataclass(frozen=True, slots=True)
class DemandEvidence:
    """A bundle. Integers big-endian (docs/spec/18-demand-log.md §10.1):

        "LDEV" | u8 1 | 2 kind, "L0" to "L5" | lp16 rules | body

    The body of L2 is two notes, lp16 each; of the others, u16 n | n * placed (§5.1):

        L0  the period, its reveal         L1  two periods           L3  the band, reveals
        L4  the period, its reveal         L5  a period
    """

    kind: Kind
    rules: Rules
    placed: tuple[Placed, ...] = ()
    notes: tuple[Note, ...] = ()

    def encode(self) -> bytes:
        writer = Writer().raw(MAGIC).raw(self.kind.value.encode("ascii"))
        writer.prefixed(self.rules.encode(), 2)
        if self.kind is Kind.TWO_ROOTS:
            for note in self.notes:
                writer.prefixed(note.encode(), 2)
            return writer.done()
        writer.uint(len(self.placed), 2)
        return writer.raw(b"".join(each.encode() for each in self.placed)).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form. Verifies nothing: `verify` does."""
        if len(data) > MAX_EVIDENCE:
            raise MalformedError(f"bundle of {len(data)} bytes, at most {MAX_EVIDENCE}")
        reader = Reader(data, "evidence against a demand log")
        reader.exactly(MAGIC, "form")
        kind, rules = _kind(reader.raw(2)), Rules.decode(reader.prefixed(2, MAX_RULES))
        placed: tuple[Placed, ...] = ()
        notes: tuple[Note, ...] = ()
        if kind is Kind.TWO_ROOTS:
            notes = tuple(Note.decode(reader.prefixed(2, MAX_NOTE)) for _ in range(2))
        else:
            count = reader.uint(2)
            if not 1 <= count <= _MAX_PLACED:
                raise MalformedError(f"bundle of {count} entries, 1 to {_MAX_PLACED} allowed")
            placed = tuple(Placed.read(reader) for _ in range(count))
        reader.end()
        return cls(kind, rules, placed, notes)


def verify(data: bytes, pins: Collection[str]) -> tuple[DemandEvidence, str]:
    """Judge a bundle by keys that the reader already trusts to be the log's.

    Args:
        pins: the log's two verifier keys as C2SP writes them, or the hash of its rules, 64 hex
            digits.

    Returns:
        the bundle, and in words what it shows.

    Raises:
        MalformedError: no bundle in its one form.
        UnpinnedError: it rests on keys that are not pinned.
        ForgedError: the log did not sign it.
        ProofError: the log signed it, and it shows nothing.

    Spec: docs/spec/18-demand-log.md §10.3.
    """
    evidence = DemandEvidence.decode(data)
    check_pinned(evidence.rules, pins)
    return evidence, judge(evidence)


def check_pinned(rules: Rules, pins: Collection[str]) -> None:
    """Raises UnpinnedError: neither the rules nor both of their keys are pinned.

    Spec: docs/spec/18-demand-log.md §10.3.
    """
    if rules.hash.hex() not in pins and not {key.encode() for key in rules.vkeys} <= set(pins):
        raise UnpinnedError(
            f"what is said of {rules.origin!r} rests on keys that are not pinned;"
            f" their rules have the hash {rules.hash.hex()}"
        )


def judge(evidence: DemandEvidence) -> str:
    """Say what the bundle shows, under its own rules. Errors as of `verify`.

    Spec: docs/spec/18-demand-log.md §10.3.
    """
    for each in evidence.placed:
        each.check_signed(evidence.rules)  # that no witness saw it is no defence
    match evidence.kind:
        case Kind.OPENED:
            return _opened(evidence)
        case Kind.TWO_PERIODS:
            return _two_periods(evidence)
        case Kind.TWO_ROOTS:
            return _two_roots(evidence)
        case Kind.BAND_EXCEEDED:
            return _exceeded(evidence)
        case Kind.FALSE_REVEAL:
            return _false_reveal(evidence)
    return _against_rules(evidence)


def _opened(evidence: DemandEvidence) -> str:
    period, opened = _period_and_slot(evidence)
    opened.check(period.slots, period.root)
    demand = opened.demand
    where = f"slot {opened.place} of period {opened.period}"
    if demand is None:
        return f"{where} is a dummy"
    return (
        f"{where} holds a demand under {demand.instrument} of a {demand.authority.name.lower()}"
        f" authority ({demand.country}), for {demand.accounts[0]} to {demand.accounts[1]} accounts,"
        f" received on day {demand.received_day} since 1970, document {demand.document.hex()}"
    )


def _two_periods(evidence: DemandEvidence) -> str:
    one, other = _pair(evidence)
    first, second = one.entry, other.entry
    if not isinstance(first, PeriodEntry) or not isinstance(second, PeriodEntry):
        raise ProofError("entries that are no periods")
    if first.period != second.period or (one.index, first) == (other.index, second):
        raise ProofError("entries of two periods, or one and the same")
    return f"it has two entries for period {first.period}"


def _two_roots(evidence: DemandEvidence) -> str:
    one, other = (verify_log(note, *evidence.rules.vkeys) for note in evidence.notes)
    if one.size != other.size or one.root == other.root:
        raise ProofError("checkpoints of different sizes, or with one root")
    return f"it signed two different logs of {one.size} entries"


def _exceeded(evidence: DemandEvidence) -> str:
    band, *reveals = (each.entry for each in evidence.placed)
    if not isinstance(band, Band):
        raise ProofError("no band is what stands first")
    slots = {
        (each.opened.period, each.opened.place)
        for each in reveals
        if isinstance(each, Reveal) and band.counts(each.opened)
    }
    if len(slots) <= band.high:
        raise ProofError(f"{len(slots)} demands are not more than {band.high}")
    return f"it said that there were at most {band.high} demands, and laid {len(slots)} open"


def _false_reveal(evidence: DemandEvidence) -> str:
    period, opened = _period_and_slot(evidence)
    try:
        opened.check(period.slots, period.root)
    except ProofError:
        return f"it laid open what slot {opened.place} of period {opened.period} never held"
    raise ProofError("the reveal opens the slot")


def _against_rules(evidence: DemandEvidence) -> str:
    if len(evidence.placed) != 1:
        raise ProofError("one entry breaks rules by itself")
    [entry] = (each.entry for each in evidence.placed)
    rules = evidence.rules
    if isinstance(entry, PeriodEntry) and (
        entry.slots != rules.slots or entry.period < rules.first
    ):
        return f"its period {entry.period} with {entry.slots} slots is against its own rules"
    raise ProofError("an entry that breaks no rule by itself")


def _period_and_slot(evidence: DemandEvidence) -> tuple[PeriodEntry, OpenedSlot]:
    one, other = _pair(evidence)
    period, reveal = one.entry, other.entry
    if not isinstance(period, PeriodEntry) or not isinstance(reveal, Reveal):
        raise ProofError("not a period and what opens a slot of it")
    if period.period != reveal.opened.period:
        raise ProofError("a period and a slot of another one")
    return period, reveal.opened


def _pair(evidence: DemandEvidence) -> tuple[Placed, Placed]:
    if len(evidence.placed) != 2:
        raise ProofError(f"{len(evidence.placed)} entries, not two")
    return evidence.placed[0], evidence.placed[1]


def _kind(data: bytes) -> Kind:
    try:
        return Kind(data.decode("ascii"))
    except ValueError:
        raise MalformedError("bundle of an unknown kind") from None
