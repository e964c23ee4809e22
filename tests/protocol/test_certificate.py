"""The key in a certificate is what a TLS library finds there, and nothing else is taken for one."""

import datetime
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as some

from doorless_protocol.certificate import key_hash
from doorless_protocol.errors import MalformedError

KINDS: dict[str, Callable[[], Any]] = {
    "EC": lambda: ec.generate_private_key(ec.SECP256R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
}


def certificate(private: Any, *, names: int = 1) -> bytes:
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay")])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    hosts = [x509.DNSName(f"relay{number}.example") for number in range(names)]
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(private.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .sign(private, None if isinstance(private, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_hash_of_the_whole_public_key(kind: str) -> None:
    private = KINDS[kind]()
    spki = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert key_hash(certificate(private)) == hashlib.sha256(spki).digest()


def test_another_certificate_of_the_same_key_has_the_same_hash() -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    assert key_hash(certificate(private)) == key_hash(certificate(private, names=900))


def element(kind: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([kind, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([kind, 0x80 + len(length)]) + length + content


KEY = element(0x30, b"key")
FIELDS = [element(0x02, b"\x07"), *[element(0x30, b"")] * 4, KEY]
SMALL = element(0x30, element(0x30, b"".join(FIELDS)))


def sized(size: int) -> bytes:
    """A certificate whose key has so many bytes inside."""
    return element(0x30, element(0x30, b"".join(FIELDS[:-1]) + element(0x30, bytes(size))))


@pytest.mark.parametrize("size", [0, 1, 0x7F, 0x80, 0x81, 0xFF, 0x100, 0x8000, 65_535 - 19])
def test_a_key_may_have_any_size(size: int) -> None:
    assert key_hash(sized(size)) == hashlib.sha256(element(0x30, bytes(size))).digest()


def test_version_1_has_no_version() -> None:
    assert key_hash(SMALL) == hashlib.sha256(KEY).digest()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x30", id="no length"),
        pytest.param(SMALL + b"\0", id="bytes behind it"),
        pytest.param(element(0x31, SMALL[2:]), id="no sequence"),
        pytest.param(b"\x30\x81" + SMALL[1:], id="a length in a longer form"),
        pytest.param(b"\x30\x82\x00" + SMALL[1:], id="a length with a zero before"),
        pytest.param(b"\x30\x80" + SMALL[2:] + b"\0\0", id="a length that is not said"),
        pytest.param(b"\x30\x84\x00\x00\x00\x01\x30", id="a length of four bytes"),
        pytest.param(b"\x30\x81", id="a length that is cut off"),
        pytest.param(element(0x30, b"\x30\x7f\x02"), id="a content that is cut off"),
        pytest.param(element(0x30, element(0x30, b"".join(FIELDS[1:]))), id="no serial number"),
        pytest.param(element(0x30, element(0x30, b"".join(FIELDS[:-1]))), id="no key"),
        pytest.param(
            element(0x30, element(0x30, b"".join(FIELDS[:-1])) + KEY), id="the key outside"
        ),
        pytest.param(
            element(0x30, element(0x30, element(0xA0, b"") * 2 + b"".join(FIELDS))),
            id="two versions",
        ),
        pytest.param(b"\x30\x80" + SMALL[2:] + bytes(130 - len(SMALL)), id="128, in a byte"),
        pytest.param(sized(65_536 - 19), id="too long"),
        pytest.param(b"\x30\x83\x01\x00\x00" + bytes(65_536), id="a length of three bytes"),
    ],
)
def test_nothing_else_is_taken_for_one(data: bytes) -> None:
    with pytest.raises(MalformedError):
        key_hash(data)


@given(some.binary(max_size=80), some.integers(0, len(SMALL)))
def test_bytes_give_a_hash_or_are_malformed(data: bytes, at: int) -> None:
    for tried in (data, SMALL[:at] + data, SMALL[:at] + data + SMALL[at + len(data) :]):
        try:
            assert len(key_hash(tried)) == 32
        except MalformedError as error:
            assert "certificate" in str(error)  # noqa: PT017
