"""Certificates for tests: of any name and time, signed by themselves or by an authority."""

import datetime
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = datetime.timedelta(days=1)


class Certified(NamedTuple):
    """A certificate and its key, in files; `der` is the leaf, `spki` its public key."""

    certificate: Path
    key: Path
    der: bytes
    spki: bytes
    made: x509.Certificate
    private: ec.EllipticCurvePrivateKey

    @classmethod
    def make(
        cls,
        folder: Path,
        name: str = "relay",
        *,
        hosts: Sequence[str] = ("127.0.0.1",),
        begins: datetime.timedelta = -DAY,
        ends: datetime.timedelta = DAY,
        private: ec.EllipticCurvePrivateKey | None = None,
        by: "Self | None" = None,
        is_authority: bool = False,
    ) -> Self:
        """Signed by itself, or `by` an authority; `begins` and `ends` from now on."""
        private = private or ec.generate_private_key(ec.SECP256R1())
        called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        building = (
            x509.CertificateBuilder()
            .subject_name(called)
            .issuer_name(by.made.subject if by else called)
            .public_key(private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + begins)
            .not_valid_after(now + ends)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        for each in _by_the_book(private, by.private if by else private, is_authority):
            building = building.add_extension(each, critical=isinstance(each, x509.KeyUsage))
        if hosts:
            names = x509.SubjectAlternativeName([_name_of(host) for host in hosts])
            building = building.add_extension(names, critical=False)
        made = building.sign(by.private if by else private, hashes.SHA256())
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        key.touch(mode=0o600)
        key.write_bytes(
            private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        spki = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        der = made.public_bytes(serialization.Encoding.DER)
        return cls(certificate, key, der, spki, made, private)


def _by_the_book(
    private: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, is_authority: bool
) -> list[x509.ExtensionType]:
    """What Python asks for from 3.13 on: RFC 5280 to the letter."""
    return [
        x509.SubjectKeyIdentifier.from_public_key(private.public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()),
        x509.KeyUsage(
            digital_signature=not is_authority,
            key_cert_sign=is_authority,
            crl_sign=is_authority,
            **dict.fromkeys(
                (
                    *("content_commitment", "key_encipherment", "data_encipherment"),
                    *("key_agreement", "encipher_only", "decipher_only"),
                ),
                False,
            ),
        ),
    ]


def _name_of(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
