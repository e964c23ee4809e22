"""Runs a flow of the engine over a network: asks what it yields, sends it the answers."""

from typing import TypeVar

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Ask, Flow, SignedIn
from doorless_client.core.network import Network
from doorless_protocol.frames import Answered

T = TypeVar("T")


async def drive(network: Network, flow: Flow[T]) -> T:
    """Run a flow to its end, asking what it yields."""
    try:
        ask = next(flow)
        while True:
            try:
                answered = await _ask(network, ask)
            except UnreachableError as error:
                ask = flow.throw(error)
            else:
                ask = flow.send(answered)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        flow.close()


async def _ask(network: Network, ask: Ask) -> Answered:
    if isinstance(ask, SignedIn):
        return await network.signed_in(ask.request)
    if ask.pin:
        network.trust(ask.relay, ask.pin)
    return await network.anonymous(ask.relay, ask.request, apart=ask.apart)
