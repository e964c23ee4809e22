"""An adversary: what it was given, and a proof that it reaches nothing else.

    agency = arm(scene, Seat.AGENCY, ServerRead(relay.data), CourtOrder(answer))
    agency.use(ServerRead).of     # the folder
    agency.use(StateCopy)         # PowerError

It is walked through when it is made: what could be reached from its handles, reference by
reference, must not hold a client's memory or a server's store unless a power gives it that.
"""

import gc
import logging
from asyncio import AbstractEventLoop, Future
from collections.abc import Iterator
from types import (
    AsyncGeneratorType,
    BuiltinFunctionType,
    CodeType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    ModuleType,
)
from typing import Any, Final, TypeVar

from doorless_client.core.engine import Engine
from doorless_client.messenger import Messenger
from doorless_client.store.memory import MemoryStore as ClientMemoryStore
from doorless_client.store.sqlcipher import SqlcipherStore
from doorless_lab.person import Person as StagePerson
from doorless_lab.powers import Handle
from doorless_lab.scenario import Power, Scene, Seat
from doorless_lab.world_person import Person as WorldPerson
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.log.config import LogKeys
from doorless_protocol.session import Session
from doorless_server.relay import Relay
from doorless_server.store.memory import MemoryStore as RelayMemoryStore
from doorless_server.store.sqlite import SqliteStore

H = TypeVar("H", bound=Handle[Any])


class PowerError(Exception):
    """It reaches for something that no power of its own gives it."""


CLIENT_MEMORY: Final = (
    *(Engine, Messenger, ClientMemoryStore, SqlcipherStore),
    *(StagePerson, WorldPerson, DeviceKeys, Session),
)
SERVER_STORES: Final = (Relay, RelayMemoryStore, SqliteStore)
LOG_KEYS: Final = (LogKeys,)

GUARDED: Final[tuple[tuple[tuple[type, ...], frozenset[Power]], ...]] = (
    (CLIENT_MEMORY, frozenset({Power.STATE_COPY, Power.DEVICE_UNLOCKED})),
    (SERVER_STORES, frozenset({Power.SERVER_READ, Power.SERVER_WRITE})),
    (LOG_KEYS, frozenset({Power.DIRECTORY_WRITE, Power.LOG_EQUIVOCATE})),
)
"""Objects of these classes are held by whoever has one of these powers."""

_LEADS_ANYWHERE = (
    *(ModuleType, type, CodeType, FrameType, logging.Logger),
    *(AbstractEventLoop, Future, GeneratorType, CoroutineType, AsyncGeneratorType),
)
"""Through these everything in a process can be reached, by whoever runs in it."""


class Adversary:
    """Somebody with powers. Raises PowerError when it is made: it could reach more than them.

    Args:
        handles: one of each power.
        own: its own devices and programs, which it may do with as it likes; what is behind
            them is not looked through.
        used: takes each power when it is used.
    """

    def __init__(
        self,
        seat: Seat,
        *handles: Handle[Any],
        own: tuple[object, ...] = (),
        used: set[Power] | None = None,
    ) -> None:
        self.seat, self.own = seat, own
        self._used = set[Power]() if used is None else used
        self._handles = {type(handle): handle for handle in handles}
        if len(self._handles) != len(handles):
            raise ValueError("two handles of one power")
        check_reach(self)

    @property
    def powers(self) -> frozenset[Power]:
        return frozenset(handle.power for handle in self._handles.values())

    def use(self, kind: type[H]) -> H:
        """The handle of a power. Raises PowerError: it has not got this one."""
        handle = self._handles.get(kind)
        if not isinstance(handle, kind):
            raise PowerError(f"{self.seat} has not the power {kind.power}")
        self._used.add(kind.power)
        return handle


def arm(scene: Scene, seat: Seat, *handles: Handle[Any], own: tuple[object, ...] = ()) -> Adversary:
    """An adversary of a scenario, as `Adversary` makes it; the scene takes down what it uses.

    Raises:
        PowerError: it reaches more than its powers, or has one that the scenario does not name.
    """
    adversary = Adversary(seat, *handles, own=own, used=scene.armed)
    if more := adversary.powers - scene.powers:
        raise PowerError(f"{seat} has powers that are not named: {', '.join(sorted(more))}")
    return adversary


def check_reach(adversary: Adversary) -> None:
    """Raises PowerError: references lead to something that its powers do not give it."""
    forbidden = _forbidden(adversary.powers)
    for one in reached(adversary, stop=adversary.own):
        if isinstance(one, forbidden):
            raise PowerError(
                f"{adversary.seat} reaches a {type(one).__qualname__}, with the powers"
                f" {', '.join(sorted(adversary.powers)) or 'none'}"
            )


def _forbidden(powers: frozenset[Power]) -> tuple[type, ...]:
    return tuple(kind for kinds, give in GUARDED if not give & powers for kind in kinds)


def reached(root: object, stop: tuple[object, ...] = ()) -> Iterator[object]:
    """Every object to which references lead from `root`, which is the first; not into `stop`."""
    seen: dict[int, object] = {id(one): one for one in stop}  # held, so that no id comes twice
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, _LEADS_ANYWHERE):
            continue
        seen[id(one)] = one
        yield one
        waiting.extend(_behind(one))


def _behind(one: object) -> list[Any]:
    if isinstance(one, FunctionType):  # not its globals: they are the module's
        return [one.__closure__, one.__defaults__, one.__kwdefaults__]
    if isinstance(one, BuiltinFunctionType):  # a method's object, as of `[].append`; or a module
        return [one.__self__]
    return gc.get_referents(one)
