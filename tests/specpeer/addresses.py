"""Addresses, invite links, safety numbers. docs/spec/02-identities.md §6, §7."""

import base64
import hashlib
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from specpeer.crypto import malformed
from specpeer.identities import account_id

HANDLE = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+)*")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
PORT = re.compile(r"[1-9][0-9]{0,4}")
BYTES = {"account": 32, "config": 32, "tls": 32, "token": 16}
FIELDS = ("relay", "handle", "account", "config", "tls", "token")


def parse_handle(text: str) -> str:
    if not (2 <= len(text) <= 31 and HANDLE.fullmatch(text)):
        raise malformed("not a handle")
    return text


def parse_relay(text: str) -> str:
    """The relay as it is written: `host` or `host:port`."""
    if not text.isascii():
        raise malformed("not ASCII")
    bracketed, closed, after = text.partition("]")
    if closed:
        host, colon, port = f"{bracketed}]", after[:1], after[1:]
        if after and colon != ":":
            raise malformed("something after the bracket")
    else:
        host, colon, port = text.partition(":")
    if colon and not (PORT.fullmatch(port) and int(port) <= 65535):
        raise malformed("not a port")
    host = _host(host)
    return host if port in ("", "8443") else f"{host}:{port}"


def _host(text: str) -> str:
    host = text.lower()
    try:
        if host.startswith("[") and host.endswith("]") and "%" not in host:
            return f"[{ipaddress.IPv6Address(host[1:-1]).compressed}]"
        labels = host.split(".")
        if labels[-1].isdigit():
            return str(ipaddress.IPv4Address(host))
    except ValueError:
        raise malformed("not an IP address") from None
    if len(host) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise malformed("not a host")
    return host


def parse_address(text: str) -> tuple[str, str]:
    """(handle, relay)."""
    handle, at, relay = text.partition("@")
    if not at:
        raise malformed("an address without a relay")
    return parse_handle(handle), parse_relay(relay)


@dataclass
class InviteLink:
    """§7.2."""

    relay: str
    handle: str
    account: bytes
    config: bytes | None = None
    tls: bytes | None = None
    token: bytes | None = None

    def encode(self) -> str:
        said = []
        for name in FIELDS:
            value = getattr(self, name)
            if value is not None:
                said.append(f"{name}={to_base64(value) if name in BYTES else value}")
        return "doorless:v1?" + "&".join(said)

    @classmethod
    def parse(cls, text: str) -> "InviteLink":
        if len(text) > 1024 or not re.fullmatch(r"[!-~]*", text):
            raise malformed("not a link")
        head, _, query = text.partition("?")
        if head != "doorless:v1":
            raise malformed("another kind of link")
        found: dict[str, str | bytes] = {}
        for part in query.split("&"):
            name, equals, value = part.partition("=")
            if not equals:
                raise malformed("a field without a value")
            if name in FIELDS:
                if name in found:
                    raise malformed(f"{name} twice")
                found[name] = from_base64(value, BYTES[name]) if name in BYTES else value
        if not {"relay", "handle", "account"} <= found.keys():
            raise malformed("a field is missing")
        found["relay"] = parse_relay(str(found["relay"]))
        found["handle"] = parse_handle(str(found["handle"]))
        return cls(**found)  # type: ignore[arg-type]


def to_base64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64(text: str, size: int) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        raise malformed("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(data) != size or to_base64(data) != text:
        raise malformed("a second form, or another size")
    return data


def _last_hash(key: bytes) -> bytes:
    hashed = hashlib.sha512(b"doorless/1 safety number" + key + account_id(key)).digest()
    for _ in range(5200 - 1):
        hashed = hashlib.sha512(hashed + key).digest()
    return hashed


def _thirty_digits(key: bytes) -> str:
    hashed = _last_hash(key)
    numbers = [int.from_bytes(hashed[at : at + 5], "big") % 100_000 for at in range(0, 30, 5)]
    return "".join(f"{each:05}" for each in numbers)


def safety_number(one: bytes, other: bytes) -> str:
    """Sixty digits of two account keys. §6."""
    return "".join(sorted([_thirty_digits(one), _thirty_digits(other)]))


def safety_words(one: bytes, other: bytes) -> tuple[int, ...]:
    """Twenty places in the list of words, in the order of the digits. §6.2."""
    lower, higher = sorted([one, other], key=_thirty_digits)
    bits = "".join(f"{byte:08b}" for key in (lower, higher) for byte in _last_hash(key)[30:44])
    each = bits[:110] + bits[112:222]
    return tuple(int(each[at : at + 11], 2) for at in range(0, 220, 11))


def safety_code(one: bytes, other: bytes, anchors: Sequence[tuple[bytes, int, bytes]] = ()) -> str:
    first, second = sorted([account_id(one), account_id(other)])
    text = f"doorless-verify:v1?first={to_base64(first)}&second={to_base64(second)}"
    for log, number, digest in anchors:
        text += f"&anchor={to_base64(log + number.to_bytes(4, 'big') + digest)}"
    return text
