"""Targets: first contact, envelopes, and the ratchet's inside as a hostile peer would fill it.

A peer holds all keys of his side. So the hostile one here is our own code with one hook: it
edits the header, or the body, just before they are sealed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import Random as Seeded
from unittest.mock import patch

from doorless_lab.pair import Device, Talker, meet
from doorless_protocol.envelope import INSIDE_SIZE, MESSAGE_SIZE
from doorless_protocol.errors import DoorlessError, MalformedError
from doorless_protocol.primitives import HeaderKey, hpke_seal
from doorless_protocol.ratchet import triple
from doorless_protocol.ratchet.double import MAX_GAP
from doorless_protocol.ratchet.hop import CT, EK, FIELD_SIZE
from doorless_protocol.session import Session
from doorless_protocol.snapshot import join, parts
from fuzz.harness import Target, attempt, edit, promise

NOW = 1_800_000_000
TEXT = b"said by an honest side"

_random = Seeded(2).randbytes
ALICE, BOB = (Device.draw(name, NOW, _random, pairs=2) for name in ("alice", "bob"))

CONTACT = ALICE.contact(BOB, NOW, _random)
_FIRST, _FIRST_ENVELOPE = CONTACT.seal(TEXT, _random)
_FRONT = CONTACT.unanswered.front if CONTACT.unanswered else b""
_MESSAGE = BOB.unseal(_FIRST_ENVELOPE).message
_MADE = _FRONT + _MESSAGE  # behind it, a log proof: of whom it is, its log says (page 10 §9)

TALKING = meet(ALICE, BOB, NOW, _random)
for _side, _other in (TALKING, TALKING[::-1], TALKING):  # past the first epochs
    _other.hears(_side.says(b""))


def _passed_over() -> tuple[Talker, Talker, bytes]:
    """Two sides of which the second misses a message, and that message."""
    alice, bob = (talker.copy() for talker in TALKING)
    late = alice.says(TEXT)
    bob.hears(alice.says(TEXT))
    return alice, bob, late


SPEAKER, LISTENER, LATE = _passed_over()


def _ahead() -> bytes:
    speaker = SPEAKER.copy()
    speaker.says(b"")
    return speaker.says(TEXT)


SENT = (
    (LISTENER, SPEAKER.copy().says(TEXT)),
    (LISTENER, _ahead()),
    (LISTENER, LATE),
    (SPEAKER, LISTENER.copy().says(TEXT)),
)
"""Who hears it, and an honest envelope: the next, one ahead, a late one, one with a new key."""


def _open(hearer: Talker, sealed: bytes) -> tuple[Session, bytes]:
    return hearer.session.open(sealed, NOW, hearer.identity)


def envelope(data: bytes) -> None:
    """On its way, anybody may have edited it."""
    hearer, honest = SENT[data[0] % len(SENT) if data else 0]
    edited = edit(honest, data[1:])
    before = parts(hearer.session)
    opened = attempt(lambda: _open(hearer, edited))
    promise(parts(hearer.session) == before, "opening changed the state that was held")
    promise(opened is None or (edited == honest and opened[1] == TEXT), "an altered envelope")
    promise(_open(hearer, honest)[1] == TEXT, "the honest message no longer opens")


class Sealed:
    """What a hostile peer put inside, after the edits."""

    header = body = b""


@contextmanager
def hostile(header: bytes, body: bytes) -> Iterator[Sealed]:
    """Whatever is sealed in here is edited by these scripts first."""
    seal_header, seal_body, inside = HeaderKey.seal, triple.aead_seal, Sealed()

    def sealed_header(self: HeaderKey, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        inside.header = _same_size(plain, header)
        return seal_header(self, nonce, inside.header, context)

    def sealed_body(key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        inside.body = _same_size(plain, body)
        return seal_body(key, nonce, inside.body, context)

    with (
        patch.object(HeaderKey, "seal", sealed_header),
        patch.object(triple, "aead_seal", sealed_body),
    ):
        yield inside


def _same_size(plain: bytes, script: bytes) -> bytes:
    """The envelope's size is fixed, so nobody would look at an inside of another one."""
    return edit(plain, script)[: len(plain)].ljust(len(plain), b"\0")


PEERS = tuple(
    (speaker.copy(), hearer.copy())
    for speaker, hearer in ((SPEAKER, LISTENER), (LISTENER, SPEAKER), TALKING, TALKING[::-1])
)


