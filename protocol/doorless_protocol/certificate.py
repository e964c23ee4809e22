"""What a relay without an authority is known by: the public key in its TLS certificate.

Spec: docs/spec/07-relay.md §1.4.
"""

from typing import Final

from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import sha256

_LONGEST: Final = 2
"""Bytes of a length: what has more than 65,535 bytes, a hundred times what one has, is none."""

_INTEGER: Final = 0x02
_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0

_BEFORE_KEY: Final = (_INTEGER, *[_SEQUENCE] * 4)
"""Serial number, algorithm, issuer, validity, subject: they are stepped over."""


def key_hash(certificate: bytes) -> bytes:
    """SHA-256 of the SubjectPublicKeyInfo in a certificate, as it stands there.

    The certificate is one that a TLS library took: of its DER (RFC 5280 §4.1), this reads

        SEQUENCE                    the certificate
          SEQUENCE                  what was signed
            [0]                     version; absent in version 1
            INTEGER                 serial number
            SEQUENCE, four times    algorithm, issuer, validity, subject
            SEQUENCE                SubjectPublicKeyInfo: this is hashed, head and all

    with lengths in their shortest form alone, so that nobody reads another key there than we do.

    Raises:
        MalformedError: it is not of this form.

    Spec: docs/spec/07-relay.md §1.4.
    """
    start, end = _inside(certificate, 0, len(certificate), _SEQUENCE)
    if end != len(certificate):
        raise MalformedError("certificate with bytes behind it")
    at, end = _inside(certificate, start, end, _SEQUENCE)
    if certificate[at : at + 1] == bytes([_VERSION]):
        at = _inside(certificate, at, end, _VERSION)[1]
    for kind in _BEFORE_KEY:
        at = _inside(certificate, at, end, kind)[1]
    _, behind = _inside(certificate, at, end, _SEQUENCE)
    return sha256(certificate[at:behind])


def _inside(data: bytes, at: int, end: int, kind: int) -> tuple[int, int]:
    """Where the content of the element at `at` begins and ends, which lies before `end`."""
    if end - at < 2 or data[at] != kind:
        raise MalformedError(f"certificate without the element {kind:#04x} at {at}")
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        size = length - 0x80
        long = data[start : start + size]
        length, start = int.from_bytes(long), start + size
        if not 1 <= size <= _LONGEST or length < 0x80 or long[0] == 0:
            raise MalformedError(f"certificate with a length that is not in its form at {at}")
    if start + length > end:
        raise MalformedError(f"certificate with an element at {at} that is cut off")
    return start, start + length
