"""`doorless-relay doctor`: what keeps a relay from serving, and what to do about it."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from doorless_server.commands import keeping, network, serve
from doorless_server.commands.base import CommandError, Sources
from doorless_server.doctor import folder as folders
from doorless_server.doctor import machine
from doorless_server.doctor.base import Finding, Verdict, fault, ok
from doorless_server.tls import CertificateError

HELP = "look for what keeps a relay from serving, and say what to do"

MOUNTS = Path("/proc/mounts")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the relay's")
    parser.add_argument("--listen", default=serve.DEFAULT_LISTEN, metavar="HOST:PORT")
    keeping.add_arguments(parser)
    network.add_tls(parser)
    parser.add_argument("--json", action="store_true", help="one object a check")


def run(chosen: argparse.Namespace, sources: Sources) -> None:
    network.check_files(chosen)
    keeping.check(chosen)
    host, port = network.address(chosen.listen)
    found = []
    for finding in findings(chosen, host, port, sources.clock()):
        found.append(finding)
        _print(finding, as_json=chosen.json)
    faults = sum(finding.verdict is Verdict.FAULT for finding in found)
    if faults:
        raise CommandError(f"{faults} of {len(found)} checks found a fault")


def findings(chosen: argparse.Namespace, host: str, port: int, now: int) -> Iterator[Finding]:
    """One after the other, each as soon as it is known. Errors of the disk are findings, too."""
    folder: Path = chosen.data
    yield machine.versions()
    if not folder.is_dir():
        yield fault("data", f"{folder} does not exist", "give a relay's --data, or start one there")
        return
    serving = folders.is_serving(folder)
    yield ok("data", f"{folder}, {'served now' if serving else 'not served now'}")
    try:
        yield folders.privacy(folder)
        yield machine.space(folder)
        yield machine.file_system(folder, MOUNTS.read_text() if MOUNTS.exists() else "")
        yield machine.fsync(folder)
        yield machine.clock(now, folders.newest_change(folder))
        yield from folders.schemas(folder, clustered=chosen.store == keeping.NATS)
        yield from folders.soundness(folder, serving=serving)
        yield folders.keys(folder)
        yield folders.heads(folder, serving=serving)
        yield folders.write_ahead_log(folder)
    except OSError as error:
        yield fault("data", f"{error.filename or folder}: {error.strerror}", "look at the disk")
    if chosen.store == keeping.NATS:
        yield from _of_cluster(chosen, now)
    yield machine.open_files()
    yield machine.port(host, port, serving=serving)
    if chosen.tls_cert is not None:
        yield machine.certificate(chosen.tls_cert, chosen.tls_key, now)


def _of_cluster(chosen: argparse.Namespace, now: int) -> list[Finding]:
    from doorless_server.doctor import cluster  # who serves from a folder needs none of it

    try:
        login = None if chosen.nats_login is None else keeping.login_in(chosen.nats_login)
    except (CertificateError, CommandError) as error:
        return [fault("NATS login", str(error), "give a private file with one line, user:password")]
    with network.event_loop() as runner:
        return runner.run(cluster.examined(chosen.nats, login, now))


def _print(finding: Finding, *, as_json: bool) -> None:
    if as_json:
        told = {"check": finding.check, "verdict": finding.verdict.value}
        print(json.dumps({**told, "says": finding.says, "do": finding.do}))
        return
    print(f"{finding.verdict.value:8} {finding.check:16} {finding.says}")
    if finding.do:
        print(f"{'':25} {finding.do}")
