"""What an auditor makes of a log: it knows no name, and every change.

Spec: docs/spec/12-witness.md §6.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from doorless_lab.keylog.ledger import Ledger
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.evidence import Kind, Transition
from doorless_protocol.log.label import Label
from doorless_protocol.log.lookup import sight_of, signed_leaf
from doorless_protocol.log.replay import Epoch
from doorless_protocol.log.tree import consistency_path
from doorless_server.witness.approval import ConvictedError
from doorless_server.witness.audit import Auditor
from doorless_server.witness.audit_store import AuditStore
from doorless_server.witness.decision import Signed, known_logs
from doorless_server.witness.desk import open_desk
from doorless_server.witness.source import Source


def audited(log: Ledger) -> bytes:
    """The evidence of an auditor that replays all of it; b"": it found nothing."""
    with TemporaryDirectory() as folder:
        return asyncio.run(_audit(log, Path(folder)))


async def _audit(log: Ledger, folder: Path) -> bytes:
    desk = open_desk(folder / "auditor.db")
    try:
        newest = log.epochs[-1].leaf.time_ms // 1000
        known = known_logs(log.config.vkeys)[log.config.origin]
        auditor = Auditor(desk, _Pages(log), known, clock=lambda: newest)
        note = log.note()
        await auditor.approve(Signed(log.checkpoint(), note.encode()))
    except ConvictedError:
        conviction = await desk.run(lambda db: AuditStore(db).conviction())
        return conviction.evidence if conviction else b""
    finally:
        desk.close()
    return b""


class _Pages(Source):
    """What a log tells its auditors, without a network."""

    def __init__(self, log: Ledger) -> None:
        super().__init__("http://127.0.0.1/log", "0" * 32)
        self._log = log

    async def config(self) -> LogConfig:
        return self._log.config

    async def epoch(self, number: int) -> Epoch:
        told = self._log.epochs[number]
        return Epoch(told.leaf, told.deltas)

    async def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        return consistency_path(self._log.tree, old, new)


def explained(log: Ledger, label: Label, before: int) -> bytes:
    """The evidence (E5) of an auditor together with a reader, who looked a label up in the epoch
    `before` and in the next one.

    Raises:
        ProofError: what changed is explained by the epoch's deltas.
    """
    config, after = log.config, before + 1
    seen = sight_of(
        config, label, signed_leaf(log.head(size=before + 1)), log.entry(label, 0, before)
    )
    path = log.path(log.index(label), after)
    told = log.epochs[after]
    head = told.heads.get(log.index(label))
    body = Transition(seen.sighting, signed_leaf(log.head(size=after + 1)), path, head, told.deltas)
    return accusation(Kind.BAD_TRANSITION, config, body).evidence
