"""Devices with a session between each two, and a network: the protocol alone, and fast.

    with DeviceSimulation(seed=7, weather=ROUGH) as simulation:
        simulation.run(1000)          a thousand times somebody says something, or something arrives
        thief = simulation.copy(0)    everything that device 0 holds
        …
        simulation.make_whole()       all that is under way arrives; PromiseError if not

No relay, no store, no person: for research on the ratchets. What a device stores is its
session, before anything leaves and before anything counts as heard; so a crash is an envelope
that leaves later, or comes again. docs/reference/simulator.md says it all.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Self

from doorless_lab.pair import Device, meet
from doorless_lab.simulation.chance import Chance
from doorless_lab.simulation.ledger import Ledger
from doorless_lab.simulation.promises import MAX_LATE, PromiseError
from doorless_lab.simulation.trace import Trace
from doorless_lab.simulation.weather import FAIR, Weather
from doorless_protocol.errors import DoorlessError
from doorless_protocol.primitives import KemSeed
from doorless_protocol.session import Session
from doorless_protocol.snapshot import join, parts

BEGIN = 1_800_000_000.0
RESEND = 120.0
"""Seconds after which what was lost leaves again: the same bytes, as from a stored outbox."""

PAUSE = 1.0
"""Seconds between two steps."""


@dataclass(frozen=True, slots=True, order=True)
class Flight:
    """An envelope under way.

    Attributes:
        due: when it arrives, unless it is lost.
        number: of what `by` says to `to`, from 0.
    """

    due: float
    serial: int
    by: int = field(compare=False)
    to: int = field(compare=False)
    number: int = field(compare=False)
    envelope: bytes = field(compare=False, repr=False)


class Copy:
    """All that a device held at one moment: what a thief has, or a backup."""

    def __init__(self, device: int, identity: KemSeed, sessions: dict[int, Session]) -> None:
        self.device, self.sessions = device, sessions
        self._identity = identity

    def reads(self, flight: Flight) -> bool:
        """Whether this copy, which listens and follows, can open an envelope to the device."""
        session = self.sessions.get(flight.by)
        if session is None or flight.to != self.device:
            return False
        try:
            following, _ = session.open(flight.envelope, flight.due, self._identity)
        except DoorlessError:
            return False
        self.sessions[flight.by] = following
        return True


class DeviceSimulation:
    """
    Attributes:
        sent: every envelope that left, in order.
        said, heard: by (from, to): how many were said; the numbers that arrived, in that order.
        refused: envelopes that did not open and had not been heard before; 0 while no state
            was rolled back.
    """

    def __init__(self, seed: int, devices: int = 2, weather: Weather = FAIR) -> None:
        if devices < 2:
            raise ValueError("at least two devices")
        self.seed, self.weather, self.now = seed, weather, BEGIN
        self.trace, self.ledger = Trace(), Ledger()
        self.sent: list[Flight] = []
        self.pairs = [(by, to) for by in range(devices) for to in range(devices) if by != to]
        self.said = dict.fromkeys(self.pairs, 0)
        self.heard: dict[tuple[int, int], list[int]] = {pair: [] for pair in self.pairs}
        self.refused = 0
        self._known: dict[tuple[int, int], set[int]] = {pair: set() for pair in self.pairs}
        self._count, self._chance, self._network = (
            devices,
            Chance(seed, "steps"),
            Chance(seed, "net"),
        )
        self._random = Chance(seed, "devices").bytes
        self._flying: list[Flight] = []
        self._serial = 0
        self._rolled_back: set[int] = set()
        self._sessions: dict[tuple[int, int], Session] = {}  # of the first with the second
        self._identities: list[KemSeed] = []
        self._watching = ExitStack()

    def __enter__(self) -> Self:
        self._watching.enter_context(self.ledger.watching())
        drawn = [
            Device.draw(f"device{at}", int(self.now), self._random, pairs=self._count)
            for at in range(self._count)
        ]
        self._identities = [device.us.device.kem for device in drawn]
        for by, to in self.pairs:
            if by < to:
                ours, theirs = meet(drawn[by], drawn[to], self.now, self._random)
                self._sessions[by, to], self._sessions[to, by] = ours.session, theirs.session
        return self

    def __exit__(self, *_: object) -> None:
        self._watching.close()

    # --- what happens ------------------------------------------------------------------------

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.step()

    def step(self) -> None:
        """A second passes; then somebody says something, or what is due arrives."""
        self.now += PAUSE
        if self._chance.happens(0.5):
            self.says(*self._chance.among(self.pairs))
        else:
            self.arrive()

    def says(self, by: int, to: int, content: bytes = b"", *, crash: bool = False) -> Flight:
        """`crash`: `by` ends after storing and before sending; it leaves when it is back."""
        number = self.said[by, to]
        self.said[by, to] += 1
        session = self._sessions[by, to]
        following, envelope = session.seal(number.to_bytes(4) + content, self._random)
        self._sessions[by, to] = following
        if by not in self._rolled_back:
            self.ledger.leaves(envelope)
        flight = Flight(self.now, self._serial, by, to, number, envelope)
        self.sent.append(flight)
        self.trace.add(f"{by} to {to}: {number}, {len(envelope)} bytes{', ended' * crash}")
        self._send(flight, late=RESEND if crash else 0.0)
        return flight

    def settle(self) -> None:
        """All that is due arrives."""
        while self._is_due():
            self.arrive()

    def _is_due(self) -> bool:
        return bool(self._flying) and self._flying[0].due <= self.now

    def arrive(self, *, crash: bool = False) -> None:
        """The next thing that is due. `crash`: its recipient ends before storing it."""
        if not self._is_due():
            return
        flight = heappop(self._flying)
        if self._network.happens(self.weather.drop):
            self.trace.add(f"{flight.by} to {flight.to}: {flight.number} lost")
            self._fly(flight, RESEND)
        elif crash:
            self.trace.add(f"{flight.to} ended")
            self._fly(flight, RESEND)
        else:
            self._hear(flight)

    def _send(self, flight: Flight, late: float) -> None:
        self._fly(flight, late + self._delay())
        if self._network.happens(self.weather.duplicate):
            self._fly(flight, late + self._delay())

    def _delay(self) -> float:
        jumps = self._network.happens(self.weather.reorder)
        return self._network.between(0.0, self.weather.delay + PAUSE) if jumps else 0.0

    def _fly(self, flight: Flight, seconds: float) -> None:
        self._serial += 1
        again = Flight(
            self.now + seconds, self._serial, flight.by, flight.to, flight.number, flight.envelope
        )
        heappush(self._flying, again)

    def _hear(self, flight: Flight) -> None:
        pair, session = (flight.by, flight.to), self._sessions[flight.to, flight.by]
        again = flight.number in self._known[pair]
        try:
            following, content = session.open(
                flight.envelope, self.now, self._identities[flight.to]
            )
        except DoorlessError as error:
            if not again:
                self._refuse(flight, error)
            return
        if again:
            raise PromiseError(f"{flight.by} to {flight.to}: {flight.number} was heard twice")
        if int.from_bytes(content[:4]) != flight.number:
            raise PromiseError(f"{flight.by} to {flight.to}: another content than was said")
        if following.late > MAX_LATE:
            raise PromiseError(f"{flight.to}: {following.late} keys of late messages")
        self._sessions[flight.to, flight.by] = following
        self._known[pair].add(flight.number)
        self.heard[pair].append(flight.number)
        self.trace.add(f"{flight.to} hears {flight.by}: {flight.number}")

    def _refuse(self, flight: Flight, error: DoorlessError) -> None:
        if not {flight.by, flight.to} & self._rolled_back:
            raise PromiseError(f"{flight.by} to {flight.to}: {flight.number} was refused: {error}")
        self.refused += 1
        self.trace.add(f"{flight.to} refuses {flight.by}: {flight.number}")

    # --- thieves and backups -----------------------------------------------------------------

    def copy(self, device: int) -> Copy:
        held = {to: self._sessions[by, to] for by, to in self.pairs if by == device}
        return Copy(device, self._identities[device], held)

    def restore(self, copy: Copy) -> None:
        """The device goes on from an older state. What it seals now may be refused."""
        self._rolled_back.add(copy.device)
        self.trace.add(f"{copy.device} went back")
        for to, session in copy.sessions.items():
            self._sessions[copy.device, to] = session

    def restart(self, device: int) -> None:
        """The device reads again what it stored."""
        for pair in self.pairs:
            if pair[0] == device:
                self._sessions[pair] = join(parts(self._sessions[pair]))

    # --- in the end --------------------------------------------------------------------------

    def make_whole(self) -> None:
        """Nothing is lost any more, and time passes until all of it arrived.

        Raises:
            PromiseError: something is missing, or came twice.
        """
        self.weather = FAIR
        while self._flying:
            self.now = max(self.now, self._flying[0].due)
            self.arrive()
        for pair in self.pairs:
            missing = set(range(self.said[pair])) - self._known[pair]
            if missing and not set(pair) & self._rolled_back:
                raise PromiseError(f"{pair[0]} to {pair[1]}: lost: {sorted(missing)}")
