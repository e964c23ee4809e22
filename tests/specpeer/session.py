"""Conversations of one device with another. docs/spec/03-handshake.md, 05-envelope.md §3."""

import copy
from dataclasses import dataclass, field, replace

from specpeer import crypto, handshake, initial
from specpeer.crypto import Draws, Refused, malformed
from specpeer.handshake import START, Handshake, Party
from specpeer.identities import Device
from specpeer.initial import Inside
from specpeer.manifests import DAY, Manifest
from specpeer.prekeys import PairSecrets, Secrets, Served
from specpeer.ratchet import OVERHEAD, SIZES, Ratchet, size_for


@dataclass
class Repeated:
    """What travels with every message until the first reply. 03 §5.2."""

    inside: Inside
    key: bytes
    info: bytes


@dataclass
class Session:
    id: bytes
    initiator: bool
    handshake: Handshake
    devices: tuple[bytes, bytes]
    their_account: bytes
    identity_seed: bytes
    ratchet: Ratchet
    repeated: Repeated | None = None
    confirmed: bool = False
    owes_control: bool = False

    @property
    def their_device(self) -> bytes:
        return self.devices[1 if self.initiator else 0]

    def seal(self, content: bytes, draws: Draws) -> bytes:
        """An envelope; this object is then to be saved before it leaves."""
        if not self.repeated:
            self.owes_control = False
            return self.ratchet.seal(content, size_for(content), draws)
        if len(content) + OVERHEAD > initial.MESSAGE:
            raise ValueError("too long before the first reply")
        message = self.ratchet.seal(content, initial.MESSAGE, draws)
        inside = replace(self.repeated.inside, message=message)
        return initial.seal(inside, self.repeated.key, self.repeated.info, draws)

    def open(self, envelope: bytes, now: float) -> bytes:
        """The content. A refusal changes nothing."""
        ratchet = copy.deepcopy(self.ratchet)
        label, content = ratchet.open(envelope, now, self.identity_seed)
        self.ratchet = ratchet
        if self.repeated:
            self.repeated, self.owes_control = None, True
        self.confirmed = self.confirmed or self.initiator or label >= 2
        return content


