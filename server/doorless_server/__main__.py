"""doorless-relay: arguments, files, clock and randomness.

doorless-relay serve --data DIR      carry envelopes
doorless-relay inspect --data DIR    show everything that is held
doorless-relay witness --data DIR    cosign the key logs of others
doorless-relay auditor --data DIR NAME   let somebody replay this relay's key log
doorless-relay log-key --data DIR    what witnesses of this relay's key log need
"""

import argparse
import asyncio
import gc
import json
import logging
import os
import secrets
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, AsyncExitStack, closing, nullcontext
from ipaddress import ip_address
from pathlib import Path

import structlog

from doorless_protocol.errors import WeakRandomError
from doorless_protocol.randomness import check_random
from doorless_server import datadir, inspection, listener, tls
from doorless_server.blobs import schema as blob_schema
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.directory import command as adding
from doorless_server.directory import desk, opening
from doorless_server.directory.service import Service
from doorless_server.relay import Identity, Relay
from doorless_server.store.schema import NewerSchemaError, open_reader
from doorless_server.store.sqlite import SqliteStore
from doorless_server.witness import command as witnessing
from doorless_server.witness import convicted
from doorless_server.witness.asking import Panel
from doorless_server.witness.settings import Settings, SettingsError, check_role

FAILED, USAGE, PROVEN = 1, 2, 6

DEFAULT_LISTEN = "127.0.0.1:8443"

SWITCH_INTERVAL = 0.0005
"""Seconds after which the loop and the writer take turns; the default of 5 ms is a tenth of
the latency that we promise."""


class CommandError(Exception):
    """It was not done; the message says what to do about it."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], None] = chosen.command
        command(chosen)
    except CommandError as error:
        print(f"doorless-relay: {error}", file=sys.stderr)
        return error.code
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the rows has seen enough
    return 0


# --- serve -----------------------------------------------------------------------------------


def serve(chosen: argparse.Namespace) -> None:
    host, port = _split(chosen.listen)
    _check_tls(chosen, host)
    _log_to_stderr()
    sys.setswitchinterval(SWITCH_INTERVAL)
    os.umask(0o077)  # whatever is written from here on is its owner's alone
    try:
        check_random(secrets.token_bytes)
        with datadir.locked(chosen.data), _event_loop() as runner:
            runner.run(_serve(chosen, host, port))
    except (*opening.REFUSALS, tls.CertificateError, NewerSchemaError, WeakRandomError) as error:
        raise CommandError(str(error)) from None
    except sqlite3.Error as error:
        raise CommandError(f"cannot use {chosen.data / datadir.DATABASE}: {error}") from None
    except OSError as error:
        raise CommandError(f"cannot listen on {chosen.listen}: {error.strerror}") from None


async def _serve(chosen: argparse.Namespace, host: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[Exception | None] = loop.create_future()

    def stop(error: Exception | None = None) -> None:
        if not stopped.done():
            stopped.set_result(error)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    context, binding = None, listener.NO_BINDING
    if chosen.tls_cert is not None:
        context = tls.server_context(chosen.tls_cert, chosen.tls_key)
        binding = tls.channel_binding(chosen.tls_cert)
    async with AsyncExitStack() as leaving:
        store = await SqliteStore.open(chosen.data / datadir.DATABASE, broken=stop)
        leaving.push_async_callback(store.close)
        blobs = await SqliteBlobs.open(chosen.data / blob_schema.DATABASE, broken=stop)
        leaving.push_async_callback(blobs.close)
        bound = leaving.enter_context(listener.bind(host, port))
        name = chosen.name or listener.address_of(bound)
        directory = await _open_log(chosen, name, stop)
        leaving.push_async_callback(directory.close)
        await desk.decide(directory, store, _clock())
        directory.run()
        random = secrets.token_bytes
        relay = Relay(store, Identity(name), random=random, directory=directory, blobs=blobs)
        server = await listener.serve_on(relay, bound, clock=_clock, tls=context, binding=binding)
        # What is here for good: the collector would else look through a million receipts (50 ms).
        gc.freeze()
        keys = " ".join(key.encode() for key in directory.config.vkeys)
        ready = {"event": "ready", "url": server.url, "relay": name, "log_key": keys}
        print(json.dumps(ready, separators=(",", ":")), flush=True)
        log = structlog.get_logger()
        log.info("serving", tls=context is not None)
        failure = await stopped
        log.info("draining")
        await server.close()
        log.info("stopped", failed=failure is not None)
    if failure is not None:
        raise CommandError(f"nothing more was accepted, it cannot go on: {failure}")


async def _open_log(
    chosen: argparse.Namespace, name: str, broken: Callable[[Exception], None]
) -> Service:
    random = secrets.token_bytes
    keys, config = opening.settle(
        chosen.data, name, random, interval=chosen.epoch, window=chosen.anchor
    )
    panel = Panel(config.policy, clock=_clock)
    return await opening.start(
        chosen.data, keys, config, random, clock=_clock, broken=broken, cosign=panel.cosigned
    )


def _clock() -> int:
    return int(time.time())


def _event_loop() -> asyncio.Runner:
    """uvloop where it runs: twice the throughput, and a tenth of the memory under TLS."""
    try:
        import uvloop
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


def _check_tls(chosen: argparse.Namespace, host: str) -> None:
    if (chosen.tls_cert is None) != (chosen.tls_key is None):
        raise CommandError("--tls-cert and --tls-key go together", USAGE)
    if chosen.tls_cert is None and not _is_loopback(host):
        raise CommandError(
            f"{host} is not loopback: give --tls-cert and --tls-key, or listen on 127.0.0.1",
            USAGE,
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _split(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 65_536):
        raise CommandError(f"--listen takes HOST:PORT, not {listen!r}", USAGE)
    return host, int(port)


def _log_to_stderr() -> None:
    """One JSON object an event: names, counts and durations, never who or where."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%HZ", utc=True),  # the hour
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # what it is by then
    )


