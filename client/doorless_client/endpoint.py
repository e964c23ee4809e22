"""How a relay is reached, and how it is recognised."""

import ipaddress
from dataclasses import dataclass
from typing import Self

from doorless_protocol.errors import MalformedError
from doorless_protocol.invite import RelayAddress

PIN_SIZE = 32
"""Bytes of a certificate's fingerprint, its SHA-256."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One relay on the network.

    Attributes:
        address: `host[:port]`, what stands behind the @ of a person's address.
        tls: False for a loopback host alone; nothing leaves this computer in the clear.
        pin: SHA-256 of the relay's leaf certificate. Empty: the certificate must be one
            that the system's authorities vouch for.
    """

    address: RelayAddress
    tls: bool
    pin: bytes = b""

    @classmethod
    def parse(cls, text: str, pin: bytes = b"") -> Self:
        """Take `host`, `host:port`, or either behind `ws://` or `wss://`.

        Raises:
            MalformedError: no relay is reached like this; or `ws` beyond loopback.
        """
        if len(pin) not in (0, PIN_SIZE):
            raise MalformedError(f"certificate fingerprint of {len(pin)} bytes, not {PIN_SIZE}")
        scheme, separator, rest = text.rpartition("://")
        if separator and scheme not in ("ws", "wss"):
            raise MalformedError("a relay is host[:port], ws://… or wss://…")
        address = RelayAddress.parse(rest.removesuffix("/") if separator else text)
        loopback = is_loopback(address.host)
        if scheme == "ws" and not loopback:
            raise MalformedError("ws:// is for this computer alone; use wss://")
        if scheme == "ws" and pin:
            raise MalformedError("ws:// has no certificate; use wss://")
        return cls(address, tls=scheme == "wss" or bool(pin) or not loopback, pin=pin)

    @property
    def name(self) -> str:
        return str(self.address)

    @property
    def url(self) -> str:
        """What `parse` makes the same endpoint of, with the same pin."""
        host = f"[{self.address.host}]" if ":" in self.address.host else self.address.host
        return f"{'wss' if self.tls else 'ws'}://{host}:{self.address.port}"


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
