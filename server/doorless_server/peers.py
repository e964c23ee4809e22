"""What the relay knows of a connection: each state with what it needs, and no more.

                        ┌── SignIn ────────► SIGNED IN ◄─┐ Register, BeginPrekeys, …
    connect ──► GREETED ┤                        └───────┘
                        └── anything else ─► ANONYMOUS ◄─┐ Hello, Submit, Lookup, FetchBundle
                                                 └───────┘
    A side once taken is never changed: what is asked on the other one is refused.

Spec: docs/spec/07-relay.md §2.
"""

from dataclasses import dataclass, field

from doorless_protocol.frames import AnonymousRequest, Challenge, Request, SignIn
from doorless_protocol.prekeys import OneTimePair, SignedBundle


@dataclass(frozen=True, slots=True)
class Upload:
    """A bundle on its way, with the pairs so far. Nothing of it is served yet."""

    bundle: SignedBundle
    pairs: tuple[OneTimePair, ...] = ()


@dataclass(frozen=True, slots=True)
class Greeted:
    """Nothing was asked yet.

    Attributes:
        since: when the challenge was sent; it serves for one SignIn, and CHALLENGE_LIFE seconds.
        binding: SHA-256 of the certificate of this connection, zeros without one.
    """

    challenge: Challenge
    since: int
    binding: bytes


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Nobody in particular."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever holds this key. What that device may do is asked of the store at each request."""

    account: bytes
    device: bytes
    key_hash: bytes
    upload: Upload | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Spent:
    """A sign-in failed: the challenge is used up, and nothing can be asked any more."""


Peer = Greeted | Anonymous | SignedIn | Spent


def after_asking(peer: Peer, request: Request) -> Peer | None:
    """The side that `peer` is on when it asks this; None when it may not ask it there."""
    if isinstance(request, SignIn):
        return peer if isinstance(peer, Greeted) else None
    if isinstance(request, AnonymousRequest):
        return Anonymous() if isinstance(peer, Greeted | Anonymous) else None
    return peer if isinstance(peer, SignedIn) else None
