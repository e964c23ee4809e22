"""Every derivation of the specification, as inputs and outputs.

A vector is a function over named inputs, with the section that it implements. Inputs of which
only the length matters come from SHAKE-256 of their name, so that nobody chose them.
"""

from collections.abc import Callable
from hashlib import shake_256
from typing import Any, NamedTuple

from doorless_protocol import merkle
from doorless_protocol.content import (
    Body,
    Content,
    Control,
    Delete,
    Edit,
    File,
    Profile,
    Quote,
    React,
    Receipt,
    Text,
    Timer,
    Typing,
)
from doorless_protocol.encoding import transcript_hash
from doorless_protocol.envelope import first_contact_info
from doorless_protocol.first_contact import contexts
from doorless_protocol.frames import Call, Submit, delivery_token_hash, encode, login_object
from doorless_protocol.invite import InviteLink, RelayAddress
from doorless_protocol.keys import (
    DeviceKeys,
    SigningKey,
    account_id,
    account_signing_key,
    conversation_id,
)
from doorless_protocol.primitives import (
    HeaderKey,
    hkdf_extract,
    kem768_public,
    kem1024_public,
    x25519,
    x25519_public,
    xwing_public,
)
from doorless_protocol.ratchet.chain import Chain
from doorless_protocol.ratchet.double import _turn
from doorless_protocol.ratchet.epochs import _derive
from doorless_protocol.ratchet.header import Header
from doorless_protocol.ratchet.hop import CT, EK, Auth
from doorless_protocol.ratchet.triple import Seeds, message_keys
from doorless_protocol.sizes import size_class
from doorless_protocol.verification import SafetyNumber

Values = dict[str, Any]


class Size(NamedTuple):
    """An input of which only the length matters."""

    bytes: int

    def drawn(self, name: str) -> bytes:
        return shake_256(b"doorless vectors/" + name.encode()).digest(self.bytes)


class Derivation(NamedTuple):
    name: str
    section: str
    inputs: Values
    derive: Callable[..., Values]

    def vector(self) -> Values:
        outputs = self.derive(**self.inputs)
        return {"name": self.name, "spec": self.section, "in": self.inputs, "out": outputs}


DERIVATIONS: list[Derivation] = []


def derivation(section: str, **inputs: Any) -> Callable[[Callable[..., Values]], Any]:
    """Register a function under its own name; its `inputs` are values, or Sizes."""

    def register(function: Callable[..., Values]) -> Callable[..., Values]:
        name = function.__name__.replace("_", " ")
        drawn = {
            key: value.drawn(f"{name}/{key}") if isinstance(value, Size) else value
            for key, value in inputs.items()
        }
        DERIVATIONS.append(Derivation(name, section, drawn, function))
        return function

    return register


# --- identities ------------------------------------------------------------------------------


@derivation("02-identities §1.2", recovery_seed=Size(32))
def account_key(recovery_seed: bytes) -> Values:
    key = account_signing_key(recovery_seed).verifying
    return {"key": key.encode(), "account": account_id(key)}


@derivation("02-identities §1.1", one=Size(32), other=Size(32))
def conversation(one: bytes, other: bytes) -> Values:
    return {"conversation": conversation_id(one, other)}


@derivation("01-primitives §1", x25519_private=Size(32), kem_seed=Size(64), xwing_private=Size(96))
def public_keys(x25519_private: bytes, kem_seed: bytes, xwing_private: bytes) -> Values:
    return {
        "x25519": x25519_public(x25519_private),
        "agreed with itself": x25519(x25519_private, x25519_public(x25519_private)),
        "ml-kem-768": kem768_public(kem_seed),
        "ml-kem-1024": kem1024_public(kem_seed),
        "x-wing": xwing_public(xwing_private),
    }


@derivation("02-identities §3.2", drawn=Size(192))
def device_keys(drawn: bytes) -> Values:
    """In the order in which they are drawn."""
    rest = memoryview(drawn)

    def random(size: int) -> bytes:
        nonlocal rest
        taken, rest = bytes(rest[:size]), rest[size:]
        return taken

    keys = DeviceKeys.draw(random)
    return {"device": keys.device, "mailbox": keys.mailbox, "key": keys.signing.verifying.encode()}


@derivation("02-identities §2", leaves=[b"", b"a", b"bb", b"ccc", b"dddd"], index=2)
def merkle_tree(leaves: list[bytes], index: int) -> Values:
    return {"root": merkle.root(leaves), "path": list(merkle.inclusion_path(leaves, index))}


@derivation("02-identities §6", one=Size(64), other=Size(64))
def safety_number(one: bytes, other: bytes) -> Values:
    """Of the accounts with these signing seeds."""
    ours, theirs = SigningKey.from_seed(one).verifying, SigningKey.from_seed(other).verifying
    number = SafetyNumber.of(ours, theirs)
    return {"groups": list(number.groups), "words": list(number.words)}


@derivation("02-identities §7.2", account=Size(32), config=Size(32), token=Size(16))
def invite_link(account: bytes, config: bytes, token: bytes) -> Values:
    relay = RelayAddress.parse("relay.example:4433")
    link = InviteLink(relay, "bob", account, config=config, token=token)
    return {"link": link.encode()}


# --- handshake and envelope ------------------------------------------------------------------


@derivation("01-primitives §4.2", label="a label", fields=[["first", b"1"], ["second", b""]])
def transcript(label: str, fields: list[list[Any]]) -> Values:
    items = [(name.encode(), value) for name, value in fields]
    return {"hash": transcript_hash(label.encode(), items)}


@derivation("03-handshake §4", secret=Size(160))
def handshake_secret(secret: bytes) -> Values:
    """The five parts of what the handshake gives."""
    return Seeds.split(secret)._asdict()


