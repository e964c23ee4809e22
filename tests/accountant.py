"""Derives what a client asks of a relay, from its state and from what it drew. N02.

For each watched device stands SpecPeer with the same keys. It is told what the person typed,
what the relay answered and what arrived, in order, and has to come to every request by itself.
What was drawn is on a tape: keys, nonces and what a library drew in the order of
docs/spec/01-primitives.md §1.2; beside them ids of 16 bytes and delays of 4, each used once.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from accountant_draws import DELAY, ID, Drawn
from accountant_log import Followed, Said, Told
from doorless_protocol import frames as ours
from specpeer import frames, identities, prekeys
from specpeer.content import (
    ANCHOR,
    CONTROL,
    PROFILE,
    RECEIPT,
    TEXT,
    Content,
    Voice,
    manifest_of,
    plain,
)
from specpeer.crypto import Refused, Unaccounted
from specpeer.identities import Device, conversation_id
from specpeer.log_answers import Record
from specpeer.manifests import Entry, Manifest
from specpeer.packing import Value, array, octets, unpack
from specpeer.people import Person
from specpeer.prekeys import Served
from specpeer.relay_client import PLAIN
from specpeer.session import Session
from watched import Asked, Heard, Typed, WatchedWorld

CREATE, UPDATE = 1, 2
INCARNATION_BITS = 20  # docs/spec/08-state.md §12


@dataclass
class Client:
    """What SpecPeer knows of one device, as the device itself does."""

    person: Person
    draws: Drawn
    handle: str
    token: bytes
    typed: dict[str, list[Said]] = field(default_factory=dict)  # by whom to, and not said yet
    told: dict[str, Told] = field(default_factory=dict)  # anchors that were said, and not sealed
    keylog: Followed = field(default_factory=Followed)
    claim: tuple[bytes, bytes] = b"", b""  # record and opening, made before the registration
    added: list[str] = field(default_factory=list)  # and not looked up yet
    voices: dict[bytes, Voice] = field(default_factory=dict)
    said: dict[bytes, bytes] = field(default_factory=dict)  # content by id
    heard: set[bytes] = field(default_factory=set)  # content ids
    arrived: list[bytes] = field(default_factory=list)  # envelope ids, not acknowledged
    manifests: dict[bytes, Manifest] = field(default_factory=dict)  # by device
    tokens: dict[bytes, bytes] = field(default_factory=dict)  # of contacts, by account
    frames: list[list[Value]] = field(default_factory=list)  # of an upload that was begun
    incarnation: int = 0
    to_seal: list[Asked] = field(default_factory=list)  # in the order of their ids on the tape
    sealed: dict[int, list[Value]] = field(default_factory=dict)

    @classmethod
    def derive(cls, handle: str, draws: Drawn, now: float) -> "Client":
        """From the first draws: docs/spec/01-primitives.md §1.2."""
        account = identities.account_signer(draws.random(32))
        device, mailbox = draws.id(), draws.id()
        keys = identities.Signer(draws.random(64)), draws.random(32), draws.random(64)
        own, today = Device(device, mailbox, *keys), int(now - now % 86_400)
        manifest = Manifest.sign(account, [Entry.of(own, today)], today, None, draws)
        person = Person(own, manifest, f"{handle}@relay.test", [], signer=account)
        return cls(person, draws, handle, draws.id())

    def voice(self, other: bytes) -> Voice:
        talk = conversation_id(self.person.account, other)
        return self.voices.setdefault(talk, Voice(talk))


class Accountant:
    """Goes through everything that happened, and derives what was asked."""

    def __init__(self, world: WatchedWorld) -> None:
        self.world = world
        self.clock = {int(event.now * 1000) for event in world.log.events}
        self.clients: dict[str, Client] = {}
        self.seeds: dict[bytes, bytes] = {}
        self.proven = 0  # first contacts with a proof from a key log
        first = world.log.events[0].now
        for handle, person in world.watched.items():
            draws = Drawn(list(person.recorder.tape), self.seeds)
            client = self.clients[handle] = Client.derive(handle, draws, first)
            client.added = [each for each in world.watched if each != handle]
            client.to_seal = self._in_order_of_sealing(handle, draws)

    def _in_order_of_sealing(self, handle: str, draws: Drawn) -> list[Asked]:
        places = {drawn: place for place, (_, drawn) in enumerate(draws.tape)}
        submits = [each for each in self.world.log.events if each.who == handle]
        found = [
            (places.get(each.request.envelope_id, len(places)), each)
            for each in submits
            if isinstance(each, Asked) and isinstance(each.request, ours.Submit)
        ]
        return [each for _, each in sorted(found, key=lambda pair: pair[0])]

    def account(self) -> Iterator[int]:
        """The size of each request, once it is derived.

        Raises Unaccounted or Refused, or AssertionError: some byte is not what follows.
        """
        for event in self.world.log.events:
            client = self.clients[event.who]
            if isinstance(event, Typed):
                self._is_told(client, event)
                continue
            if isinstance(event, Heard):
                self._hears(client, event)
                continue
            derived = frames.encode(["call", 0, self._request(client, event)])
            emitted = ours.encode(ours.Call(0, event.request))
            assert derived == emitted, f"{type(event.request).__name__} of {event.who}"
            yield len(emitted)
        for client in self.clients.values():
            self._finish(client)

    def _finish(self, client: Client) -> None:
        """Only delays are left, and names of connections that are kept apart."""
        client.draws.pass_over()
        client.draws.finish()
        left = {drawn for drawn in client.draws.loose if len(drawn) == ID}
        assert left <= self.world.kept_apart
        assert not any(client.typed.values())

    # --- what arrives ------------------------------------------------------------------------

    def _is_told(self, client: Client, event: Typed) -> None:
        """The anchor that goes after a text is the newest one as it was typed."""
        account = self.clients[event.whom].person.account
        anchor = client.keylog.anchor_for(account, event.now)
        client.typed.setdefault(event.whom, []).append(Said(event.text, anchor))

    def _hears(self, client: Client, event: Heard) -> None:
        session, said = client.person.hear(event.envelope, event.now)
        heard = Content.decode(said)
        client.heard.add(heard.id)
        client.arrived.append(event.id)
        if heard.kind == PROFILE:
            _, token, _ = array(unpack(heard.body), 3, 3)
            client.tokens[session.their_account] = octets(token, 16, 16)
            client.manifests[session.their_device] = manifest_of(heard)

    # --- what is asked -----------------------------------------------------------------------

    def _request(self, client: Client, event: Asked) -> list[Value]:
        name = ours.encode(ours.Call(0, event.request))
        asked = frames.decode(name)[2]
        assert isinstance(asked, list)
        derive = getattr(self, f"_{asked[0]}")
        derived: list[Value] = [asked[0], *derive(client, event, asked)]
        return derived

    def _nothing(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        return []

    _subscribe = _prekey_status = _fetch_notices = _nothing

    def _hello(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        assert isinstance(event.answered, ours.RelayInfo)
        client.keylog.meet(event.answered.config)
        return []

    def _sign_in(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        if client.keylog.id and not client.claim[0]:
            client.claim = self._record(client, event.now)
        person = client.person
        ids = person.account, person.device.id
        signed = frames.login_object("relay.test", event.nonce, PLAIN, *ids)
        signer = person.device.signer
        signature = signer.sign("doorless/1 relay login", signed, client.draws)
        return [*ids, signer.key, signature]

    def _record(self, client: Client, now: float) -> tuple[bytes, bytes]:
        """docs/spec/09-key-log.md §3.2. Signed, then what opens it is drawn."""
        own, person = client.keylog.own, client.person
        after = UPDATE if own.version else CREATE, client.handle, own.version + 1, own.head
        said = Record(*after, int(now) * 1000).naming(person.manifest.head)
        signature = person.signer.sign("doorless/1 log record", said, client.draws)
        return said + signature, client.draws.id()

    def _register(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        manifest, token_hash = client.person.manifest.encode(), frames.token_hash(client.token)
        return [client.handle, manifest, token_hash, *client.claim]

    def _publish_manifest(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        """Signed first, and then the record that names it, if there is a log."""
        person, today = client.person, int(event.now - event.now % 86_400)
        entries, after = person.manifest.entries, person.manifest.head
        person.manifest = Manifest.sign(person.signer, entries, today, after, client.draws)
        record = self._record(client, event.now) if client.keylog.id else (b"", b"")
        return [person.manifest.encode(), *record]

    def _begin_prekeys(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        person = client.person
        secrets = prekeys.draw(person.device, person.account, int(event.now), client.draws)
        person.prekeys.insert(0, secrets)
        self.seeds[secrets.bundle.last_key] = secrets.last_key
        self.seeds[secrets.bundle.envelope_key] = secrets.envelope_key
        public = [pair.public() for pair in secrets.pairs]
        self.seeds.update(
            (each.kem, own.kem) for each, own in zip(public, secrets.pairs, strict=True)
        )
        own = person.manifest.entries[0].identity_kem
        self.seeds[own] = person.device.identity_kem
        encoded: list[Value] = [pair.encode() for pair in public]
        client.frames = [[encoded[at : at + 32]] for at in range(0, len(encoded), 32)]
        return [secrets.bundle.encode()]

    def _add_prekeys(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        return client.frames.pop(0)

    def _commit_prekeys(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        assert not client.frames
        return []

    def _incarnation(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        """Its low bits are a draw; so `asked` says which of the delays it was."""
        low = frames.uint(asked[2], frames.U53) % (1 << INCARNATION_BITS)
        client.draws.pass_over()
        drawn = [each for each in client.draws.loose if len(each) == DELAY]
        fits = [
            each for each in drawn if int.from_bytes(each) % (1 << INCARNATION_BITS) & ~1 == low
        ]
        client.draws.claim(fits[0] if fits else b"no draw of these bits")
        expected = client.incarnation
        client.incarnation = ((expected >> INCARNATION_BITS) + 1 << INCARNATION_BITS) | low
        return [expected, client.incarnation]

    def _lookup(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        assert isinstance(event.answered, ours.Found)
        keylog, proof = client.keylog, event.answered.proof
        if asked[1] == client.handle:
            version = client.person.manifest.head.version
            request = [client.handle, version, keylog.own.version, keylog.size]
            keylog.look_up_own(proof or b"")
            return request
        found = Manifest.decode(event.answered.manifest)
        known = client.manifests.get(found.entries[0].device)
        client.manifests[found.entries[0].device] = found
        handle = client.added.pop(0) if client.added else asked[1]
        assert isinstance(handle, str)
        assert handle in self.clients
        pin, size = keylog.pins.get(handle), keylog.size
        if proof is not None:
            keylog.look_up(handle, proof)
        return [handle, known.head.version if known else 0, pin.version if pin else 0, size]

    def _log_head(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        assert isinstance(event.answered, ours.LogProof)
        size = client.keylog.size
        client.keylog.hear_head(event.answered.proof)
        return [size]

    def _log_anchors(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        assert isinstance(event.answered, ours.LogProof)
        after, size = client.keylog.newest, client.keylog.size
        client.keylog.hear_anchors(event.answered.proof)
        return [after, size]

    def _log_at_anchor(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        """Our own label at each anchor, somebody else's at the one behind what was seen."""
        if asked[1] == client.handle:
            return [client.handle, client.keylog.next_to_check(), 0]
        assert isinstance(asked[1], str)
        pin = client.keylog.pins[asked[1]]
        return [asked[1], client.keylog.anchor_behind(pin), pin.version]

    def _fetch_bundle(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        answered = event.answered
        assert isinstance(answered, ours.BundleServed)
        parts = answered.bundle, answered.pair, answered.index, list(answered.path)
        served, person = Served.decode(*parts), client.person
        if served.bundle.device != person.device.id:  # else it looks after its own
            theirs = client.manifests[served.bundle.device]
            self._start(client, theirs, served, event.now)
        return [served.bundle.device]

    def _start(self, client: Client, theirs: Manifest, served: Served, now: float) -> None:
        device, sessions = served.bundle.device, client.person.sessions
        numbers = [each.handshake.number for each in sessions if each.their_device == device]
        client.person.start(theirs, served, now, client.draws, known=max(numbers, default=0))

    def _acknowledge(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        ids, client.arrived = client.arrived, []
        return [list(ids)]

    def _set_delivery_token(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        client.draws.pass_over()
        drawn = [each for each in client.draws.loose if frames.token_hash(each) == asked[1]]
        client.token = client.draws.claim(drawn[0] if drawn else b"no token that was drawn")
        return [frames.token_hash(client.token)]

    # --- what is said ------------------------------------------------------------------------

    def _submit(self, client: Client, event: Asked, asked: list[Value]) -> list[Value]:
        """What was sealed together leaves by recipient; it is derived as it was sealed."""
        while event.number not in client.sealed:
            following = client.to_seal.pop(0)
            client.sealed[following.number] = self._seal(client, following)
        return client.sealed[event.number]

    def _seal(self, client: Client, event: Asked) -> list[Value]:
        request = event.request
        assert isinstance(request, ours.Submit)
        mailbox, envelope_id, envelope = request.mailbox, request.envelope_id, request.envelope
        other = next(
            each for each in self.clients.values() if each.person.device.mailbox == mailbox
        )
        session, said = self._as_heard_by(other, envelope, event.now)
        (own,) = [each for each in client.person.sessions if each.id == session.id]
        derived = self._as_of_now(client, other, Content.decode(said)).encode()
        self._learn(other)
        if own.repeated:
            own.repeated.inside = replace(own.repeated.inside, proof=client.keylog.proof)
            self.proven += bool(client.keylog.proof)
        sealed = own.seal(derived, client.draws)
        entry = client.manifests.get(other.person.device.id, other.person.manifest).entries[0]
        token = client.tokens.get(other.person.account, b"")
        return [entry.mailbox, token, client.draws.claim(envelope_id), sealed]

    def _as_heard_by(self, other: Client, envelope: bytes, now: float) -> tuple[Session, bytes]:
        """Nothing of it stays: it arrives when it arrives."""
        person = other.person
        held = copy.deepcopy((person.sessions, person.origins, person.prekeys))
        heir = replace(person, sessions=held[0], origins=held[1], prekeys=held[2])
        return heir.hear(envelope, now)

    def _learn(self, other: Client) -> None:
        for session in other.person.sessions:
            hop = session.ratchet.hop
            self.seeds[hop.key] = hop.seed or other.person.device.identity_kem

    def _as_of_now(self, client: Client, other: Client, said: Content) -> Content:
        """What a text says of the key log is what was known as this copy was sealed."""
        content = self._content(client, other, said)
        if content.kind == TEXT:
            content = replace(content, gossip=client.keylog.gossip(other.handle))
        client.said[said.id] = content.encode()
        return content

    def _content(self, client: Client, other: Client, said: Content) -> Content:
        """The same from what was typed and heard, our counters, our clock and our draws."""
        if said.id in client.said:  # once more, for another device or in another session
            return Content.decode(client.said[said.id])
        assert said.time in self.clock
        client.draws.claim(said.id)
        return self._new_content(client, other, said)

    def _new_content(self, client: Client, other: Client, said: Content) -> Content:
        voice = client.voice(other.person.account)
        if said.kind == ANCHOR:
            return client.told.pop(other.handle).content(voice, said.id, said.time)
        if said.kind != TEXT:
            return voice.say(said.kind, self._body(client, said), said.id, said.time)
        typed = client.typed[other.handle].pop(0)
        content = voice.say(TEXT, plain(typed.text), said.id, said.time)
        if typed.anchor:
            client.told[other.handle] = Told.after(voice, typed.anchor)
        return content

    def _body(self, client: Client, said: Content) -> Value:
        if said.kind == CONTROL:
            return []
        if said.kind == RECEIPT:
            ids = array(array(unpack(said.body), 2, 2)[0], 1, 32)
            assert {octets(each, 16, 16) for each in ids} <= client.heard
            return [sorted(ids, key=ids.index), False]
        if said.kind == PROFILE:
            return [client.handle, client.token, client.person.manifest.encode()]
        raise Unaccounted(f"content of kind {said.kind}")


def unaccounted(world: WatchedWorld) -> tuple[int, int]:
    """(bytes that were derived, bytes that were emitted and not derived)."""
    emitted = sum(
        len(ours.encode(ours.Call(0, event.request)))
        for event in world.log.events
        if isinstance(event, Asked)
    )
    derived = 0
    try:
        accountant = Accountant(world)
        for bytes_of_one in accountant.account():
            derived += bytes_of_one
    except (Unaccounted, Refused, AssertionError):
        return derived, max(1, emitted - derived)
    return derived, emitted - derived
