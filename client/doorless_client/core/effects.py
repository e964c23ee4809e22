"""What the engine wants done outside of it, once it is safely stored.

Effects go out after the transaction that made them true. Whatever needs an answer of the
relay is a flow: a generator that yields what to ask and is sent the answer. A flow keeps
nothing between its steps but what is stored, so one that is dropped anywhere, by a lost
connection or a crash, is begun again from the start.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

from msgspec import Struct

from doorless_client.core.views import Event
from doorless_protocol.frames import AnonymousRequest, Answered, SignedInRequest

T = TypeVar("T")


class Show(Struct, frozen=True):
    """Tell whoever listens."""

    event: Event


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The relay may forget these envelopes: they are stored here, or will never open."""

    ids: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Wake:
    """There may be something to do: see `Engine.due`."""


Effect = Show | Acknowledge | Wake
Emit = Callable[[Effect], None]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Ask our own relay, as this device."""

    request: SignedInRequest


@dataclass(frozen=True, slots=True)
class Anonymously:
    """Ask a relay without saying who asks.

    Attributes:
        relay: `host[:port]`; `pin` is its fingerprint where no authority vouches for it.
        apart: requests that differ in it never share a connection.
        ahead: what will be asked next, if this is answered as hoped: it may leave right behind, so
            that nobody waits for a round trip each time. Only where asking too much does no harm.
    """

    relay: str
    pin: bytes
    request: AnonymousRequest
    apart: bytes
    ahead: tuple[AnonymousRequest, ...] = ()


Ask = SignedIn | Anonymously
Flow = Generator[Ask, Answered, T]
"""Yields what to ask, is sent the answer, returns its result.

Where the relay cannot be reached, api.UnreachableError is thrown in at the yield.
"""
