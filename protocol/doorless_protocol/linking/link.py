"""The link that a new device shows: where to meet, under which secret, and what it will offer.

    doorless:link1?relay=…&until=…&secret=…&offer=…[&tls=…]

The new device's keys do not fit a QR code, so the link holds their hash; the keys follow by
way of the relay, sealed under the link's secret. Spec: docs/spec/11-devices.md §2.
"""

from dataclasses import dataclass, field
from typing import Self

from doorless_protocol.encoding import MAX_NUMBER
from doorless_protocol.errors import ExpiredError, MalformedError
from doorless_protocol.invite import (
    TLS_SIZE,
    RelayAddress,
    parse_bytes,
    parse_fields,
    text_of,
)
from doorless_protocol.primitives import hkdf_expand

SECRET_SIZE, COMMITMENT_SIZE, PLACE_SIZE, KEY_SIZE = 32, 32, 32, 32

LINK_LIFE = 240
"""Seconds for which a link is shown: a minute less than MAX_AHEAD, for two clocks that differ."""

MAX_AHEAD = 300
"""Seconds, at most, that a link may have left by the clock of who approves it."""

PREFIX = "doorless:link1?"
_FIELDS = ("relay", "until", "secret", "offer", "tls")


@dataclass(frozen=True, slots=True)
class DeviceLink:
    """What passes from screen to screen, by camera or by paste. Who holds it, can meet.

    Attributes:
        until: Unix seconds; the new device takes no answer after it.
        secret: 32 bytes, of this link alone.
        commitment: hash of what the new device offers, before it heard anything.
        tls: fingerprint of the relay, where it is self-signed.
    """

    relay: RelayAddress
    until: int
    secret: bytes = field(repr=False)
    commitment: bytes
    tls: bytes | None = None

    def encode(self) -> str:
        parts = [f"relay={self.relay}", f"until={self.until}"]
        parts += [f"secret={text_of(self.secret)}", f"offer={text_of(self.commitment)}"]
        if self.tls is not None:
            parts.append(f"tls={text_of(self.tls)}")
        return PREFIX + "&".join(parts)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises MalformedError: not a link, or a field that is missing or malformed."""
        values = parse_fields(text, PREFIX, _FIELDS)
        for required in ("relay", "until", "secret", "offer"):
            if required not in values:
                raise MalformedError(f"link without its {required}")
        return cls(
            RelayAddress.parse(values["relay"]),
            _parse_time(values["until"]),
            parse_bytes(values["secret"], SECRET_SIZE, "secret"),
            parse_bytes(values["offer"], COMMITMENT_SIZE, "offer"),
            parse_bytes(values["tls"], TLS_SIZE, "tls") if "tls" in values else None,
        )

    def place(self, step: int) -> bytes:
        """Where the message of this step is left at the relay. Spec: docs/spec/11-devices.md §3."""
        return hkdf_expand(self.secret, b"doorless/1 link place" + bytes((step,)), PLACE_SIZE)

    def key(self, step: int) -> bytes:
        """What the message of this step is sealed under. Spec: docs/spec/11-devices.md §3."""
        return hkdf_expand(self.secret, b"doorless/1 link seal" + bytes((step,)), KEY_SIZE)


def check_in_time(link: DeviceLink, now: int) -> None:
    """Raises ExpiredError: it is over, or would hold for longer than five minutes.

    Spec: docs/spec/11-devices.md §2.2.
    """
    if now > link.until:
        raise ExpiredError(
            "this link is too old: let the new device show another one; if that is too old as "
            "well, one of the two clocks is wrong"
        )
    if link.until > now + MAX_AHEAD:
        raise ExpiredError("this link would hold too long: are the clocks of both devices right?")


def _parse_time(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise MalformedError("link whose time is no number")
    value = int(text)
    if value > MAX_NUMBER or str(value) != text:
        raise MalformedError("link whose time is not in its one form")
    return value
