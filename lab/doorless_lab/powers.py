"""What each power of an adversary gives: a handle of its own type, and nothing besides.

A handle carries one object, `of`: a folder, a store, a wire. What it is depends on where the
scenario is played; that it was given is what a power means.
"""

from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from doorless_lab.scenario import Power

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Handle(Generic[T]):
    """Of one power. Its classes below say of which."""

    of: T
    power: ClassVar[Power]


class NetObserve(Handle[T]):
    """What passes on a wire, for reading."""

    __slots__ = ()
    power = Power.NET_OBSERVE


class NetAlter(Handle[T]):
    """A wire that can be changed."""

    __slots__ = ()
    power = Power.NET_ALTER


class ServerRead(Handle[T]):
    """All that the operator has: a folder with its database, or a store."""

    __slots__ = ()
    power = Power.SERVER_READ


class ServerWrite(Handle[T]):
    """The same, for writing; or a relay that answers as it likes."""

    __slots__ = ()
    power = Power.SERVER_WRITE


class ServerLogOn(Handle[T]):
    """A switch by which the relay writes down more, from now on."""

    __slots__ = ()
    power = Power.SERVER_LOG_ON


class DirectoryWrite(Handle[T]):
    """A key directory into which entries can be put."""

    __slots__ = ()
    power = Power.DIRECTORY_WRITE


class LogEquivocate(Handle[T]):
    """The keys of a key log, and with them a second history."""

    __slots__ = ()
    power = Power.LOG_EQUIVOCATE


class DeviceUnlocked(Handle[T]):
    """A device that is open, with all that is on it."""

    __slots__ = ()
    power = Power.DEVICE_UNLOCKED


class DeviceLocked(Handle[T]):
    """The files of a device whose passphrase nobody said."""

    __slots__ = ()
    power = Power.DEVICE_LOCKED


class StateCopy(Handle[T]):
    """A copy of the secrets of a device, as of one moment."""

    __slots__ = ()
    power = Power.STATE_COPY


class StoreNow(Handle[T]):
    """A pile of what passed, kept for later."""

    __slots__ = ()
    power = Power.STORE_NOW


class Quantum(Handle[T]):
    """An oracle that finds the private half of a classical key."""

    __slots__ = ()
    power = Power.QUANTUM


class BuildChangeAll(Handle[T]):
    """The program that everybody is given."""

    __slots__ = ()
    power = Power.BUILD_CHANGE_ALL


class BuildChangeOne(Handle[T]):
    """The program that one person is given."""

    __slots__ = ()
    power = Power.BUILD_CHANGE_ONE


class RngDesign(Handle[T]):
    """The trapdoor of a generator of randomness."""

    __slots__ = ()
    power = Power.RNG_DESIGN


class EscrowKey(Handle[T]):
    """The key to which copies are sealed."""

    __slots__ = ()
    power = Power.ESCROW_KEY


class EscrowLeak(Handle[T]):
    """The same key, in the hands of whoever it leaked to."""

    __slots__ = ()
    power = Power.ESCROW_LEAK


class CourtOrder(Handle[T]):
    """A demand, and what the operator answered to it."""

    __slots__ = ()
    power = Power.COURT_ORDER


class Gag(Handle[T]):
    """That nobody may be told, and until when."""

    __slots__ = ()
    power = Power.GAG
