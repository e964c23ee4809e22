"""How to reach somebody: addresses that people type, and links that bind them to a key.

    alice@relay.example                 whom the relay calls alice
    home.example#…                      a relay that nobody vouches for, and its key
    doorless:v1?relay=…&account=…&…     whose account has this id, whatever the relay says

Typed or pasted text is hostile input: ASCII, bounded, one form, read in linear time.
Spec: docs/spec/02-identities.md §7.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Self

from doorless_protocol import handles
from doorless_protocol.errors import MalformedError
from doorless_protocol.keys import ACCOUNT_ID_SIZE, AccountId

DEFAULT_PORT = 8443
MAX_LINK = 1024
"""Characters of a link: it must fit a QR code that a telephone reads from a screen."""

MAX_HOST = 253  # characters of a name in the DNS
CONFIG_SIZE, TLS_SIZE, TOKEN_SIZE = 32, 32, 16

_PREFIX = "doorless:v1?"
_FIELDS = ("relay", "handle", "account", "config", "tls", "token")
_LABEL = re.compile("[a-z0-9-]{1,63}")
_PORT = re.compile("[1-9][0-9]{0,4}")
_LINK_TEXT = re.compile("[!-~]*")  # visible ASCII
_MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """`host[:port]`. The host is lower case; an IPv6 address has brackets in text, not here."""

    host: str
    port: int = DEFAULT_PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORT else f"{host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises MalformedError: not a host name or address, or not a port."""
        if text.startswith("["):
            host, bracket, port = text[1:].partition("]")
            if not bracket or port[:1] not in ("", ":"):
                raise MalformedError("relay address with an unfinished bracket")
            return cls(_parse_ipv6(host), _parse_port(port[1:]) if port else DEFAULT_PORT)
        host, colon, port = text.partition(":")
        return cls(_parse_host(host), _parse_port(port) if colon else DEFAULT_PORT)


@dataclass(frozen=True, slots=True)
class Address:
    """`handle@host[:port]`: names a person anywhere, as far as that relay is honest."""

    handle: str
    relay: RelayAddress

    def __str__(self) -> str:
        return f"{self.handle}@{self.relay}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises MalformedError: not of this form."""
        handle, at, relay = text.partition("@")
        if not at:
            raise MalformedError("address without an @")
        return cls(handles.canonical(handle), RelayAddress.parse(relay))


@dataclass(frozen=True, slots=True)
class InviteLink:
    """Whom to add, and what must be true of the relay that is asked for them.

    Attributes:
        config: hash of the relay's configuration, 32 bytes.
        tls: SHA-256 of the key in the relay's certificate, 32 bytes, where it is self-signed.
        token: delivery token, 16 bytes: who holds it writes as a contact does.
    """

    relay: RelayAddress
    handle: str
    account: AccountId
    config: bytes | None = None
    tls: bytes | None = None
    token: bytes | None = field(default=None, repr=False)

    def encode(self) -> str:
        parts = [f"relay={self.relay}", f"handle={self.handle}", f"account={text_of(self.account)}"]
        for name, value in (("config", self.config), ("tls", self.tls), ("token", self.token)):
            if value is not None:
                parts.append(f"{name}={text_of(value)}")
        return _PREFIX + "&".join(parts)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a link; fields that we do not know are for later versions, and ignored.

        Raises:
            MalformedError: not a link, too long, or a field that is missing, twice there or
                malformed.
        """
        values = parse_fields(text, _PREFIX, _FIELDS)
        for required in ("relay", "handle", "account"):
            if required not in values:
                raise MalformedError(f"link without its {required}")
        return cls(
            RelayAddress.parse(values["relay"]),
            handles.canonical(values["handle"]),
            AccountId(parse_bytes(values["account"], ACCOUNT_ID_SIZE, "account")),
            _parse_optional(values, "config", CONFIG_SIZE),
            _parse_optional(values, "tls", TLS_SIZE),
            _parse_optional(values, "token", TOKEN_SIZE),
        )


def pinned(relay: RelayAddress, pin: bytes) -> str:
    """`host[:port]`, and where a fingerprint is known `#` and its one form.

    Spec: docs/spec/02-identities.md §7.1.
    """
    return f"{relay}#{text_of(pin)}" if pin else str(relay)


def parse_pinned(text: str) -> tuple[RelayAddress, bytes]:
    """A relay as people type it, and the fingerprint behind the `#`, b"" without one.

    Raises:
        MalformedError: not of this form.

    Spec: docs/spec/02-identities.md §7.1.
    """
    relay, mark, pin = text.partition("#")
    address = RelayAddress.parse(relay)
    return address, parse_bytes(pin, TLS_SIZE, "fingerprint") if mark else b""


def _parse_host(text: str) -> str:
    host = text.lower()
    labels = host.split(".")
    if not text.isascii() or len(text) > MAX_HOST or not all(map(_is_label, labels)):
        raise MalformedError("relay address is not a host name")
    if labels[-1].isdigit():  # no top-level domain is a number, so this must be an address
        try:
            return str(IPv4Address(host))
        except ValueError:
            raise MalformedError("relay address is not an IPv4 address") from None
    return host


def _is_label(label: str) -> bool:
    return bool(_LABEL.fullmatch(label)) and label[0] != "-" and label[-1] != "-"


def _parse_ipv6(text: str) -> str:
    try:
        address = IPv6Address(text)
    except ValueError:
        raise MalformedError("relay address is not an IPv6 address") from None
    if address.scope_id is not None:
        raise MalformedError("relay address with the scope of one machine")
    if address.ipv4_mapped is not None:
        raise MalformedError("relay address that is an IPv4 address: write it as one")
    return address.compressed


def _parse_port(text: str) -> int:
    if not _PORT.fullmatch(text) or int(text) > _MAX_PORT:
        raise MalformedError(f"relay port is not a number from 1 to {_MAX_PORT}")
    return int(text)


def parse_fields(text: str, prefix: str, known: Collection[str]) -> dict[str, str]:
    """The known fields of a link; others are for later versions, and ignored.

    Raises:
        MalformedError: too long, another kind of link, or a field that is twice there.

    Spec: docs/spec/02-identities.md §7.
    """
    if len(text) > MAX_LINK:
        raise MalformedError(f"link of {len(text)} characters, at most {MAX_LINK}")
    if not text.startswith(prefix) or not _LINK_TEXT.fullmatch(text):
        raise MalformedError(f"not a link: one begins with {prefix} and is visible ASCII")
    values: dict[str, str] = {}
    for part in text[len(prefix) :].split("&"):
        name, equals, value = part.partition("=")
        if not equals:
            raise MalformedError("link with a field that has no value")
        if name not in known:
            continue
        if name in values:
            raise MalformedError(f"link with two values for {name}")
        values[name] = value
    return values


def _parse_optional(values: dict[str, str], name: str, size: int) -> bytes | None:
    return parse_bytes(values[name], size, name) if name in values else None


def parse_bytes(text: str, size: int, name: str) -> bytes:
    """Base64url without padding, in its one form. Spec: docs/spec/02-identities.md §7."""
    if len(text) != len(text_of(bytes(size))):
        raise MalformedError(f"{name} is not {size} bytes in base64url")
    try:
        value = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise MalformedError(f"{name} is not base64url") from None
    if text_of(value) != text:
        raise MalformedError(f"{name} is not {size} bytes in base64url")
    return value


def text_of(value: bytes) -> str:
    """Base64url without padding. Spec: docs/spec/02-identities.md §7."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()
