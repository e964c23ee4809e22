"""A registration over a network, said again where its answer may have been lost."""

from collections.abc import Sequence

from doorless_client.core.api import UnreachableError
from doorless_client.core.network import Network
from doorless_client.core.registration import Newcomer, prepare
from doorless_client.core.sign_in import sign_in
from doorless_client.core.state import Clock
from doorless_client.core.views import Link, Me
from doorless_client.driving import drive
from doorless_client.store.base import Store
from doorless_protocol.frames import Challenge, Deliver, PrekeyStatus, Refusal, Refused, SignIn
from doorless_protocol.primitives import Random

WITHIN = 10.0
"""Seconds to reach the relay in, for a registration."""

ATTEMPTS = 3
"""The same registration may be said again: an answer that was lost is no reason to fail."""


async def register(
    store: Store,
    network: Network,
    *,
    handle: str,
    relay: str,
    seed: bytes,
    now: Clock,
    random: Random,
    tls: bool = False,
    pin: bytes = b"",
) -> Me:
    """Store an account from a recovery seed of 32 bytes, and claim its handle.

    Args:
        tls: of a relay on this computer, whether it is reached over TLS all the same.

    Raises:
        RefusedError: malformed: nothing is stored; or as `claim`.
        UnreachableError: as `claim`.
    """
    newcomer = prepare(
        store,
        handle=handle,
        relay=relay,
        tls=tls,
        pin=pin,
        seed=seed,
        now=int(now()),
        random=random,
    )
    await claim(newcomer, network, now=now, random=random)
    return newcomer.me


async def claim(newcomer: Newcomer, network: Network, *, now: Clock, random: Random) -> None:
    """Make the account that is stored the relay's; `network` is closed again.

    Raises:
        RefusedError: by the relay. If that is final, nothing is stored any more.
        UnreachableError: no relay. Nothing is stored, unless it may have heard of the account.
    """
    await _start(newcomer, network)
    try:
        for left in reversed(range(ATTEMPTS)):
            if not await network.online(WITHIN):
                if newcomer.new:
                    newcomer.withdraw()
                raise UnreachableError("the relay cannot be reached: repeat this when it is back")
            try:
                await drive(network, newcomer.register(int(now()), random))
                break
            except UnreachableError:
                if not left:
                    if newcomer.new:
                        newcomer.withdraw()
                    raise
    finally:
        await network.close()


async def is_known(newcomer: Newcomer, network: Network) -> bool:
    """Whether the relay still has the account that is stored; `network` is closed again.

    Raises:
        UnreachableError: it cannot be asked.
    """
    try:
        await _start(newcomer, network)
        if not await network.online(WITHIN):
            raise UnreachableError("the relay did not sign this device in")
        answered = await network.signed_in(PrekeyStatus())
    finally:
        await network.close()
    return not (isinstance(answered, Refused) and answered.reason == Refusal.NOT_ALLOWED)


async def _start(newcomer: Newcomer, network: Network) -> None:
    def login(challenge: Challenge, binding: bytes) -> SignIn:
        return sign_in(newcomer.keys, newcomer.manifest.account, challenge, binding)

    await network.start(
        login,
        on_signed_in=_nothing,
        on_deliver=_no_mail,
        on_link=_no_screen,
    )


async def _nothing() -> None:
    """Nothing is asked on signing in, before there is an account."""


async def _no_mail(_: Sequence[Deliver], _coming: Sequence[Deliver]) -> None:
    """Nothing is delivered to who did not subscribe."""


def _no_screen(_link: Link, _retry_in: float, _round_trip: float | None) -> None:
    """Nobody looks yet."""