@derivation("05-envelope §3.1", account=Size(32), device=Size(16), envelope_id=Size(8))
def first_contact(account: bytes, device: bytes, envelope_id: bytes) -> Values:
    return {"info": first_contact_info(account, device, envelope_id)}


@derivation("05-envelope §2", contents=[0, 697, 698, 2745, 2746, 6841, 15033, 31417, 64185])
def sizes(contents: list[int]) -> Values:
    """Of contents of so many bytes after the first reply."""
    return {"envelopes": [size_class(1351 + size) for size in contents]}


# --- ratchet ---------------------------------------------------------------------------------


@derivation("04-ratchet §2", key=Size(32))
def chain_step(key: bytes) -> Values:
    follows, message_key = Chain(key).step()
    return {"key": follows.key, "message key": message_key}


@derivation("04-ratchet §4", root=Size(32), shared=Size(32), turn_secret=Size(32))
def turn(root: bytes, shared: bytes, turn_secret: bytes) -> Values:
    follows, chain, header_key = _turn(root, shared, turn_secret)
    return {"root": follows, "chain": chain.key, "next header key": header_key.raw}


@derivation("04-ratchet §5.1", root=Size(32), secret=Size(32), epoch=7)
def epoch_chains(root: bytes, secret: bytes, epoch: int) -> Values:
    follows, initiators, responders, turn_secret = _derive(root, secret, epoch, True)
    return {
        "root": follows,
        "initiator's chain": initiators,
        "responder's chain": responders,
        "turn secret": turn_secret,
    }


@derivation("04-ratchet §5.3", seed=Size(32), shared=Size(32), ek=Size(1184), ct=Size(1088))
def hop_epoch(seed: bytes, shared: bytes, ek: bytes, ct: bytes) -> Values:
    """Epoch 1, from the handshake's hop authenticator."""
    first = Auth.start(seed)
    second, secret = first.agree(1, shared, ek, ct)
    return {
        "auth 1": first.root + first.mac_key,
        "K 1": secret,
        "auth 2": second.root + second.mac_key,
        "field of EK 2": second.field(EK, 2, ek),
        "field of CT 1": second.field(CT, 1, ct),
    }


@derivation("04-ratchet §6.2", header_key=Size(32), nonce=Size(12), context=Size(65), dh=Size(32))
def sealed_header(header_key: bytes, nonce: bytes, context: bytes, dh: bytes) -> Values:
    """previous 3, number 5, label 9, index 4, begun under label 8."""
    header = Header(dh, 3, 5, 9, 4, 8).encode()
    return {"header": header, "sealed": HeaderKey(header_key).seal(nonce, header, context)}


@derivation("04-ratchet §6.4", pq_key=Size(32), ec_key=Size(32), nonce=Size(12), bound=Size(137))
def hybrid_message_key(pq_key: bytes, ec_key: bytes, nonce: bytes, bound: bytes) -> Values:
    prk = hkdf_extract(pq_key, ec_key)
    key, commitment = message_keys(prk, nonce, bound)
    return {"prk": prk, "key": key, "commitment": commitment}


@derivation("04-ratchet §6.4", session=Size(32), initiator=Size(16), responder=Size(16))
def direction(session: bytes, initiator: bytes, responder: bytes) -> Values:
    to_responder, to_initiator = contexts(session, initiator, responder)
    return {"to the responder": to_responder, "to the initiator": to_initiator}


# --- content and relay -----------------------------------------------------------------------


@derivation(
    "06-content §1",
    id=Size(16),
    previous=Size(32),
    conversation=Size(32),
    token=Size(16),
    manifest=Size(64),
)
def contents(
    id: bytes, previous: bytes, conversation: bytes, token: bytes, manifest: bytes
) -> Values:
    """One of each kind, counter 7, at 1,800,000,000,123 ms."""
    bodies: dict[str, Body] = {
        "control": Control(),
        "text": Text("gr\u00fc\u00dfe"),
        "receipt": Receipt((id,), True),
        "typing": Typing(True),
        "profile": Profile("Alice", token, manifest),
        "text with everything": Text(
            "see",
            Quote(previous, id, "gr\u00fc\u00dfe"),
            File("a.png", 70_000, previous, conversation, previous),
            3600,
            forwarded=True,
        ),
        "react": React(previous, id, "\u2615"),
        "edit": Edit(id, "gr\u00fcezi"),
        "delete": Delete(id),
        "timer": Timer(3600, 1),
    }
    said = {
        name: Content.saying(
            body,
            id=id,
            counter=7,
            previous=previous,
            conversation=conversation,
            time=1_800_000_000_123,
        )
        for name, body in bodies.items()
    }
    encoded = {name: each.encode() for name, each in said.items()}
    return {**encoded, "digest of text": said["text"].digest()}


@derivation("07-relay §3.5", token=Size(16))
def delivery_token(token: bytes) -> Values:
    return {"hash": delivery_token_hash(token)}


@derivation("07-relay §3.1", nonce=Size(32), binding=Size(32), account=Size(32), device=Size(16))
def login(nonce: bytes, binding: bytes, account: bytes, device: bytes) -> Values:
    """To relay.example."""
    return {"signed": login_object("relay.example", nonce, binding, account, device)}


@derivation(
    "07-relay §4.2", mailbox=Size(16), token=Size(16), envelope_id=Size(16), envelope=Size(2048)
)
def submit_frame(mailbox: bytes, token: bytes, envelope_id: bytes, envelope: bytes) -> Values:
    """The call with id 9."""
    return {"frame": encode(Call(9, Submit(mailbox, token, envelope_id, envelope)))}
