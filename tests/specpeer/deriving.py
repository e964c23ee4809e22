"""The published derivations, by the name of each."""

from typing import Any

from specpeer import crypto, files, initial, keylog, merkle
from specpeer.addresses import InviteLink, safety_number, safety_words
from specpeer.content import (
    CONTROL,
    DELETE,
    EDIT,
    PROFILE,
    REACT,
    RECEIPT,
    TEXT,
    TIMER,
    TYPING,
    Content,
    plain,
)
from specpeer.crypto import Recorded
from specpeer.epochs import Chain, Epochs
from specpeer.frames import encode, login_object, token_hash
from specpeer.handshake import Secrets
from specpeer.hop import CT, EK, Auth
from specpeer.identities import Device, account_id, account_signer, conversation_id
from specpeer.packing import Value, pack
from specpeer.ratchet import Header, size_for
from specpeer.signing import Signer
from specpeer.wire import Cursor, transcript_hash, u8, u64

Values = dict[str, Any]


def derive(name: str, given: Values) -> Values:
    """What the vector's `out` has to be."""
    elsewhere = {**keylog.DERIVED, **files.DERIVED}
    ours = globals().get("_" + name.replace(" ", "_")) or elsewhere[name]
    derived: Values = ours(**given)
    return derived


def _account_key(recovery_seed: bytes) -> Values:
    key = account_signer(recovery_seed).key
    return {"key": key, "account": account_id(key)}


def _conversation(one: bytes, other: bytes) -> Values:
    return {"conversation": conversation_id(one, other)}


def _public_keys(x25519_private: bytes, kem_seed: bytes, xwing_private: bytes) -> Values:
    public = crypto.x25519_public(x25519_private)
    return {
        "x25519": public,
        "agreed with itself": crypto.x25519(x25519_private, public),
        "ml-kem-768": crypto.kem768_public(kem_seed),
        "ml-kem-1024": crypto.kem1024_public(kem_seed),
        "x-wing": crypto.xwing_public(xwing_private),
    }


def _device_keys(drawn: bytes) -> Values:
    at = Cursor(drawn)
    tape = [("random", at.take(size)) for size in (16, 16, 64, 32, 64)]
    device = Device.draw(Recorded(tape, {}))
    return {"device": device.id, "mailbox": device.mailbox, "key": device.signer.key}


def _merkle_tree(leaves: list[bytes], index: int) -> Values:
    return {"root": merkle.root(leaves), "path": merkle.path(leaves, index)}


def _safety_number(one: bytes, other: bytes) -> Values:
    keys = Signer(one).key, Signer(other).key
    digits = safety_number(*keys)
    groups = [digits[at : at + 5] for at in range(0, 60, 5)]
    return {"groups": groups, "words": list(safety_words(*keys))}


def _invite_link(account: bytes, config: bytes, token: bytes) -> Values:
    link = InviteLink("relay.example:4433", "bob", account, config=config, token=token)
    return {"link": link.encode()}


def _transcript(label: str, fields: list[list[Any]]) -> Values:
    return {"hash": transcript_hash(label, [(name, value) for name, value in fields])}


def _handshake_secret(secret: bytes) -> Values:
    at = Cursor(secret)
    parts = Secrets(*(at.take(32) for _ in range(5)))
    return {
        "root": parts.root,
        "authenticator": parts.hop_authenticator,
        "chain": parts.hop_seed,
        "header_key_a": parts.header_a,
        "header_key_b": parts.header_b,
    }


def _first_contact(account: bytes, device: bytes, envelope_id: bytes) -> Values:
    return {"info": initial.info(account, device, envelope_id)}


def _sizes(contents: list[int]) -> Values:
    return {"envelopes": [size_for(bytes(size)) for size in contents]}


def _chain_step(key: bytes) -> Values:
    chain = Chain(key)
    message_key = chain.step()
    return {"key": chain.key, "message key": message_key}


