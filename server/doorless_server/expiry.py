"""Until when a certificate that others signed is good, for who looks after a relay."""

from pathlib import Path

from cryptography import x509

from doorless_server.tls import CertificateError, Fault, leaf_of


def expires(certificate: Path) -> int:
    """Unix seconds after which clients refuse it. Raises CertificateError."""
    try:
        found = x509.load_der_x509_certificate(leaf_of(certificate))
        return int(found.not_valid_after_utc.timestamp())
    except ValueError:
        raise CertificateError(
            Fault.NO_CERTIFICATE, f"{certificate} holds no certificate that can be read"
        ) from None
