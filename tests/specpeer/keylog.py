"""The key log's derivations. docs/spec/09-key-log.md."""

from base64 import b64encode
from typing import Any

from specpeer import crypto, edwards, merkle
from specpeer.crypto import sha256

Values = dict[str, Any]
DAY = 86_400_000


def u(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def _label_index(vrf_seed: bytes, label: str) -> Values:
    alpha = b"kt-label/v1" + u(2, 1) + u(len(label), 2) + label.encode()
    key, proof, output = edwards.vrf(vrf_seed, alpha)
    return {"key": key, "proof": proof, "index": output[:32]}


def _label_chain(
    index: bytes, label: str, epochs: list[int], openings: list[bytes], records: list[bytes]
) -> Values:
    key = bytes.fromhex("d821f8790d97709796b4d7903357c3f5")
    head, committed, heads = bytes(32), [], []
    for at, (epoch, opening, record) in enumerate(zip(epochs, openings, records, strict=True), 1):
        named = u(len(label), 1) + label.encode() + u(at, 4) + u(len(record), 4) + record
        committed.append(crypto.hmac_sha256(key, opening + named))
        head = sha256(b"kt-head/v1" + index + u(at, 8) + u(epoch, 8) + head + committed[-1])
        heads.append(head)
    return {"commitments": committed, "heads": heads}


def _bit(key: bytes, at: int) -> int:
    return int.from_bytes(key, "big") >> 255 - at & 1


def _tree(pairs: dict[bytes, bytes], wanted: bytes) -> tuple[bytes, list[list[Any]], bytes]:
    """Root, the path that `wanted` leads down, and the key at its end."""
    if len(pairs) == 1:
        [(key, value)] = pairs.items()
        return sha256(b"\0\x20" + key + b"\x20" + value), [], key
    bit = next(at for at in range(256) if len({_bit(key, at) for key in pairs}) == 2)
    sides = [{k: v for k, v in pairs.items() if _bit(k, bit) == side} for side in (0, 1)]
    (left, *below_left), (right, *below_right) = (_tree(side, wanted) for side in sides)
    path, end = (below_left, below_right)[_bit(wanted, bit)]
    varint = u(bit, 1) if bit < 128 else bytes((bit % 128 + 128, bit // 128))
    step = [bit, (right, left)[_bit(wanted, bit)]]
    return sha256(b"\1" + varint + left + right), [*path, step], end


def _map_root(keys: list[bytes], values: list[bytes], absent: bytes) -> Values:
    pairs = dict(zip(keys, values, strict=True))
    root, path, _ = _tree(pairs, keys[1])
    _, other, end = _tree(pairs, absent)
    return {
        "root": root,
        "path of the second key": path,
        "path of the absent key": other,
        "leaf instead": [end, pairs[end]],
    }


def _configuration(ed25519_seed: bytes, mldsa44: bytes, vrf_seed: bytes) -> bytes:
    origin, policy = b"relay.example/keys", b"quorum none\n"
    keys = crypto.ed25519_public(ed25519_seed) + mldsa44 + edwards.vrf(vrf_seed, b"")[0]
    times = b"".join(u(each, 4) for each in (86_400, 10, 300, 900, 120, 34_560_000))
    return b"KTC1" + u(len(origin), 1) + origin + keys + times + u(len(policy), 2) + policy


def _log_configuration(ed25519_seed: bytes, mldsa44: bytes, vrf_seed: bytes) -> Values:
    made = _configuration(ed25519_seed, mldsa44, vrf_seed)
    return {"configuration": made, "hash": sha256(b"kt-config/v1" + made)}


def _epoch_leaves(key: bytes, index: bytes, commitment: bytes, root: bytes) -> Values:
    config = sha256(b"kt-config/v1" + _configuration(key, bytes(1312), key))
    leaves: list[bytes] = []
    anchor = anchor_epoch = anchors = 0
    before, day = bytes(32), -1
    for epoch, time in enumerate((1_800_000_000_000, 1_800_000_010_000, 1_800_086_400_000)):
        deltas = [] if epoch else [index + commitment]
        is_anchor = time // DAY > day
        anchor = anchors + 1 if is_anchor else 0
        changes = merkle.root(deltas) + u(len(deltas), 4) + u(anchor, 4)
        leaf = b"KTE1" + u(epoch, 8) + u(time, 8) + root + u(1, 8) + changes
        leaves.append(leaf + u(anchor_epoch, 8) + before + config)
        if is_anchor:
            before, day = sha256(b"\0" + leaves[-1]), time // DAY
            anchors, anchor_epoch = anchor, epoch
    return {"leaves": leaves, "hashes": [sha256(b"\0" + leaf) for leaf in leaves]}


def _cosigned_text(root: bytes, ed25519: bytes) -> Values:
    public, name, origin = crypto.ed25519_public(ed25519), b"w.example/1", b"relay.example/keys"
    typed = b"\4" + public
    key_id = sha256(name + b"\n" + typed)[:4].hex()
    text = origin + b"\n7\n" + b64encode(root) + b"\n"
    structure = b"subtree/v1\n\0" + u(len(name), 1) + name + u(1_800_000_000, 8)
    structure += u(len(origin), 1) + origin + u(0, 8) + u(7, 8) + root
    return {
        "key": f"{name.decode()}+{key_id}+{b64encode(typed).decode()}",
        "checkpoint": text,
        "ed25519 signs": b"cosignature/v1\ntime 1800000000\n" + text,
        "ml-dsa-44 signs": structure,
    }


DERIVED = {
    "label index": _label_index,
    "label chain": _label_chain,
    "map root": _map_root,
    "log configuration": _log_configuration,
    "epoch leaves": _epoch_leaves,
    "cosigned text": _cosigned_text,
}
