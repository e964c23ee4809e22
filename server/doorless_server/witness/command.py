"""`doorless-relay witness`: serve, show its keys, show and export what convicts a log.

Clock, randomness and exit codes are the command line's (`__main__.py`).
"""

import argparse
import asyncio
import json
import signal
import sqlite3
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import structlog

from doorless_protocol.errors import DoorlessError
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.evidence import Kind, Notes
from doorless_protocol.log.note import Note
from doorless_protocol.primitives import Random
from doorless_server import http_server, listener
from doorless_server.http_server import Bounds
from doorless_server.witness import settings as setup
from doorless_server.witness import store
from doorless_server.witness.audit import Auditor
from doorless_server.witness.audit_store import AuditStore
from doorless_server.witness.decision import known_logs
from doorless_server.witness.desk import Desk, open_desk, open_to_look
from doorless_server.witness.service import Witness
from doorless_server.witness.settings import Settings, SettingsError
from doorless_server.witness.source import Source
from doorless_server.witness.wire import MAX_BODY_BYTES

Clock = Callable[[], int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        choices=["serve", "key", "evidence"],
        default="serve",
        help="cosign until SIGTERM or Ctrl-C (default); print its keys; print what convicts a log",
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="what it keeps")
    parser.add_argument("--listen", metavar="HOST:PORT", help=f"default {setup.DEFAULT_LISTEN}")
    parser.add_argument("--name", metavar="NAME", help="of its keys, as witness.example/w1")
    parser.add_argument(
        "--log", metavar="VKEY", action="append", default=[], help="of a log; again for each key"
    )
    parser.add_argument("--audit", metavar="URL", help="replay the log from its pages there")
    parser.add_argument("--tls-cert", type=Path, metavar="F", help="PEM, the leaf first")
    parser.add_argument("--tls-key", type=Path, metavar="F", help="PEM")
    parser.add_argument("--config", type=Path, metavar="F", help="evidence: what /log/config says")
    parser.add_argument("--export", type=Path, metavar="F", help="evidence: for doorless-verify")


def read_settings(chosen: argparse.Namespace) -> Settings:
    """Raises SettingsError."""
    return setup.read(
        chosen.data, name=chosen.name, listen=chosen.listen, logs=chosen.log, audit=chosen.audit
    )


async def serve(
    folder: Path,
    settings: Settings,
    address: tuple[str, int],
    tls: ssl.SSLContext | None,
    *,
    clock: Clock,
    random: Random,
) -> None:
    """Cosign until SIGTERM or SIGINT; say so in one line when it begins.

    Raises:
        SettingsError, DataError, NewerSchemaError, sqlite3.Error, OSError.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    cosigners = setup.cosigners(folder, settings, random)
    logs = known_logs(settings.logs)
    if not logs:
        raise SettingsError("give the keys of a log that it is to cosign for: --log VKEY")
    with closing(open_desk(folder / settings.database)) as desk:
        auditor = _auditor(folder, settings, desk, clock)
        witness = Witness(desk, logs, cosigners, clock=clock, audit=auditor)
        bound = listener.bind(*address)
        server = await http_server.serve(bound, witness.handle, Bounds(MAX_BODY_BYTES), tls=tls)
        keys = [each.vkey.encode() for each in cosigners]
        ready = {"event": "ready", "url": server.url, "name": cosigners[0].vkey.name}
        print(json.dumps({**ready, "vkey": keys[0], "vkeys": keys}), flush=True)
        log = structlog.get_logger()
        log.info("witnessing", logs=len(logs), audits=auditor is not None)
        await stopped.wait()
        await server.close()
        log.info("stopped")


def print_keys(folder: Path, settings: Settings, random: Random) -> None:
    """Verifier keys, a line each: Ed25519 first, then ML-DSA-44."""
    for each in setup.cosigners(folder, settings, random):
        print(each.vkey.encode())


def print_evidence(
    folder: Path, settings: Settings, config: Path | None, export: Path | None
) -> bool:
    """One JSON object for each log that is convicted, and a bundle of the last one to a file.

    Returns:
        Whether there was one.

    Raises:
        SettingsError: nothing was kept here yet, or no bundle can be made of it.
    """
    path = folder / settings.database
    if not path.exists():
        raise SettingsError(f"{path} does not exist: is this a witness's --data?")
    found = False
    with closing(open_to_look(path)) as db:
        for line, bundle in _convictions(db, config):
            found = True
            print(json.dumps(line))
            if export is not None:
                export.write_bytes(bundle())
    return found


def _convictions(
    db: sqlite3.Connection, config: Path | None
) -> Iterator[tuple[dict[str, str], Callable[[], bytes]]]:
    for origin, ours, theirs in store.forks(db):
        line = {"log": origin, "kind": "E1", "ours": ours.decode(), "theirs": theirs.decode()}
        yield line, partial(_two_roots, config, ours, theirs)
    conviction = AuditStore(db).conviction()
    if conviction is not None:
        line = {"kind": conviction.kind, "reason": conviction.reason}
        yield line, lambda: conviction.evidence


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


def _auditor(folder: Path, settings: Settings, desk: Desk, clock: Clock) -> Auditor | None:
    if settings.audit is None:
        return None
    (log,) = known_logs(settings.logs).values()
    source = Source(settings.audit, setup.token(folder))
    return Auditor(desk, source, log, clock=clock)