@dataclass
class Peer:
    """A device, its account's manifest, its prekeys and its sessions."""

    device: Device
    manifest: Manifest
    address: str
    prekeys: list[Secrets] = field(default_factory=list)  # the newest first
    origins: dict[bytes, Session | None] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)

    @property
    def account(self) -> bytes:
        return self.manifest.head.account

    def start(
        self,
        theirs: Manifest,
        served: Served,
        now: float,
        draws: Draws,
        *,
        known: int = 0,
        kind: int = START,
        received: int = 0,
    ) -> Session:
        """03 §5. `known`: the highest number of a session with that device."""
        bundle, pair = served.bundle, served.pair
        entry = theirs.entry(bundle.device)
        served.check(entry, theirs.head.account, int(now))
        if entry.device == self.device.id:
            raise malformed("a device with itself")
        ephemeral = draws.random(32)
        prekey_secret, prekey_ciphertext = draws.encapsulate1024(
            pair.kem if pair else bundle.last_key
        )
        identity_secret, identity_ciphertext = draws.encapsulate768(entry.identity_kem)
        shake = Handshake(
            kind,
            handshake.session_number(known, int(now * 1000)),
            known,
            received,
            self.address,
            *(bundle.id, bundle.hash, bundle.signed_id, bundle.signed_key),
            pair.id if pair else bundle.last_id,
            pair.curve if pair else b"",
            pair.kem if pair else bundle.last_key,
            crypto.x25519_public(ephemeral),
            *(prekey_ciphertext, identity_ciphertext),
        )
        us = Party.of(self.manifest.head, self.manifest.entry(self.device.id))
        them = Party.of(theirs.head, entry)
        session_id = shake.session_id(us, them)
        agreements = handshake.agreements_of_initiator(self.device, ephemeral, them, shake)
        secrets = handshake.derive(session_id, agreements, [prekey_secret, identity_secret])
        devices = (self.device.id, entry.device)
        ratchet = Ratchet(session_id, devices, secrets, True, us.identity_kem)
        ratchet.theirs = bundle.signed_key
        ratchet.second_half(draws.random(32))
        inside = Inside(
            *(kind, shake.number, known, received, self.address),
            self.manifest.staple(self.device.id),
            *(theirs.head.version, theirs.head.hash, bundle.id, bundle.hash, bundle.signed_id),
            *(shake.prekey_kind, shake.prekey_id, shake.ephemeral),
            *(prekey_ciphertext, identity_ciphertext, b""),
        )
        bound = initial.info(theirs.head.account, entry.device, bundle.envelope_id)
        session = Session(
            *(session_id, True, shake, devices, theirs.head.account),
            *(self.device.identity_kem, ratchet, Repeated(inside, bundle.envelope_key, bound)),
        )
        self.sessions.append(session)
        return session

    def hear(self, envelope: bytes, now: float) -> tuple[Session, bytes]:
        """Open an envelope in whatever session it belongs to, or begin that session. 04 §6.5."""
        if len(envelope) not in SIZES:
            raise malformed("not one of the six sizes")
        nearest = crypto.forged("no session opens it")
        for session in self.sessions:
            try:
                return session, session.open(envelope, now)
            except Refused as refused:
                if nearest.reason == "ForgedError":
                    nearest = refused
        if len(envelope) != initial.SIZE or nearest.reason != "ForgedError":
            raise nearest
        inside, secrets = initial.open_initial(envelope, self.account, self.device.id, self.prekeys)
        origin = inside.bundle_id + inside.ephemeral
        if origin in self.origins:
            known = self.origins[origin]
            if known is None:
                raise Refused("ReplayedError", "its session is gone")
            return known, known.open(inside.message, now)
        return self._respond(inside, secrets, now)

    def _respond(self, inside: Inside, secrets: Secrets, now: float) -> tuple[Session, bytes]:
        """03 §6.2, in that order."""
        if inside.number > (now + DAY) * 1000:
            raise malformed("a number more than a day ahead")
        inside.staple.head.check_time(int(now))
        pair = _prekeys_of(inside, secrets)
        entry = inside.staple.entry
        if entry.device == self.device.id:
            raise malformed("a device with itself")
        us = Party.of(self.manifest.head, self.manifest.entry(self.device.id))
        us = replace(
            us, manifest_version=inside.manifest_version, manifest_hash=inside.manifest_hash
        )
        them = Party.of(inside.staple.head, entry)
        bundle = secrets.bundle
        shake = Handshake(
            *(inside.kind, inside.number, inside.known, inside.received, inside.address),
            *(bundle.id, inside.bundle_hash, bundle.signed_id, bundle.signed_key),
            inside.prekey_id,
            crypto.x25519_public(pair.curve) if pair else b"",
            crypto.kem1024_public(pair.kem) if pair else bundle.last_key,
            *(inside.ephemeral, inside.prekey_ciphertext, inside.identity_ciphertext),
        )
        session_id = shake.session_id(them, us)
        agreements = handshake.agreements_of_responder(
            self.device, secrets.signed_key, pair.curve if pair else None, them, inside.ephemeral
        )
        kem_secrets = [
            crypto.kem1024_open(pair.kem if pair else secrets.last_key, inside.prekey_ciphertext),
            crypto.kem768_open(self.device.identity_kem, inside.identity_ciphertext),
        ]
        derived = handshake.derive(session_id, agreements, kem_secrets)
        devices = (entry.device, self.device.id)
        ratchet = Ratchet(session_id, devices, derived, False, entry.identity_kem)
        ratchet.ours = secrets.signed_key
        session = Session(
            *(session_id, False, shake, devices, them.account),
            *(self.device.identity_kem, ratchet),
        )
        content = session.open(inside.message, now)
        self._check_ghost(inside, secrets)
        session.owes_control = True
        self.sessions.append(session)
        self.origins[shake.origin] = session
        if pair:
            secrets.spent.add(pair.id)
        return session, content

    def _check_ghost(self, inside: Inside, secrets: Secrets) -> None:
        head = self.manifest.head
        if (inside.manifest_version, inside.manifest_hash) != (head.version, head.hash):
            raise Refused("GhostError", "he was shown another manifest of ours")
        if inside.bundle_hash != secrets.bundle.hash:
            raise Refused("GhostError", "he was shown another bundle of ours")


def _prekeys_of(inside: Inside, secrets: Secrets) -> PairSecrets | None:
    """The pair that was used; None: last resort."""
    if inside.signed_id != secrets.bundle.signed_id:
        raise Refused("UnknownPrekeyError", "another signed prekey")
    if inside.prekey_kind == handshake.ONE_TIME:
        return secrets.pair(inside.prekey_id)
    if inside.prekey_id != secrets.bundle.last_id:
        raise Refused("UnknownPrekeyError", "another last resort")
    return None
