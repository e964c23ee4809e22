"""`doorless-relay fingerprint`: by what clients know a relay that nobody vouches for."""

import argparse
from pathlib import Path

from doorless_server import self_signed
from doorless_server.commands.base import CommandError, Sources
from doorless_server.tls import CertificateError, fingerprint

HELP = "what people type behind the # of this relay's address"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the relay's")
    parser.add_argument(
        "--tls-cert", type=Path, metavar="F", help="of this certificate; default: its own"
    )


def run(chosen: argparse.Namespace, _sources: Sources) -> None:
    certificate = chosen.tls_cert or chosen.data / self_signed.CERTIFICATE
    try:
        print(fingerprint(certificate))
    except CertificateError as error:
        raise CommandError(f"{error}: was it served with --self-signed?") from None
