"""`doorless-relay witness`: serve, show its keys (and what convicts a log: `convicted`).

Clock and randomness are chosen in `__main__.py`, exit codes in `commands`.
"""

import argparse
import asyncio
import json
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from doorless_protocol.primitives import Random
from doorless_server import events, http_server, listener, renewing
from doorless_server.http_server import Bounds
from doorless_server.tls import Certificates
from doorless_server.witness import settings as setup
from doorless_server.witness.audit import Auditor
from doorless_server.witness.decision import known_logs
from doorless_server.witness.desk import Desk, open_desk
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
    parser.add_argument("--json", action="store_true", help="evidence: all of it, a line each")


def read_settings(chosen: argparse.Namespace) -> Settings:
    """Raises SettingsError."""
    return setup.read(
        chosen.data, name=chosen.name, listen=chosen.listen, logs=chosen.log, audit=chosen.audit
    )


async def serve(
    folder: Path,
    settings: Settings,
    address: tuple[str, int],
    certificates: Certificates | None,
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
        bounds = Bounds(MAX_BODY_BYTES)
        server = await http_server.serve(bound, witness.handle, bounds, certificates=certificates)
        keys = [each.vkey.encode() for each in cosigners]
        ready = {"event": "ready", "url": server.url, "name": cosigners[0].vkey.name}
        print(json.dumps({**ready, "vkey": keys[0], "vkeys": keys}), flush=True)
        events.say(events.WITNESSING, logs=len(logs), audits=auditor is not None)
        async with renewing.renewed(certificates):
            await stopped.wait()
        await server.close()
        events.say(events.STOPPED, failed=False)


def print_keys(folder: Path, settings: Settings, random: Random) -> None:
    """Verifier keys, a line each: Ed25519 first, then ML-DSA-44."""
    for each in setup.cosigners(folder, settings, random):
        print(each.vkey.encode())


def _auditor(folder: Path, settings: Settings, desk: Desk, clock: Clock) -> Auditor | None:
    if settings.audit is None:
        return None
    (log,) = known_logs(settings.logs).values()
    source = Source(settings.audit, setup.token(folder))
    return Auditor(desk, source, log, clock=clock)
