"""How a session begins: with a fetched bundle, or with an initial message that came in.

    initiate: their manifest and bundle ──► Session     (its envelopes carry the handshake)
    respond:  an Initial ──► Session, first content     (nothing is spent if it does not open)

Spec: docs/spec/03-handshake.md §5 and §6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorless_protocol import handshake
from doorless_protocol.choice import check_number, next_number
from doorless_protocol.envelope import Initial, encode_front, first_contact_info, origin
from doorless_protocol.errors import GhostError, UnknownPrekeyError
from doorless_protocol.handshake import (
    Kind,
    Party,
    PrekeyKind,
    PrekeyPrivates,
    Prekeys,
    Terms,
)
from doorless_protocol.keys import DeviceId, DeviceKeys
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekey_secrets import PrekeySecrets
from doorless_protocol.prekeys import PrekeyId, ServedBundle
from doorless_protocol.primitives import AgreementKey, Random, kem1024_public, x25519_public
from doorless_protocol.ratchet.triple import Seeds, Triple
from doorless_protocol.session import Link, Session, Unanswered

_TO_RESPONDER, _TO_INITIATOR = b"\x01", b"\x02"


@dataclass(frozen=True, slots=True)
class Us:
    """This device, as its peers get to know it.

    Attributes:
        manifest: our newest, which lists this device.
        address: `handle@relay`, where replies reach us.
    """

    manifest: Manifest
    device: DeviceKeys
    address: str

    @property
    def party(self) -> Party:
        return _party(self.manifest, self.manifest.entry(self.device.device))


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an initial message gave. All of it is stored in one transaction, or none of it.

    Attributes:
        used: the one-time pair to delete in that transaction; None: it was the last resort.
    """

    session: Session
    content: bytes = field(repr=False)
    used: PrekeyId | None


def initiate(
    us: Us,
    theirs: Manifest,
    prekeys: ServedBundle,
    known: int,
    now: float,
    random: Random,
    *,
    kind: Kind = Kind.START,
    received: int = 0,
) -> Session:
    """Begin a session with the device that `prekeys` belongs to; its first seal contacts it.

    Args:
        theirs, prekeys: verified: ServedBundle.check is the caller's to run.
        known: the highest number of any session of this pair of devices, ever; 0 for none.
        kind, received: see handshake.Terms.

    Raises:
        ValueError: both ends are the same device, or a START lists something as received.
        ForgedError: `theirs` does not list the device.

    Spec: docs/spec/03-handshake.md §5.
    """
    bundle, pair = prekeys.signed, prekeys.pair
    entry = theirs.entry(bundle.device)
    chosen = Prekeys(
        bundle.id,
        bundle.hash,
        bundle.signed_prekey_id,
        bundle.signed_prekey,
        PrekeyKind.LAST_RESORT if pair is None else PrekeyKind.ONE_TIME,
        bundle.last_resort_id if pair is None else pair.id,
        None if pair is None else pair.curve,
        bundle.last_resort if pair is None else pair.kem,
    )
    number = next_number(known, now)
    if received and kind is Kind.START:
        raise ValueError("a first handshake lists nothing as received")
    parties = us.party, _party(theirs, entry)
    terms = Terms(kind, number, known, received, us.address, *parties, chosen)
    opening, agreed = handshake.initiate(us.device, terms, random)
    outgoing, incoming = contexts(agreed.session_id, us.device.device, bundle.device)
    seeds = Seeds.split(agreed.secret)
    ratchet = Triple.start(seeds, bundle.signed_prekey, outgoing, incoming, random)
    link = Link(
        id=agreed.session_id,
        initiator=True,
        our_account=us.manifest.account,
        our_device=us.device.device,
        their_account=theirs.account,
        their_device=bundle.device,
        number=number,
        known=known,
        began=int(now),
        origin=origin(bundle.id, opening),
        last_resort=pair is None,
        kind=kind,
        received=received,
    )
    info = first_contact_info(theirs.account, bundle.device, bundle.envelope_id)
    front = encode_front(terms, opening, us.manifest.staple(us.device.device))
    return Session(link, ratchet, Unanswered(bundle.envelope, info, front), healed=link.began)


