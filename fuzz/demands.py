"""Targets: what a demand log is made of, and that whatever it shows was committed to."""

from collections.abc import Callable
from typing import Any

from doorless_protocol import merkle
from doorless_protocol.demand_log.entries import (
    Band,
    Entry,
    Outcome,
    PeriodEntry,
    Renewal,
    Reveal,
    decode_entry,
)
from doorless_protocol.demand_log.evidence import DemandEvidence, Kind, verify
from doorless_protocol.demand_log.proof import Placed, SlotProof
from doorless_protocol.demand_log.record import DUMMY, Authority, SlotRecord
from doorless_protocol.demand_log.rules import Rules
from doorless_protocol.demand_log.slot import OpenedSlot, commitment, slots_root
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.policy import NO_WITNESSES
from doorless_protocol.log.signing import LogSigner
from doorless_protocol.log.tree import MemoryTree, inclusion_path
from fuzz.harness import Target, attempt, check_one_form, edit, promise
from fuzz.signed import of_these

_SIGNER = LogSigner.from_seed("relay.example/demands", bytes(64))
_RULES = Rules.of(_SIGNER, 20_000, period=86_400, slots=2, horizon=157_680_000, policy=NO_WITNESSES)
_DEMAND = SlotRecord(20_000, Authority.COURT, "DE", "DE_STPO_100A", 9, (0, 9), bytes(32))
_SLOTS = ((bytes(32), DUMMY), (bytes(32), _DEMAND.encode()))
_COMMITTED = [commitment(*slot) for slot in _SLOTS]
_OPENED = OpenedSlot(20_000, 1, *_SLOTS[1], merkle.inclusion_path(_COMMITTED, 1))

_ENTRIES: tuple[Entry, ...] = (
    _RULES,
    PeriodEntry(20_000, 2, slots_root(_COMMITTED)),
    Reveal(Outcome.REFUSED, _OPENED),
    Renewal(20_000, 0, 9),
    Band(20_000, 20_000, Authority.COURT, 0, 9),
)
_TREE = MemoryTree()
for _entry in _ENTRIES:
    _TREE.append(_entry.encode())
_NOTE = _SIGNER.sign(Checkpoint(_RULES.origin, _TREE.size, _TREE.root), 1)


def _placed(index: int) -> Placed:
    return Placed(_NOTE, index, _ENTRIES[index], inclusion_path(_TREE, index, _TREE.size))


_PROOF = SlotProof(_placed(1), _OPENED)
_SHOWN = DemandEvidence(Kind.OPENED, _RULES, (_placed(1), _placed(2)))
_ROOTS = DemandEvidence(Kind.TWO_ROOTS, _RULES, notes=(_NOTE, _NOTE))

Form = tuple[Callable[[bytes], Any], bytes]

FORMS: tuple[Form, ...] = (
    *((decode_entry, entry.encode()) for entry in _ENTRIES),
    (Rules.decode, _RULES.encode()),
    (SlotRecord.decode, _DEMAND.encode()),
    (SlotProof.decode, _PROOF.encode()),
    (DemandEvidence.decode, _SHOWN.encode()),
    (DemandEvidence.decode, _ROOTS.encode()),
)


def demand_form(data: bytes) -> None:
    """Of everything that is signed, shown or accuses."""
    decode, honest = FORMS[data[0] % len(FORMS)] if data else FORMS[0]
    check_one_form(decode, lambda taken: taken.encode(), edit(honest, data[1:]))


def demand_proof(data: bytes) -> None:
    """What a proof or a bundle shows is what the log holds, to the byte of what is signed."""
    choice, script = (data[0] % 2, data[1:]) if data else (0, b"")
    if choice:
        edited = edit(_SHOWN.encode(), script)
        check_one_form(DemandEvidence.decode, lambda taken: taken.encode(), edited)
        if attempt(lambda: verify(edited, {_RULES.hash.hex()})) is not None:
            said = of_these(_RULES.vkeys, DemandEvidence.decode(edited))
            promise(
                said == of_these(_RULES.vkeys, _SHOWN), "a bundle that was altered shows something"
            )
        return
    edited = edit(_PROOF.encode(), script)
    taken = attempt(lambda: SlotProof.decode(edited))
    if taken is not None and attempt(lambda: taken.check(_RULES)) is not None:
        said = of_these(_RULES.vkeys, taken)
        promise(said == of_these(_RULES.vkeys, _PROOF), "a proof that was altered proves something")


def _longer(choice: int, honest: bytes) -> bytes:
    """The script that puts one byte behind the end."""
    return bytes((choice, 4, *len(honest).to_bytes(2, "big"), 0))


TARGETS = (
    Target("demand_form", "one form of a demand log's entries, proofs, bundles", demand_form,
           tuple(_longer(at, honest) for at, (_, honest) in enumerate(FORMS))),
    Target("demand_proof", "what a demand log is shown to hold, it holds", demand_proof,
           tuple(bytes((choice, *rest)) for choice in range(2)
                 for rest in ((), (1, 16, 90, 1), (1, 15, 20, 1)))),
)  # fmt: skip
