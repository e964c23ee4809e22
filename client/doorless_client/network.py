"""The network as a messenger sees it: its own relay signed in, any relay anonymously."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from doorless_client.anonymous import Anonymous
from doorless_client.connection import Connection, LinkState, Login
from doorless_client.core.api import UnreachableError
from doorless_client.core.network import OnDeliver
from doorless_client.core.views import Link
from doorless_client.endpoint import Endpoint
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import AnonymousRequest, Answered, SignedInRequest
from doorless_protocol.primitives import Random


class RelayNetwork:
    """Made for one home relay; does nothing before `start`, leaves nothing after `close`."""

    def __init__(self, home: Endpoint, random: Random) -> None:
        self._home, self._random = home, random
        self._running = AsyncExitStack()
        self._anonymous: Anonymous | None = None
        self._connection: Connection | None = None

    async def start(
        self,
        login: Login,
        *,
        on_signed_in: Callable[[], Awaitable[None]],
        on_deliver: OnDeliver,
        on_link: Callable[[Link, float, float | None], None],
    ) -> None:
        """Begin to connect; returns at once. `connection.Connection` says what is called when."""

        def show(state: LinkState) -> None:
            on_link(state.link, state.retry_in, state.round_trip)

        connection = Connection(
            self._home,
            login,
            random=self._random,
            on_signed_in=on_signed_in,
            on_deliver=on_deliver,
            on_link=show,
        )
        self._connection = await self._running.enter_async_context(connection)

    async def signed_in(self, request: SignedInRequest) -> Answered:
        """Ask as this device. Raises UnreachableError: not connected, or cut before the answer."""
        return await self._signed_in().request(request)

    async def tell(self, request: SignedInRequest) -> None:
        """The same, without waiting for the answer: for acknowledgements."""
        await self._signed_in().tell(request)

    async def anonymous(
        self, relay: str, request: AnonymousRequest, *, apart: bytes = b"", pin: bytes = b""
    ) -> Answered:
        """Ask any relay, on a connection that no request of another `apart` uses.

        Args:
            pin: fingerprint of a relay that nobody vouches for; our own one's is known.

        Raises:
            UnreachableError: no such relay, not connected, or cut before the answer.
        """
        if self._anonymous is None:
            self._anonymous = await self._running.enter_async_context(Anonymous())
        return await self._anonymous.ask(self._endpoint(relay, pin), request, apart=apart)

    async def online(self, seconds: float) -> bool:
        """Whether this device is signed in now, or comes to be within `seconds`."""
        return self._connection is not None and await self._connection.online(seconds)

    @property
    def reason(self) -> str:
        """One line that says why this device is not signed in; empty when it is."""
        return self._connection.state.reason if self._connection is not None else ""

    def retry_now(self) -> None:
        if self._connection is not None:
            self._connection.retry_now()

    async def close(self) -> None:
        await self._running.aclose()
        self._connection = self._anonymous = None

    def _signed_in(self) -> Connection:
        if self._connection is None:
            raise UnreachableError("not connected to the relay")
        return self._connection

    def _endpoint(self, relay: str, pin: bytes) -> Endpoint:
        if relay == self._home.name:
            return self._home
        try:
            return Endpoint.parse(relay, pin)
        except MalformedError:
            raise UnreachableError("not the address of a relay") from None
