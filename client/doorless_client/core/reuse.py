"""Whether a number of a session was used twice: only a copy of their state seals it again.

    opens ──► its place in the session and its front are noted, with the envelope's id
    does not open, since its number is gone ──► another front at a place that is noted: a copy
                                           └──► the same front, or nothing noted: a replay

What carries envelopes can hold them back and bring them again, for longer than we remember. So
it takes what is noted to show a copy, never that nothing is: else a relay could bring an old
envelope, and see from the handshake that follows whose it was.
Spec: docs/spec/08-state.md §13.1.
"""

from typing import NamedTuple

from doorless_client.core.state import State
from doorless_client.store.base import Store
from doorless_client.store.records import Seen
from doorless_protocol.errors import ForgedError
from doorless_protocol.primitives import sha256
from doorless_protocol.ratchet.header import Header, number_in
from doorless_protocol.ratchet.triple import Found, split_front
from doorless_protocol.session import Session

_LABEL = b"doorless/1 place"

CHAIN_SIZE = 16
"""Bytes that tell one chain from another, of all that one device ever heard."""


class Place(NamedTuple):
    """Which number of which chain a message has, and by what the message is known.

    Attributes:
        number: 16 bytes of a digest of session and header key, which tell nothing without the
            key, and the number in that chain: what comes in a row is stored in a row.
        front: a digest of nonce and sealed header. Whoever carries the message can alter the
            rest; who seals the same number again draws another nonce.
    """

    number: bytes
    front: bytes


def place_of(session: Session, message: bytes, found: Found | None = None) -> Place:
    """Of a message whose header a key of this session opens.

    Args:
        found: the header and its key, of a message that opened.

    Raises:
        ForgedError: none does.
        BrokenSessionError: the header is not in its one form.
    """
    nonce, sealed = split_front(message)
    if found is not None:
        number, key = number_in(found.header), found.key
    else:
        ratchet = session.ratchet
        found = ratchet.look(nonce, sealed) or ratchet.look_late(nonce, sealed)
        if found is None:
            raise ForgedError("no header key of this session opens it")
        number, key = Header.decode(found.header).number, found.key
    chain = sha256(_LABEL + session.id + key.raw)[:CHAIN_SIZE]
    return Place(chain + number.to_bytes(4), sha256(nonce + sealed))


def is_used_twice(store: Store, place: Place) -> bool:
    """Whether another message than this one opened at its place."""
    fronts = {row.front for row in store.seen.find(place=place.number)}
    return bool(fronts) and place.front not in fronts


def note_dealt_with(state: State, envelope_id: bytes, place: Place | None) -> None:
    """Acknowledged and done with, whether or not it opened. Inside a change."""
    number, front = place or (b"", b"")
    state.store.seen.put(Seen(envelope_id, state.now(), number, front))