def respond(
    initial: Initial, us: Us, secrets: PrekeySecrets, manifests: Mapping[int, bytes], now: float
) -> Accepted:
    """Accept a session, if the message inside `initial` opens. Otherwise nothing was touched.

    Args:
        secrets: of the bundle that `initial` names.
        manifests: hash of each version of our manifest; a peer may have used an older one.

    Raises:
        MalformedError: a number more than a day ahead, or from this very device.
        ExpiredError: the initiator's manifest holds only later.
        UnknownPrekeyError: the prekey is gone, or never was.
        ForgedError and what else Triple.open raises: the message does not open.
        GhostError: it opens, and the initiator was shown another manifest or bundle in our name.

    Spec: docs/spec/03-handshake.md §6.
    """
    check_number(initial.number, now)
    initial.staple.head.check_time(int(now))
    terms, privates = _terms_of(initial, us, secrets)
    agreed = handshake.respond(us.device, privates, terms, initial.opening)
    incoming, outgoing = contexts(agreed.session_id, initial.staple.entry.device, us.device.device)
    signed_prekey = AgreementKey(secrets.signed_prekey)
    seeds, their_kem = Seeds.split(agreed.secret), initial.staple.entry.kem
    ratchet = Triple.accept(seeds, signed_prekey, their_kem, outgoing, incoming)
    link = Link(
        id=agreed.session_id,
        initiator=False,
        our_account=us.manifest.account,
        our_device=us.device.device,
        their_account=initial.staple.account,
        their_device=initial.staple.entry.device,
        number=initial.number,
        known=initial.known,
        began=int(now),
        origin=initial.origin,
        last_resort=initial.last_resort,
        kind=initial.kind,
        received=initial.received,
    )
    ratchet, content = ratchet.open(initial.message, now, us.device.kem)
    # Only now, when the initiator himself vouches for what he was shown: else any stranger
    # could raise the alarm in a contact's name, and so keep the person from writing to them.
    check_ghost("manifest", initial.manifest_hash, manifests.get(initial.manifest_version, b""))
    check_ghost("prekey bundle", initial.bundle_hash, secrets.bundle_hash)
    return Accepted(Session(link, ratchet, healed=link.began), content, initial.one_time_id)


def check_ghost(what: str, shown: bytes, ours: bytes) -> None:
    """Raises GhostError: a peer was shown something in our name that we did not sign."""
    if shown != ours:
        raise GhostError(what, shown, ours)


def _terms_of(initial: Initial, us: Us, secrets: PrekeySecrets) -> tuple[Terms, PrekeyPrivates]:
    """What the initiator believed, from his side's claims and our own keys."""
    if initial.signed_prekey_id != secrets.signed_prekey_id:
        raise UnknownPrekeyError("signed prekey is not of the bundle it is said to be of")
    curve, kem = None, secrets.last_resort
    if initial.one_time_id is not None:
        pair = secrets.pair(initial.one_time_id)
        curve, kem = pair.curve, pair.kem
    elif initial.prekey_id != secrets.last_resort_id:
        raise UnknownPrekeyError("last resort is not of the bundle it is said to be of")
    prekeys = Prekeys(
        initial.bundle_id,
        initial.bundle_hash,
        initial.signed_prekey_id,
        x25519_public(secrets.signed_prekey),
        initial.prekey_kind,
        initial.prekey_id,
        None if curve is None else x25519_public(curve),
        kem1024_public(kem),
    )
    staple = initial.staple
    initiator = Party(staple.account, staple.version, staple.hash, staple.entry)
    responder = Party(
        us.manifest.account, initial.manifest_version, initial.manifest_hash, us.party.entry
    )
    terms = Terms(
        initial.kind,
        initial.number,
        initial.known,
        initial.received,
        initial.address,
        initiator,
        responder,
        prekeys,
    )
    return terms, PrekeyPrivates(secrets.signed_prekey, curve, kem)


def _party(manifest: Manifest, entry: DeviceEntry) -> Party:
    return Party(manifest.account, manifest.version, manifest.hash, entry)


def contexts(session_id: bytes, initiator: DeviceId, responder: DeviceId) -> tuple[bytes, bytes]:
    """What messages to the responder, and to the initiator, are bound to, 65 bytes each.

    The session, the direction and both devices: an envelope opens in one place only.
    Spec: docs/spec/04-ratchet.md §6.4.
    """
    devices = initiator + responder
    return session_id + _TO_RESPONDER + devices, session_id + _TO_INITIATOR + devices
