"""What a messenger needs of the network. `doorless_client.network.RelayNetwork` is the real one."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from doorless_client.core.views import Link
from doorless_protocol.frames import (
    AnonymousRequest,
    Answered,
    Challenge,
    Deliver,
    SignedInRequest,
    SignIn,
)

OnDeliver = Callable[[Sequence[Deliver], Sequence[Deliver]], Awaitable[None]]


class Network(Protocol):
    """Our own relay signed in, and any relay anonymously: never on one connection."""

    async def start(
        self,
        login: Callable[[Challenge, bytes], SignIn],
        *,
        on_signed_in: Callable[[], Awaitable[None]],
        on_deliver: OnDeliver,
        on_link: Callable[[Link, float, float | None], None],
    ) -> None:
        """Begin to connect, and keep connected; returns at once.

        Args:
            on_signed_in: runs after each sign-in, cancelled when that connection ends.
            on_deliver: gets envelopes in order, and those that come next, as far as they are
                here; awaited before these.
            on_link: link, seconds until the next attempt, seconds of a round trip.
        """

    async def signed_in(self, request: SignedInRequest) -> Answered:
        """Raises api.UnreachableError: not connected, or cut before the answer."""
        ...

    async def tell(self, request: SignedInRequest) -> None:
        """The same, without waiting for the answer."""

    async def anonymous(
        self, relay: str, request: AnonymousRequest, *, apart: bytes = b"", pin: bytes = b""
    ) -> Answered:
        """Ask the relay that holds the key with this fingerprint; b"": that authorities vouch for.

        Raises:
            UnreachableError: no such relay, not connected, or cut before the answer.
        """
        ...

    async def online(self, seconds: float) -> bool:
        """Whether this device is signed in now, or comes to be within `seconds`."""
        ...

    def retry_now(self) -> None:
        """Connect without waiting; where another connection of this device took over, come back."""

    async def close(self) -> None: ...
