"""A certificate of our own making, for a relay at home: drawn once, known by its key.

    DIR/tls/key.pem           drawn, and on the disk before anything is made of it
    DIR/tls/certificate.pem   made of it for the relay's name; made again where it is missing

So there is never a second key: whatever is cut short, the key that people pinned is the one here.
Spec: docs/spec/07-relay.md §1.4.
"""

import datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from doorless_protocol.errors import MalformedError
from doorless_protocol.invite import RelayAddress
from doorless_protocol.primitives import Random
from doorless_server.datadir import DataError, sync_names, write_once

KEY = Path("tls", "key.pem")
CERTIFICATE = Path("tls", "certificate.pem")

_CURVE = ec.SECP256R1()  # what browsers take, too: strangers read the log's pages
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_FOR_EVER = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
"""RFC 5280 §4.1.2.5: no date of expiry. It is the key that is known, and it does not age."""

_SERIAL_BYTES = 16
_DRAWN_BYTES = 40
"""64 bits more than the order has: no number is likelier than another (FIPS 186-5 A.2.1)."""


def keep(folder: Path, name: str, now: int, random: Random) -> tuple[Path, Path]:
    """The files of the certificate and its key, made where they are missing.

    Args:
        name: `host[:port]`, what the relay is called; strangers' programs look for the host.
        now: Unix seconds.

    Raises:
        DataError: they cannot be written or read, or the name is no address.
    """
    key, certificate = folder / KEY, folder / CERTIFICATE
    host = _host_of(name)
    try:
        key.parent.mkdir(mode=0o700, exist_ok=True)
        sync_names(folder)
        if not key.exists():
            write_once(key, _drawn(random))
        if not certificate.exists():
            write_once(certificate, _made(key.read_bytes(), host, now, random))
    except OSError as error:
        raise DataError(f"cannot use {key.parent}: {error.strerror}") from None
    except ValueError:
        raise DataError(f"{key} holds no key: restore it from a backup") from None
    return certificate, key


def _host_of(name: str) -> str:
    try:
        return RelayAddress.parse(name).host
    except MalformedError as error:
        raise DataError(
            f"a certificate is for an address: --name {name} is none: {error}"
        ) from None


def _drawn(random: Random) -> bytes:
    """A private key, in PEM."""
    number = int.from_bytes(random(_DRAWN_BYTES)) % (_ORDER - 1) + 1
    key = ec.derive_private_key(number, _CURVE)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _made(pem: bytes, host: str, now: int, random: Random) -> bytes:
    """A certificate of this key that this key signed, in PEM."""
    key = load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("a key of another kind")  # noqa: TRY004 - of a file, not of a program
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host[:64])])
    today = datetime.datetime.fromtimestamp(now, datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(random(_SERIAL_BYTES)) >> 1 or 1)
        .not_valid_before(today - datetime.timedelta(days=1))  # clocks at home differ
        .not_valid_after(_FOR_EVER)
        .add_extension(x509.SubjectAlternativeName([_name_of(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def _name_of(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
