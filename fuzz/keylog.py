"""Targets: what a key log sends, what a client stores of it, and bundles that accuse it."""

from collections.abc import Callable
from dataclasses import replace
from random import Random as Seeded
from typing import Any

from doorless_lab.keylog.ledger import begin
from doorless_lab.keylog.people import Owner
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.evidence import Evidence, Kind, Leaves, Notes, Promise, Sightings
from doorless_protocol.log.gossip import Gossip, say
from doorless_protocol.log.label import Label
from doorless_protocol.log.lookup import signed_leaf
from doorless_protocol.log.misplaced import Misplaced, Placed
from doorless_protocol.log.owner import OwnChain
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.proofs import AnchorList, AnchorProof, HeadProof, LookupProof
from doorless_protocol.log.signed_leaf import SignedLeaf
from doorless_protocol.log.staple import Waiting
from doorless_protocol.log.verdict import verify
from doorless_protocol.log.view import LogView
from fuzz.harness import Target, attempt, check_one_form, edit, promise
from fuzz.signed import of_these

NOW = 1_800_000_000
ALICE = Label("alice")

_random = Seeded(5).randbytes
LOG, CONFIG = begin(_random(96), NOW)
OWNER = Owner.named(LOG, ALICE, _random, NOW)
for second in (1, 2):
    OWNER.publish(LOG, _random, NOW)
    LOG.publish(NOW + second)
    OWNER.look_at_self(LOG, NOW + second)
OWNER.look(LOG, ALICE, [OWNER.signing.verifying], NOW)
SEEN = OWNER.pins[ALICE].sighting
OTHER = LOG.fork()
OWNER.publish(LOG, _random, NOW)
LOG.waiting.clear()  # the update that was promised is dropped,
LOG.show(ALICE, OWNER.chain.links[0].head)  # and the one before it, too
LOG.publish(NOW + 60)
OTHER.publish(NOW + 61)
BOB = Owner.named(LOG, ALICE, _random, NOW + 60)
BOB.look(LOG, ALICE, [OWNER.signing.verifying], NOW + 60)
LATER = BOB.pins[ALICE].sighting
NEXT = OTHER.fork().publish(NOW + 62)


def ending_with(leaf: EpochLeaf) -> Placed:
    """The newest entry of a log that has this one behind what OTHER has."""
    log = OTHER.fork()
    log.put(replace(NEXT, leaf=leaf))
    return log.head().newest


MISPLACED = (
    Misplaced(ending_with(replace(NEXT.leaf, epoch=NEXT.leaf.epoch + 1))),
    Misplaced(ending_with(replace(NEXT.leaf, config_hash=bytes(32))), OTHER.head().newest),
)
BUNDLES = tuple(
    accusation(kind, CONFIG, body).evidence
    for kind, body in (
        (Kind.TWO_ROOTS, Notes(LOG.note(), OTHER.note())),
        (Kind.TWO_LEAVES, Leaves(signed_leaf(LOG.head()), signed_leaf(OTHER.head()))),
        (Kind.CONTRADICTION, Sightings(SEEN, LATER)),
        (Kind.BROKEN_PROMISE, Promise(OWNER.chain.update.receipt, LATER)),
        *((Kind.MISPLACED, body) for body in MISPLACED),
    )
)
PINS = frozenset({CONFIG.hash.hex()})

Form = tuple[Callable[[bytes], Any], bytes]
HEAD, LISTED = LOG.anchors(0, 1)
SENT: tuple[Form, ...] = (
    (HeadProof.decode, LOG.head(1).encode()),
    (LookupProof.decode, LOG.lookup(ALICE).encode()),
    (LookupProof.decode, LOG.lookup(Label("bob")).encode()),
    (AnchorProof.decode, LOG.at_anchor(ALICE, 1).encode()),
    (AnchorList.decode, LISTED.encode()),
    (LogConfig.decode, CONFIG.encode()),
    (Gossip.decode, say(OWNER.view, OWNER.chain, OWNER.pins[ALICE])),
    (SignedLeaf.decode, SEEN.at.encode()),
)
STORED: tuple[Form, ...] = (
    (LogView.decode, OWNER.view.encode()),
    (Pin.decode, OWNER.pins[ALICE].encode()),
    (OwnChain.decode, OWNER.chain.encode()),
    (Waiting.decode, Waiting(LOG.note(), LOG.size, LOG.root()).encode()),
)


def evidence(data: bytes) -> None:
    """What convicts is the bundle that was made, to the byte of what is signed."""
    honest = BUNDLES[data[0] % len(BUNDLES)] if data else BUNDLES[0]
    edited = edit(honest, data[1:])
    check_one_form(Evidence.decode, Evidence.encode, edited)
    if attempt(lambda: verify(edited, PINS)) is not None:
        said, made = (of_these(CONFIG.vkeys, Evidence.decode(each)) for each in (edited, honest))
        promise(said == made, "a bundle that was altered convicts")


def log_sent(data: bytes) -> None:
    """What a log, or a peer, sends."""
    _one_form(SENT, data)


def log_stored(data: bytes) -> None:
    """What a store gives back."""
    _one_form(STORED, data)


def _one_form(forms: tuple[Form, ...], data: bytes) -> None:
    decode, honest = forms[data[0] % len(forms)] if data else forms[0]
    check_one_form(decode, lambda value: value.encode(), edit(honest, data[1:]))


def _longer(choice: int, honest: bytes) -> bytes:
    """The script that puts one byte behind the end."""
    return bytes((choice, 4, *len(honest).to_bytes(2, "big"), 0))


TARGETS = (
    Target("evidence", "one form; convicts as it was made, and not otherwise", evidence,
           tuple(_longer(at, each) for at, each in enumerate(BUNDLES))),
    Target("log_sent", "one form of proofs, heads, anchors, gossip", log_sent,
           tuple(_longer(at, each) for at, (_, each) in enumerate(SENT))),
    Target("log_stored", "one form of views, pins, own chains", log_stored,
           tuple(_longer(at, each) for at, (_, each) in enumerate(STORED))),
)  # fmt: skip