# --- witness ---------------------------------------------------------------------------------


def witness(chosen: argparse.Namespace) -> None:
    _log_to_stderr()
    os.umask(0o077)
    try:
        settings = witnessing.read_settings(chosen)
        if chosen.action == "key":
            check_role(chosen.data, settings)
            with _drawing(chosen.data, settings.key):
                witnessing.print_keys(chosen.data, settings, secrets.token_bytes)
        elif chosen.action == "evidence":
            kept, to = chosen.data / settings.database, chosen.export
            if convicted.print_evidence(kept, chosen.config, to, whole=chosen.json):
                raise CommandError("a log is convicted: what it did is above", PROVEN)
        else:
            _witness(chosen, settings)
    except SettingsError as error:
        raise CommandError(str(error), USAGE) from None
    except (datadir.DataError, tls.CertificateError, NewerSchemaError, WeakRandomError) as error:
        raise CommandError(str(error)) from None
    except sqlite3.Error as error:
        raise CommandError(f"cannot use {chosen.data / settings.database}: {error}") from None
    except OSError as error:
        raise CommandError(f"cannot listen on {settings.listen}: {error.strerror}") from None


def _drawing(folder: Path, key: Path) -> AbstractContextManager[None]:
    """Alone with the folder until its keys are drawn; from then on they are read at any time."""
    return nullcontext() if (folder / key).exists() else datadir.locked(folder)


def _witness(chosen: argparse.Namespace, settings: Settings) -> None:
    host, port = _split(settings.listen)
    _check_tls(chosen, host)
    check_random(secrets.token_bytes)
    context = None
    if chosen.tls_cert is not None:
        context = tls.server_context(chosen.tls_cert, chosen.tls_key)
    with datadir.locked(chosen.data), _event_loop() as runner:
        clock, random = _clock, secrets.token_bytes
        runner.run(
            witnessing.serve(
                chosen.data, settings, (host, port), context, clock=clock, random=random
            )
        )


# --- auditor, log-key ------------------------------------------------------------------------


def auditor(chosen: argparse.Namespace) -> None:
    """Print a new token; from the next start on it reads what changed."""
    try:
        print(adding.add(chosen.data, chosen.name, secrets.token_bytes))
    except datadir.DataError as error:
        raise CommandError(str(error)) from None


def log_key(chosen: argparse.Namespace) -> None:
    """Print the keys of the log that is or will be begun here, for those who are to witness it."""
    os.umask(0o077)
    try:
        check_random(secrets.token_bytes)
        with _drawing(chosen.data, opening.VRF_KEY):  # the last one that is drawn
            keys = opening.drawn(chosen.data, chosen.name, secrets.token_bytes)
    except (datadir.DataError, WeakRandomError) as error:
        raise CommandError(str(error)) from None
    for key in keys.config().vkeys:
        print(key.encode())


# --- inspect ---------------------------------------------------------------------------------


