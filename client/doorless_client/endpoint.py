"""How a relay is reached, and how it is recognised."""

import ipaddress
from dataclasses import dataclass
from typing import Self

from doorless_protocol.errors import MalformedError
from doorless_protocol.invite import TLS_SIZE, RelayAddress, parse_pinned, pinned


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One relay on the network.

    Attributes:
        address: `host[:port]`, what stands behind the @ of a person's address.
        tls: False for a loopback host alone; nothing leaves this computer in the clear.
        pin: SHA-256 of the public key in the relay's certificate: that key and no other. Empty:
            the certificate must be one that the system's authorities vouch for.
    """

    address: RelayAddress
    tls: bool
    pin: bytes = b""

    @classmethod
    def parse(cls, text: str, pin: bytes = b"") -> Self:
        """Take `host[:port]` or `host[:port]#fingerprint`, also behind `ws://` or `wss://`.

        Args:
            pin: where it is known from elsewhere; then the text has none.

        Raises:
            MalformedError: no relay is reached like this; or `ws` beyond loopback.
        """
        scheme, separator, rest = text.rpartition("://")
        if separator and scheme not in ("ws", "wss"):
            raise MalformedError("a relay is host[:port], ws://… or wss://…")
        address, written = parse_pinned(rest.removesuffix("/") if separator else text)
        if len(pin) not in (0, TLS_SIZE) or (pin and written):
            raise MalformedError(f"two fingerprints, or one of {len(pin)} bytes, not {TLS_SIZE}")
        pin = pin or written
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
    def written(self) -> str:
        """What a person types or hands on, with the fingerprint where there is one."""
        return pinned(self.address, self.pin)

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
