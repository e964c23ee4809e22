"""Who waits for which reply. Nobody waits for ever, and nobody takes silence for a yes."""

import asyncio
from collections.abc import Callable, Mapping
from itertools import count
from typing import NamedTuple

from doorless_server.store.base import UnavailableError

NOBODY_THERE = "503"


class Reply(NamedTuple):
    """What came. `status` is NATS' own, empty for an ordinary message."""

    payload: bytes
    headers: Mapping[str, str]

    @property
    def status(self) -> str:
        return self.headers.get("Status", "")


class Awaited(NamedTuple):
    """What a request waits for, and under which name it is answered."""

    name: str
    future: "asyncio.Future[Reply]"


class _Waiting(NamedTuple):
    future: "asyncio.Future[Reply]"
    called: Callable[[Reply], bool] | None  # with each of several replies; True: that was all


class Replies:
    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._numbers = count()
        self._waiting: dict[str, _Waiting] = {}

    def await_one(self, called: Callable[[Reply], bool] | None = None) -> Awaited:
        """Wait for a reply; or for several, up to one for which `called` returns True."""
        awaited = Awaited(str(next(self._numbers)), self._loop.create_future())
        self._waiting[awaited.name] = _Waiting(awaited.future, called)
        return awaited

    def forget(self, awaited: Awaited) -> None:
        self._waiting.pop(awaited.name, None)

    def came(self, name: str, reply: Reply) -> None:
        waiting = self._waiting.get(name)
        if waiting is None or waiting.future.done():
            return  # it was given up
        try:
            if waiting.called is None or reply.status == NOBODY_THERE or waiting.called(reply):
                waiting.future.set_result(reply)
        except (LookupError, ValueError):
            waiting.future.set_exception(UnavailableError("that is no answer"))

    async def wait(self, awaited: Awaited, patience: float) -> Reply:
        """The last reply. Raises UnavailableError: none came in time, or nobody is there."""
        try:
            if awaited.future.done():  # most are, of many: a timer for each would cost a tenth
                reply = awaited.future.result()
            else:
                async with asyncio.timeout(patience):
                    reply = await awaited.future
        except TimeoutError:
            raise UnavailableError("no answer in time") from None
        finally:
            self.forget(awaited)
        if reply.status == NOBODY_THERE:
            raise UnavailableError("nobody is there to answer")
        return reply

    def give_up(self) -> None:
        """Whoever waits is told that no reply comes."""
        for future, _ in self._waiting.values():
            if not future.done():
                future.set_exception(UnavailableError("the connection was lost"))
                future.exception()  # nobody may be waiting any more
        self._waiting.clear()