def inspect(chosen: argparse.Namespace) -> None:
    path = chosen.data / datadir.DATABASE
    if not path.exists():
        raise CommandError(f"{path} does not exist: is this a relay's --data?")
    try:
        with closing(open_reader(path)) as db:
            _print_rows(inspection.rows(db, chosen.account), as_json=chosen.json)
        if (files := chosen.data / blob_schema.DATABASE).exists() and chosen.account is None:
            with closing(blob_schema.open_reader(files)) as db:
                _print_rows(inspection.blob_rows(db), as_json=chosen.json)
        if (chosen.data / opening.DATABASE).exists():
            place = opening.place_of(chosen.data, chosen.account) if chosen.account else None
            with closing(opening.reader(chosen.data)) as db:
                _print_rows(inspection.log_rows(db, place), as_json=chosen.json)
    except (inspection.UnknownAccountError, NewerSchemaError, datadir.DataError) as error:
        raise CommandError(str(error)) from None
    except sqlite3.Error as error:
        raise CommandError(f"cannot read {path}: {error}") from None


def _print_rows(rows: Iterable[inspection.Row], *, as_json: bool) -> None:
    table = ""
    for row in rows:
        if as_json:
            values = {name: inspection.shown(value) for name, value in row.values.items()}
            classes = {name: column.category for name, column in row.classes.items()}
            print(json.dumps({"table": row.table, "row": values, "class": classes}))
            continue
        if row.table != table:
            table = row.table
            print(f"\n{table}")
            for name, column in row.classes.items():
                print(f"    {name} [{column.category}] {column.purpose}; kept {column.kept}")
        print("  " + "  ".join(f"{name}={_text(value)}" for name, value in row.values.items()))


def _text(value: object) -> str:
    match inspection.shown(value):
        case {"bytes": size, "head": head}:
            return f"<{size:,} bytes {head[:16]}…>"
        case plain:
            return str(plain)


# --- the command line ------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="doorless-relay",
        description="A relay that carries sealed envelopes and can open none of them.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serving = commands.add_parser("serve", help="carry envelopes until SIGTERM or Ctrl-C")
    serving.add_argument("--data", type=Path, required=True, metavar="DIR", help="what it keeps")
    serving.add_argument(
        "--listen",
        default=DEFAULT_LISTEN,
        metavar="HOST:PORT",
        help=f"default {DEFAULT_LISTEN}; port 0 picks one; beyond loopback only with TLS",
    )
    serving.add_argument("--name", metavar="NAME", type=_name, help="default: the bound address")
    serving.add_argument("--tls-cert", type=Path, metavar="F", help="PEM, the leaf first")
    serving.add_argument("--tls-key", type=Path, metavar="F", help="PEM")
    serving.add_argument(
        "--epoch",
        type=_seconds(1, 60),
        metavar="SECONDS",
        help="between two epochs of a busy key log; default 10; only when the log is begun",
    )
    serving.add_argument(
        "--anchor",
        type=_seconds(60, 86_400),
        metavar="SECONDS",
        help="between two anchors of the key log; default a day; only when the log is begun",
    )
    serving.add_argument("--json", action="store_true", help="the ready line is JSON in any case")
    serving.set_defaults(command=serve)

    inspecting = commands.add_parser(
        "inspect", help="every row held, with the class of each column"
    )
    inspecting.add_argument("--data", type=Path, required=True, metavar="DIR")
    inspecting.add_argument("--account", metavar="HANDLE", help="of this account alone")
    inspecting.add_argument("--json", action="store_true", help="one object a row")
    inspecting.set_defaults(command=inspect)

    witnesses = commands.add_parser("witness", help="cosign the key logs of others")
    witnessing.add_arguments(witnesses)
    witnesses.set_defaults(command=witness)

    auditing = commands.add_parser("auditor", help="let somebody replay this relay's key log")
    adding.add_arguments(auditing)
    auditing.set_defaults(command=auditor)

    keys = commands.add_parser(
        "log-key", help="the keys of this relay's key log, for its witnesses"
    )
    keys.add_argument("--data", type=Path, required=True, metavar="DIR", help="the relay's")
    keys.add_argument("--name", metavar="NAME", type=_name, required=True, help="the relay's")
    keys.set_defaults(command=log_key)
    return parser


def _seconds(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{least} to {most} seconds")
        return int(text)

    return read


def _name(text: str) -> str:
    if not 1 <= len(text.encode()) <= 255 or not text.isprintable():
        raise argparse.ArgumentTypeError("a name has 1 to 255 printable bytes")
    return text


if __name__ == "__main__":
    sys.exit(main())
