"""Our implementation and SpecPeer, each as one end of a conversation that consists of bytes.

An `End` gives and takes nothing but what a wire could carry, so either can stand on either
side. `Refusal` names what was refused by the name that the specification gives it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Protocol

from doorless_lab.pair import Device
from doorless_protocol.envelope import open_initial
from doorless_protocol.errors import DoorlessError, ForgedError, MalformedError, ReplayedError
from doorless_protocol.first_contact import initiate
from doorless_protocol.handles import HandleError
from doorless_protocol.handshake import Kind
from doorless_protocol.manifest import Manifest
from doorless_protocol.prekeys import ServedBundle
from doorless_protocol.session import Session, open_any
from doorless_protocol.sizes import FIRST_CONTACT_SIZE
from specpeer import manifests, prekeys
from specpeer import session as theirs
from specpeer.crypto import Draws, Fresh, Refused
from specpeer.people import NOW, Person, person

Served = tuple[bytes, bytes, int, list[bytes]]
"""Bundle, pair (empty: last resort), index, path: the fields of `bundle_served`."""

Verdict = str | bytes


class Refusal(Exception):  # noqa: N818 - as in the specification
    """`str` of it is the name."""


def ours_says(decode: Callable[[], bytes]) -> Verdict:
    """What it gives, or the name of the refusal."""
    try:
        return decode()
    except DoorlessError as error:
        return _name_of(error)


def _name_of(error: DoorlessError) -> str:
    """A bad handle is malformed: the pages know no other name for it."""
    return (MalformedError if isinstance(error, HandleError) else type(error)).__name__


def theirs_says(decode: Callable[[], bytes]) -> Verdict:
    try:
        return decode()
    except Refused as refused:
        return refused.reason


class End(Protocol):
    """One device."""

    now: float

    def manifest(self) -> bytes: ...
    def serve(self, index: int | None) -> Served: ...
    def contacts(
        self, manifest: bytes, served: Served, *, known: int = 0, kind: int = 1, received: int = 0
    ) -> None:
        """Begin a session; what is said from now on is said in it."""
        ...

    def says(self, content: bytes) -> bytes: ...
    def hears(self, envelope: bytes) -> bytes:
        """Raises Refusal. What is said from now on is said in the session that it opened in."""
        ...

    @property
    def label(self) -> int: ...
    @property
    def confirmed(self) -> bool: ...
    @property
    def number(self) -> int:
        """Of the session."""
        ...


@dataclass
class Ours:
    device: Device
    random: Callable[[int], bytes]
    now: float = NOW
    sessions: list[Session] = field(default_factory=list)  # the one in use first
    origins: set[bytes] = field(default_factory=set)

    @classmethod
    def draw(cls, seed: int) -> "Ours":
        random = Random(seed).randbytes
        return cls(Device.draw("alice", NOW, random, pairs=3), random)

    def manifest(self) -> bytes:
        return self.device.us.manifest.encode()

    def serve(self, index: int | None) -> Served:
        served = self.device.serve(index)
        pair = served.pair.encode() if served.pair else b""
        return served.signed.encode(), pair, served.index, list(served.path)

    def contacts(
        self, manifest: bytes, served: Served, *, known: int = 0, kind: int = 1, received: int = 0
    ) -> None:
        listed, bundle = Manifest.decode(manifest), ServedBundle.decode(*served)
        bundle.check(listed.entry(bundle.signed.device), listed.account, int(self.now))
        us, how = self.device.us, Kind(kind)
        session = initiate(
            us, listed, bundle, known, self.now, self.random, kind=how, received=received
        )
        self.sessions.insert(0, session)

    def says(self, content: bytes) -> bytes:
        self.sessions[0], envelope = self.sessions[0].seal(content, self.random)
        return envelope

    def hears(self, envelope: bytes) -> bytes:
        try:
            return self._hears(envelope)
        except DoorlessError as error:
            raise Refusal(_name_of(error)) from error

    def _hears(self, envelope: bytes) -> bytes:
        identity = self.device.us.device.kem
        try:
            opened = open_any(self.sessions, envelope, self.now, identity)
        except ForgedError:
            if len(envelope) != FIRST_CONTACT_SIZE:
                raise
            return self._meets(envelope)
        self._use(opened.before, opened.session)
        return opened.content

    def _meets(self, envelope: bytes) -> bytes:
        us = self.device.us
        initial = open_initial(
            envelope, us.manifest.account, us.device.device, [self.device.secrets]
        )
        for session in self.sessions:
            if session.origin == initial.origin:
                follows, content = session.open(initial.message, self.now, us.device.kem)
                self._use(session, follows)
                return content
        if initial.origin in self.origins:
            raise ReplayedError("its session is gone")
        accepted = self.device.accept(initial, self.now)
        self.origins.add(initial.origin)
        self.sessions.insert(0, accepted.session)
        return accepted.content

    def forget_pair(self, index: int) -> None:
        """As a store does, with the message that used it."""
        held, used = self.device.secrets, self.device.pairs[index].id
        left = tuple(pair for pair in held.pairs if pair.id != used)
        self.device = replace(self.device, secrets=replace(held, pairs=left))

    def _use(self, before: Session, after: Session) -> None:
        self.sessions = [after, *(each for each in self.sessions if each is not before)]

    @property
    def label(self) -> int:
        return self.sessions[0].epoch

    @property
    def confirmed(self) -> bool:
        return self.sessions[0].confirmed

    @property
    def number(self) -> int:
        return self.sessions[0].number


@dataclass
class Theirs:
    """SpecPeer."""

    person: Person
    draws: Draws
    now: float = NOW

    @classmethod
    def draw(cls, seed: int) -> "Theirs":
        draws = Fresh(Random(seed).randbytes)
        return cls(person(b"bob", draws), draws)

    def manifest(self) -> bytes:
        return self.person.manifest.encode()

    def serve(self, index: int | None) -> Served:
        served = prekeys.serve(self.person.prekeys[0], index)
        pair = served.pair.encode() if served.pair else b""
        return served.bundle.encode(), pair, served.index, served.path

    def contacts(
        self, manifest: bytes, served: Served, *, known: int = 0, kind: int = 1, received: int = 0
    ) -> None:
        listed, bundle = manifests.Manifest.decode(manifest), prekeys.Served.decode(*served)
        session = self.person.start(
            *(listed, bundle, self.now, self.draws), known=known, kind=kind, received=received
        )
        self._use(session)

    def says(self, content: bytes) -> bytes:
        return self.session.seal(content, self.draws)

    def hears(self, envelope: bytes) -> bytes:
        try:
            session, content = self.person.hear(envelope, self.now)
        except Refused as refused:
            raise Refusal(refused.reason) from refused
        self._use(session)
        return content

    def _use(self, session: theirs.Session) -> None:
        held = self.person.sessions
        self.person.sessions = [session, *(each for each in held if each is not session)]

    @property
    def session(self) -> theirs.Session:
        return self.person.sessions[0]

    @property
    def label(self) -> int:
        return self.session.ratchet.hop.label

    @property
    def confirmed(self) -> bool:
        return self.session.confirmed

    @property
    def number(self) -> int:
        return self.session.handshake.number


def ends(initiator: str, seed: int = 1) -> tuple[End, End]:
    """(initiator, responder): "ours" and SpecPeer, or the other way round; nobody spoke yet."""
    ours, specpeer = Ours.draw(seed), Theirs.draw(seed + 1)
    return (ours, specpeer) if initiator == "ours" else (specpeer, ours)


def meet(initiator: End, responder: End, pair: int | None = 0) -> None:
    """First contact, the reply and the answer: confirmed on both sides."""
    initiator.contacts(responder.manifest(), responder.serve(pair))
    responder.hears(initiator.says(b""))
    initiator.hears(responder.says(b""))
    responder.hears(initiator.says(b""))
