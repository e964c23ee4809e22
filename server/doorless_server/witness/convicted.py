"""What convicts a log, for the person who runs a witness: read, printed, made into a bundle."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from doorless_protocol.errors import DoorlessError
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.evidence import Kind, Notes
from doorless_protocol.log.note import Note
from doorless_server.witness import store
from doorless_server.witness.audit_store import AuditStore
from doorless_server.witness.desk import open_to_look
from doorless_server.witness.settings import SettingsError

TWO_HEADS = "it signed two different heads of one size"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a log did.

    Attributes:
        summary: label and value, for reading.
        whole: the same with what was signed, for a program: some KB.
        bundle: makes what `doorless-verify` checks. Raises SettingsError: it lacks something.
    """

    summary: tuple[tuple[str, str], ...]
    whole: dict[str, str]
    bundle: Callable[[], bytes]


def print_evidence(path: Path, config: Path | None, export: Path | None, *, whole: bool) -> bool:
    """Some lines for each log that is convicted, and a bundle of the last one to a file.

    Args:
        path: the witness's database.
        whole: one JSON object a line instead, with all that was signed.

    Returns:
        Whether there was one.

    Raises:
        SettingsError: nothing was kept here yet, or no bundle can be made of it.
    """
    if not path.exists():
        raise SettingsError(f"{path} does not exist: is this a witness's --data?")
    found = False
    with closing(open_to_look(path)) as db:
        for finding in _findings(db, config):
            found = True
            if whole:
                print(json.dumps(finding.whole))
            else:
                _show(finding, export)
            if export is not None:
                export.write_bytes(finding.bundle())
    return found


def _show(finding: Finding, export: Path | None) -> None:
    told = f"in {export}" if export else "--export FILE writes the bundle, --json all of it"
    for label, value in (*finding.summary, ("proof", told)):
        print(f"{label:8}{value}")


def _findings(db: sqlite3.Connection, config: Path | None) -> Iterator[Finding]:
    for origin, ours, theirs in store.forks(db):
        heads = [Checkpoint.parse(Note.decode(note).text) for note in (ours, theirs)]
        yield Finding(
            summary=(
                ("log", origin),
                ("kind", f"E1: {TWO_HEADS}, {heads[0].size}"),
                ("first", f"root {heads[0].root.hex()}"),
                ("then", f"root {heads[1].root.hex()}"),
            ),
            whole={"log": origin, "kind": "E1", "ours": ours.decode(), "theirs": theirs.decode()},
            bundle=partial(_two_roots, config, ours, theirs),
        )
    conviction = AuditStore(db).conviction()
    if conviction is not None:
        kind, reason, bundle = conviction.kind, conviction.reason, conviction.evidence
        yield Finding(
            summary=(("kind", f"{kind}: {reason}"),),
            whole={"kind": kind, "reason": reason},
            bundle=lambda: bundle,
        )


def _two_roots(config: Path | None, ours: bytes, theirs: bytes) -> bytes:
    if config is None:
        raise SettingsError("a bundle needs the log's configuration: --config F, from /log/config")
    notes = Notes(Note.decode(ours), Note.decode(theirs))
    try:
        pinned = LogConfig.decode(config.read_bytes())
        return accusation(Kind.TWO_ROOTS, pinned, notes).evidence
    except DoorlessError as error:
        raise SettingsError(f"{config}: {error}") from None
    except OSError as error:
        raise SettingsError(f"cannot read {config}: {error.strerror}") from None
