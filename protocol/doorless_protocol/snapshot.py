"""A session as a store keeps it: named parts, of which a step rewrites only what changed.

    core                    about 1 KB, every step
    hop                     at most 1.4 KB, when the post-quantum ratchet moves
    initial                 about 13 KB, with a log proof 22 KB, until the first reply
    late/SERIAL/BLOCK       up to 32 late keys of one chain

A store keeps one row a part, writes what `changes` says, and gives all of them to `join`.
Spec: docs/spec/04-ratchet.md §9.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import (
    AEAD_KEY_SIZE,
    KEM768_PUBLIC_SIZE,
    KEM_SEED_SIZE,
    X25519_SIZE,
    AgreementKey,
    DecapsulationKey,
    EncapsulationKey,
    HeaderKey,
)
from doorless_protocol.ratchet.chain import LAST_NUMBER
from doorless_protocol.ratchet.double import Double
from doorless_protocol.ratchet.epochs import Epochs
from doorless_protocol.ratchet.hop import FIRST_EPOCH, LAST_EPOCH, Hop
from doorless_protocol.ratchet.late import Block, Late, LateChain
from doorless_protocol.ratchet.triple import Triple
from doorless_protocol.session import Link, Session, Unanswered

SCHEMA_VERSION = 2
"""Of every part. A store with another one is migrated first; no other one is read."""

CORE, HOP, INITIAL, LATE = b"core", b"hop", b"initial", b"late"


class Changes(NamedTuple):
    """Parts to write, and names of parts to delete."""

    put: dict[bytes, bytes]
    drop: tuple[bytes, ...]


class _Core(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    version: int
    link: Link
    outgoing: bytes
    incoming: bytes
    double: Double
    epochs: Epochs
    next_serial: int
    confirmed: bool
    answered: bool
    receive_only_since: int | None
    healed: int


class _Hop(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    version: int
    state: Hop


class _Initial(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    version: int
    unanswered: Unanswered


class _LateBlock(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    version: int
    header_key: HeaderKey
    keys: Block


def changes(before: Session | None, after: Session) -> Changes:
    """What a store must write to go from `before` (None: nothing) to `after`.

    Parts are compared by identity: values share what a step did not change.
    """
    put = {} if after is before else {CORE: _encode(_core(after))}
    if before is None or after.ratchet.hop is not before.ratchet.hop:
        put[HOP] = _encode(_Hop(SCHEMA_VERSION, after.ratchet.hop))
    drop: list[bytes] = []
    unanswered = before.unanswered if before else None
    if after.unanswered is not unanswered:
        if after.unanswered is None:
            drop.append(INITIAL)
        else:
            put[INITIAL] = _encode(_Initial(SCHEMA_VERSION, after.unanswered))
    old = before.ratchet.late if before else Late()
    if after.ratchet.late is not old:
        held = dict(_blocks(old))
        for name, (chain, block) in _blocks(after.ratchet.late):
            if name not in held or held.pop(name)[1] is not block:
                put[name] = _encode(_LateBlock(SCHEMA_VERSION, chain.header_key, block))
        drop.extend(held)
    return Changes(put, tuple(drop))


def parts(session: Session) -> dict[bytes, bytes]:
    """All parts of a session."""
    return changes(None, session).put


def join(parts: Mapping[bytes, bytes]) -> Session:
    """The session that these parts, in any order, are.

    Raises:
        MalformedError: parts of another schema version, missing, or not a session's.
    """
    if CORE not in parts or HOP not in parts:
        raise MalformedError("session without its core or its hop")
    core: _Core = _decode(_core_decoder, parts[CORE])
    state: Hop = _decode(_hop_decoder, parts[HOP]).state
    check_counters(core.double, core.epochs, state)
    unanswered = None
    if INITIAL in parts:
        unanswered = _decode(_initial_decoder, parts[INITIAL]).unanswered
    ratchet = Triple(
        core.outgoing,
        core.incoming,
        state,
        core.double,
        core.epochs,
        _join_late(parts, core.next_serial),
    )
    return Session(
        core.link,
        ratchet,
        unanswered,
        core.confirmed,
        core.answered,
        core.receive_only_since,
        core.healed,
    )


def check_counters(double: Double, epochs: Epochs, state: Hop) -> None:
    """Raises MalformedError: counters or labels that no session comes to, nor any header holds."""
    chains = (double.sending, double.receiving, epochs.sending, epochs.receiving)
    numbers = [double.keys.previous, *(chain.number for chain in chains if chain is not None)]
    heard, label, began = epochs.epoch.heard, state.epoch, double.keys.began
    if (
        min(numbers) < 0
        or max(numbers) > LAST_NUMBER
        or not FIRST_EPOCH <= heard <= label <= LAST_EPOCH
        or label > heard + 1
        or began not in (label - 1, label)
    ):
        raise MalformedError("session with counters that no session comes to")


def _core(session: Session) -> _Core:
    ratchet = session.ratchet
    return _Core(
        SCHEMA_VERSION,
        session.link,
        ratchet.outgoing,
        ratchet.incoming,
        ratchet.double,
        ratchet.epochs,
        ratchet.late.next_serial,
        session.confirmed,
        session.answered,
        session.receive_only_since,
        session.healed,
    )


def _blocks(late: Late) -> Iterator[tuple[bytes, tuple[LateChain, Block]]]:
    for chain in late.chains.values():
        for at, block in chain.blocks.items():
            yield b"%s/%d/%d" % (LATE, chain.serial, at), (chain, block)


def _join_late(parts: Mapping[bytes, bytes], next_serial: int) -> Late:
    found: list[tuple[int, int, bytes]] = []
    for name, data in parts.items():
        if name not in (CORE, HOP, INITIAL):
            found.append((*_parse_name(name), data))
    chains: dict[bytes, LateChain] = {}
    count = 0
    for serial, at, data in sorted(found):  # oldest first, as they are given up
        block: _LateBlock = _decode(_late_decoder, data)
        raw = block.header_key.raw
        if raw not in chains:
            chains[raw] = LateChain(serial, block.header_key, {})
        chains[raw].blocks[at] = dict(sorted(block.keys.items()))
        count += len(block.keys)
    return Late(chains, count, next_serial)


def _parse_name(name: bytes) -> tuple[int, int]:
    try:
        kind, serial, at = name.split(b"/")
        if kind == LATE:
            return int(serial), int(at)
    except ValueError:
        pass
    raise MalformedError("session with a part of an unknown name")


def _raw(key: Any) -> bytes:
    raw: bytes = key.raw
    return raw


def _load(kind: type[Any], raw: object) -> Any:
    """A key of its class: msgspec hands over whatever stands there, a number, too."""
    if not isinstance(raw, bytes) or len(raw) != _KEY_SIZES[kind]:
        raise ValueError(f"not the {_KEY_SIZES[kind]} bytes of a {kind.__name__}")
    return kind(raw)


_KEY_SIZES = {
    HeaderKey: AEAD_KEY_SIZE,
    AgreementKey: X25519_SIZE,
    DecapsulationKey: KEM_SEED_SIZE,
    EncapsulationKey: KEM768_PUBLIC_SIZE,
}


def _decode(decoder: "msgspec.msgpack.Decoder[Any]", data: bytes) -> Any:
    try:
        version = _version_decoder.decode(data)[0]
        if version != SCHEMA_VERSION:
            raise MalformedError(f"session of schema version {version}, not {SCHEMA_VERSION}")
        return decoder.decode(data)
    except (msgspec.DecodeError, ValueError, TypeError, LookupError, RecursionError):
        raise MalformedError("part of a session that is not in its form") from None


_encode = msgspec.msgpack.Encoder(enc_hook=_raw).encode
_version_decoder = msgspec.msgpack.Decoder(list[Any])
_core_decoder = msgspec.msgpack.Decoder(_Core, dec_hook=_load)
_hop_decoder = msgspec.msgpack.Decoder(_Hop, dec_hook=_load)
_initial_decoder = msgspec.msgpack.Decoder(_Initial)
_late_decoder = msgspec.msgpack.Decoder(_LateBlock, dec_hook=_load)
