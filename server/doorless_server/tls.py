"""The relay's certificate: TLS 1.3 and nothing older, and what devices sign of it."""

import hashlib
import ssl
from pathlib import Path


class CertificateError(Exception):
    """The files are not a certificate with its key; the message says which to look at."""


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Raises CertificateError: unreadable, or the key is another certificate's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "reason", None) or error.strerror
        raise CertificateError(f"{certificate} and {key} do not serve: {reason}") from None
    return context


def channel_binding(certificate: Path) -> bytes:
    """SHA-256 of the leaf certificate's DER (RFC 5929 §4.1). Raises CertificateError."""
    try:
        text = certificate.read_text(encoding="ascii")
        start = text.index(ssl.PEM_HEADER)
        end = text.index(ssl.PEM_FOOTER, start) + len(ssl.PEM_FOOTER)
        der = ssl.PEM_cert_to_DER_cert(text[start:end])
    except (OSError, ValueError):
        raise CertificateError(f"{certificate} holds no PEM certificate") from None
    return hashlib.sha256(der).digest()