def _hostile_peer(data: bytes, header: bool) -> None:
    speaker, hearer = PEERS[data[0] % len(PEERS) if data else 0]
    script = data[1:]
    with hostile(script if header else b"", b"" if header else script) as inside:
        edited = speaker.session.seal(TEXT, _random)[1]
    before = parts(hearer.session)
    opened = attempt(lambda: _open(hearer, edited))
    promise(parts(hearer.session) == before, "opening changed the state that was held")
    if opened is None:
        honest = speaker.session.seal(TEXT, _random)[1]
        promise(_open(hearer, honest)[1] == TEXT, "the honest message no longer opens")
        return
    follows, content = opened
    end = triple.CONTENT_OFFSET + len(content)
    form = inside.body[:FIELD_SIZE] + len(content).to_bytes(triple.LENGTH_SIZE, "big")
    promise(inside.body == (form + content).ljust(len(inside.body), b"\0"), "a body in two forms")
    promise(end <= len(inside.body), "content beyond the body")
    kind = inside.body[0]
    promise(kind in (EK, CT) or not any(inside.body[:FIELD_SIZE]), "a hop field of no kind")
    promise(triple.Header.decode(inside.header).encode() == inside.header, "a header in two forms")
    promise(join(parts(follows)) == follows, "a state that storage does not give back")
    promise(follows.late <= hearer.session.late + MAX_GAP, "late keys beyond the gap rule")
    follows.seal(b"", _random)


def header(data: bytes) -> None:
    _hostile_peer(data, header=True)


def body(data: bytes) -> None:
    _hostile_peer(data, header=False)


def first_contact(data: bytes) -> None:
    """A stranger's handshake: sealed to the right key, whatever is inside.

    The log proof is outside the handshake, so any is let through, in its one form.
    """
    choice, script = (data[0], data[1:]) if data else (0, b"")
    inside = edit(_MADE + bytes(64), script)
    if choice & 1:  # not padded to its size
        sealed = hpke_seal(BOB.bundle.envelope, _info(), inside)
    else:
        sealed = hpke_seal(
            BOB.bundle.envelope, _info(), inside[:INSIDE_SIZE].ljust(INSIDE_SIZE, b"\0")
        )
    if choice & 2:
        sealed = edit(sealed, script)
    initial = attempt(lambda: BOB.unseal(sealed))
    if initial is None:
        return
    promise(len(initial.message) == MESSAGE_SIZE, "size of the message inside")
    promise(1 <= len(initial.address) <= 300 and initial.address.isprintable(), "address")
    proof = len(initial.log_proof).to_bytes(2, "big") + initial.log_proof
    rest = inside[len(_MADE) :].rstrip(b"\0")
    promise(proof.startswith(rest) and not proof[len(rest) :].strip(b"\0"), "a proof in two forms")
    accepted = attempt(lambda: BOB.accept(initial, NOW))
    if accepted is not None:
        made = inside[: len(_MADE)].ljust(len(_MADE), b"\0")  # as it was sealed
        promise(made == _MADE, "a handshake that nobody made")
        promise(accepted.content == TEXT, "content")


def _info() -> bytes:
    if CONTACT.unanswered is None:
        raise ValueError("an initiator repeats his handshake")
    return CONTACT.unanswered.info


STORED: tuple[dict[bytes, bytes], ...] = tuple(
    parts(session) for session in (CONTACT, SPEAKER.session, LISTENER.session)
)


def stored_session(data: bytes) -> None:
    """A session's rows, as a damaged or foreign store may give them back."""
    choice, script = (data[0], data[1:]) if data else (0, b"")
    rows = dict(STORED[choice % len(STORED)])
    names = sorted(rows)
    name = names[(choice >> 2) % len(names)]
    if choice & 0x80:  # the row's name
        rows[edit(name, script)[:32]] = rows.pop(name)
    else:
        rows[name] = edit(rows[name], script)
    try:
        session = join(rows)
    except MalformedError:
        return
    kept = parts(session)
    promise(join(kept) == session, "a session that storage does not give back")
    _run(lambda: session.open(SENT[0][1], NOW, LISTENER.identity))
    _run(lambda: session.seal(b"", _random))


def _run(step: Callable[[], object]) -> None:
    """A row that nobody signed may hold any keys; using them refuses, and does no more."""
    with suppress(DoorlessError, ValueError):
        step()


TARGETS = (
    Target("envelope", "only the envelope that was sealed opens; a refusal changes nothing",
           envelope, (b"\0", b"\1", b"\2", b"\3", b"\0\1\0\x20\0", b"\2\1\0\x60\0")),
    Target("header", "a peer's header is taken in one form, at a bounded cost", header,
           (b"\0", b"\1", b"\0\0\0\x27\5", b"\1\2\0\x28\1", b"\0\0\0\x34\1")),
    Target("body", "a peer's body is taken in one form, or changes nothing", body,
           (b"\0", b"\1", b"\0\0\0\0\1", b"\1\2\0\1\1", b"\0\0\4\xc1\7")),
    Target("first_contact", "a handshake is accepted as it was made, or not at all", first_contact,
           (b"\0", b"\1", b"\2", b"\0\0\0\2\2", b"\0\0\0\x15A", b"\0\2\0\3\1",
            b"\0\0\x4e\x74\5")),
    Target("stored_session", "rows are a session, or malformed", stored_session,
           (b"\0", b"\1", b"\2", b"\4", b"\x86", b"\1\0\0\1\2")),
)  # fmt: skip
