"""Runs a flow of the engine over a network: asks what it yields, sends it the answers."""

import asyncio
from typing import TypeVar

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Anonymously, Ask, Flow, SignedIn
from doorless_client.core.network import Network
from doorless_protocol.frames import AnonymousRequest, Answered

T = TypeVar("T")


async def drive(network: Network, flow: Flow[T]) -> T:
    """Run a flow to its end, asking what it yields."""
    asking = _Asking(network)
    try:
        ask = next(flow)
        while True:
            try:
                answered = await asking.ask(ask)
            except UnreachableError as error:
                ask = flow.throw(error)
            else:
                ask = flow.send(answered)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        asking.forget()
        flow.close()


class _Asking:
    """Asks for one flow, and what it said that it would ask next a little earlier."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._ahead: dict[AnonymousRequest, asyncio.Task[Answered]] = {}

    async def ask(self, ask: Ask) -> Answered:
        if isinstance(ask, SignedIn):
            return await self._network.signed_in(ask.request)
        begun = self._ahead.pop(ask.request, None)
        if begun is None:
            self.forget()  # it went on otherwise: what was asked ahead is of no use
            if not ask.ahead:
                return await self._anonymous(ask, ask.request)
            begun = self._begin(ask, ask.request)
        for request in ask.ahead:
            if request not in self._ahead:
                self._ahead[request] = self._begin(ask, request)
        try:
            return await begun
        except asyncio.CancelledError:
            begun.cancel()
            raise

    def forget(self) -> None:
        for task in self._ahead.values():
            task.cancel()
        self._ahead.clear()

    def _begin(self, ask: Anonymously, request: AnonymousRequest) -> "asyncio.Task[Answered]":
        task = asyncio.create_task(self._anonymous(ask, request))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _anonymous(self, ask: Anonymously, request: AnonymousRequest) -> Answered:
        return await self._network.anonymous(ask.relay, request, apart=ask.apart, pin=ask.pin)
