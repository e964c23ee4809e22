"""The certificate that a relay shows: TLS 1.3 and nothing older, renewed while it serves.

    files ──► Context ──► each connection that begins from now on
      │ changed, or SIGHUP
      └──► sound: the next Context; connections that are there keep theirs
      └──► broken: refused with a reason, and the one that is there goes on

Spec: docs/spec/07-relay.md §1.4.
"""

import hashlib
import os
import ssl
import stat
from enum import Enum
from pathlib import Path
from typing import NoReturn

from doorless_protocol.certificate import key_hash
from doorless_protocol.errors import MalformedError
from doorless_protocol.invite import text_of

OLDEST = ssl.TLSVersion.TLSv1_3
"""Whoever speaks something older is turned away: nothing is negotiated (docs/adr/0005)."""


class Fault(Enum):
    """What is wrong with the files, in a word for the log."""

    UNREADABLE = 1
    NOT_PRIVATE = 2
    NO_CERTIFICATE = 3
    NO_PAIR = 4


class CertificateError(Exception):
    """The files are not a certificate with its key; the message says which to look at."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


class Context(ssl.SSLContext):
    """Shows one certificate. Made by `context_of`.

    Attributes:
        binding: SHA-256 of the leaf in DER (RFC 5929 §4.1): what devices sign.
        fingerprint: SHA-256 of its public key, in base64url: what pins it.
    """

    binding: bytes
    fingerprint: str


class Certificates:
    """A certificate and its key in two files, which may change. Raises CertificateError."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate, self._key = certificate, key
        self._seen = _stamps(certificate, key)
        self._context = context_of(certificate, key)

    @property
    def context(self) -> Context:
        """For a connection that begins now."""
        return self._context

    def changed(self) -> bool:
        """Whether the files are others than when this was last asked, or at the start."""
        before, self._seen = self._seen, _stamps(self._certificate, self._key)
        return self._seen != before

    def renew(self) -> None:
        """Read the files anew.

        Raises:
            CertificateError: they do not serve; what is shown stays.
        """
        self._context = context_of(self._certificate, self._key)


def context_of(certificate: Path, key: Path) -> Context:
    """Raises CertificateError: unreadable, for other eyes too, or another certificate's key."""
    check_private(key)
    leaf = leaf_of(certificate)
    context = Context(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = OLDEST
    # A ticket would tie a stranger's connection to a login of before, and skip the certificate.
    context.num_tickets = 0
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
        context.binding = hashlib.sha256(leaf).digest()
        context.fingerprint = fingerprint(certificate)
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "reason", None) or error.strerror
        pair = f"{certificate} and {key}"
        raise CertificateError(Fault.NO_PAIR, f"{pair} do not serve: {reason}") from None
    return context


def fingerprint(certificate: Path) -> str:
    """SHA-256 of the public key in it, in base64url. Raises CertificateError."""
    try:
        return text_of(key_hash(leaf_of(certificate)))
    except MalformedError as error:
        raise CertificateError(Fault.NO_CERTIFICATE, f"{certificate}: {error}") from None


def check_private(key: Path) -> None:
    """Hold a key's file to what PostgreSQL and others ask of it.

    0600 or less, and of our own; or 0640 or less, and of root's, who lends it to a group.

    Raises:
        CertificateError: the message has the command that mends it.
    """
    try:
        found = key.stat()
    except OSError as error:
        raise CertificateError(Fault.UNREADABLE, f"cannot read {key}: {error.strerror}") from None
    if found.st_uid not in (0, os.geteuid()):
        raise CertificateError(
            Fault.NOT_PRIVATE, f"{key} is somebody else's: chown it to who runs the relay"
        )
    others = 0o037 if found.st_uid == 0 else 0o077
    if stat.S_IMODE(found.st_mode) & others:
        raise CertificateError(Fault.NOT_PRIVATE, f"{key} is not private: chmod 600 {key}")


def leaf_of(certificate: Path) -> bytes:
    """The first certificate of the file, in DER."""
    try:
        text = certificate.read_text(encoding="utf-8")
        start = text.index(ssl.PEM_HEADER)
        end = text.index(ssl.PEM_FOOTER, start) + len(ssl.PEM_FOOTER)
        return ssl.PEM_cert_to_DER_cert(text[start:end])
    except (OSError, ValueError):
        raise CertificateError(
            Fault.NO_CERTIFICATE, f"{certificate} holds no PEM certificate"
        ) from None


def _stamps(*paths: Path) -> tuple[tuple[int, int, int], ...]:
    """What differs once a file was written or replaced; zeros where there is none."""
    found = []
    for path in paths:
        try:
            status = path.stat()
            found.append((status.st_ino, status.st_size, status.st_mtime_ns))
        except OSError:
            found.append((0, 0, 0))
    return tuple(found)


def _no_password() -> NoReturn:
    """Else the library would ask for one on the terminal, and wait."""
    raise CertificateError(
        Fault.NO_PAIR, "the key is encrypted: nobody is there to type its passphrase"
    )
