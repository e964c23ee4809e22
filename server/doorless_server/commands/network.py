"""Where a command serves, under which certificate, and on which loop."""

import argparse
import asyncio
from ipaddress import ip_address
from pathlib import Path

from doorless_server.commands.base import USAGE, CommandError
from doorless_server.tls import Certificates


def add_tls(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tls-cert", type=Path, metavar="F", help="PEM, the leaf first")
    parser.add_argument("--tls-key", type=Path, metavar="F", help="PEM")


def address(listen: str) -> tuple[str, int]:
    """Host and port of `--listen`."""
    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 65_536):
        raise CommandError(f"--listen takes HOST:PORT, not {listen!r}", USAGE)
    return host, int(port)


def check_tls(chosen: argparse.Namespace, host: str) -> None:
    """Refuse to carry anything in the clear beyond this computer."""
    check_files(chosen)
    if chosen.tls_cert is None and not is_loopback(host):
        raise CommandError(
            f"{host} is not loopback: give --tls-cert and --tls-key, or listen on 127.0.0.1",
            USAGE,
        )


def check_files(chosen: argparse.Namespace) -> None:
    if (chosen.tls_cert is None) != (chosen.tls_key is None):
        raise CommandError("--tls-cert and --tls-key go together", USAGE)


def certificates_of(chosen: argparse.Namespace) -> Certificates | None:
    """Raises CertificateError."""
    if chosen.tls_cert is None:
        return None
    return Certificates(chosen.tls_cert, chosen.tls_key)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_everywhere(host: str) -> bool:
    """Whether it stands for every address of this computer, and is none itself."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def event_loop() -> asyncio.Runner:
    """uvloop where it runs: twice the throughput, and a tenth of the memory under TLS."""
    try:
        import uvloop
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)