def _turn(root: bytes, shared: bytes, turn_secret: bytes) -> Values:
    at = Cursor(crypto.hkdf(root, shared + turn_secret, b"doorless/1 root", 96))
    return {"root": at.take(32), "chain": at.take(32), "next header key": at.take(32)}


def _epoch_chains(root: bytes, secret: bytes, epoch: int) -> Values:
    epochs = Epochs(bytes(32), initiator=True)
    epochs.root = root
    epochs.derive(epoch, secret)
    assert epochs.ready
    assert epochs.coming
    return {
        "root": epochs.root,
        "initiator's chain": epochs.ready.key,
        "responder's chain": epochs.coming.key,
        "turn secret": epochs.next_turn,
    }


def _hop_epoch(seed: bytes, shared: bytes, ek: bytes, ct: bytes) -> Values:
    first = Auth.after(bytes(32), seed, 0)
    hashes = crypto.sha3_256(ek) + crypto.sha3_256(ct)
    secret = crypto.hkdf(first.root, shared, b"doorless/1 hop epoch" + u64(1) + hashes, 32)
    second = Auth.after(first.root, secret, 1)
    return {
        "auth 1": first.root + first.mac_key,
        "K 1": secret,
        "auth 2": second.root + second.mac_key,
        "field of EK 2": second.field(2, EK, ek),
        "field of CT 1": second.field(1, CT, ct),
    }


def _sealed_header(header_key: bytes, nonce: bytes, context: bytes, dh: bytes) -> Values:
    header = Header(dh, 3, 5, 9, 4, 1).encode()
    return {"header": header, "sealed": crypto.aead_seal(header_key, nonce, header, context)}


def _hybrid_message_key(pq_key: bytes, ec_key: bytes, nonce: bytes, bound: bytes) -> Values:
    prk = crypto.hkdf_extract(pq_key, ec_key)
    info = b"doorless/1 message" + nonce + bound
    at = Cursor(crypto.hkdf_expand(prk, info, 64))
    return {"prk": prk, "key": at.take(32), "commitment": at.take(32)}


def _direction(session: bytes, initiator: bytes, responder: bytes) -> Values:
    devices = initiator + responder
    return {
        "to the responder": session + u8(1) + devices,
        "to the initiator": session + u8(2) + devices,
    }


def _contents(
    id: bytes, previous: bytes, conversation: bytes, token: bytes, manifest: bytes
) -> Values:
    bodies: dict[str, tuple[int, Value]] = {
        "control": (CONTROL, []),
        "text": (TEXT, plain("grüße")),
        "receipt": (RECEIPT, [[id], True]),
        "typing": (TYPING, [True]),
        "profile": (PROFILE, ["Alice", token, manifest]),
        "text with everything": (
            TEXT,
            [
                "see",
                [previous, id, "grüße"],
                ["a.png", 70_000, previous, conversation, previous],
                3600,
                True,
            ],
        ),
        "react": (REACT, [previous, id, "☕"]),
        "edit": (EDIT, [id, "grüezi"]),
        "delete": (DELETE, [id]),
        "timer": (TIMER, [3600, 1]),
    }
    said = {
        name: Content(kind, id, 7, previous, conversation, 1_800_000_000_123, b"", pack(body))
        for name, (kind, body) in bodies.items()
    }
    encoded = {name: each.encode() for name, each in said.items()}
    return {**encoded, "digest of text": said["text"].digest}


def _delivery_token(token: bytes) -> Values:
    return {"hash": token_hash(token)}


def _login(nonce: bytes, binding: bytes, account: bytes, device: bytes) -> Values:
    return {"signed": login_object("relay.example", nonce, binding, account, device)}


def _submit_frame(mailbox: bytes, token: bytes, envelope_id: bytes, envelope: bytes) -> Values:
    return {"frame": encode(["call", 9, ["submit", mailbox, token, envelope_id, envelope]])}
