"""Derivations of the key log: docs/spec/09-key-log.md. Importing it registers them."""

from derivations import Size, Values, derivation

from doorless_protocol.log.chain import Opened, Step, walk
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.cosignature import cosigned_message
from doorless_protocol.log.epoch import Delta, next_leaf
from doorless_protocol.log.label import Index, Label, locate
from doorless_protocol.log.map_update import MemoryMap
from doorless_protocol.log.note import Algorithm, Vkey
from doorless_protocol.log.vrf import VrfKey
from doorless_protocol.primitives import ed25519_public


def _config(ed25519_seed: bytes, mldsa44: bytes, vrf_seed: bytes) -> LogConfig:
    public, vrf = ed25519_public(ed25519_seed), VrfKey.from_seed(vrf_seed).public
    return LogConfig("relay.example/keys", public, mldsa44, vrf)


@derivation("09-key-log §3.1", vrf_seed=Size(32), label="alice")
def label_index(vrf_seed: bytes, label: str) -> Values:
    key = VrfKey.from_seed(vrf_seed)
    index, proof = locate(key, Label(label))
    return {"key": key.public, "proof": proof, "index": index}


@derivation(
    "09-key-log §3.4",
    index=Size(32),
    label="alice",
    epochs=[4, 9],
    openings=[bytes(16), bytes(range(16))],
    records=[b"first record", b"second record"],
)
def label_chain(
    index: bytes, label: str, epochs: list[int], openings: list[bytes], records: list[bytes]
) -> Values:
    opened = [Opened(*pair) for pair in zip(openings, records, strict=True)]
    committed = [each.commitment(Label(label), at) for at, each in enumerate(opened, 1)]
    steps = [Step(*pair) for pair in zip(epochs, committed, strict=True)]
    heads = walk(Index(index), 0, bytes(32), steps)
    return {"commitments": committed, "heads": list(heads)}


@derivation(
    "09-key-log §4.1",
    keys=[bytes(32), bytes(31) + b"\1", b"\x80" + bytes(31), b"\xff" * 32],
    values=[b"a" * 32, b"b" * 32, b"c" * 32, b"d" * 32],
    absent=b"\xc0" + bytes(31),
)
def map_root(keys: list[bytes], values: list[bytes], absent: bytes) -> Values:
    built = MemoryMap()
    built.set(dict(zip(keys, values, strict=True)))
    there, instead = built.prove(keys[1])[0], built.prove(absent)[0]
    return {
        "root": built.root,
        "path of the second key": [list(step) for step in there.steps],
        "path of the absent key": [list(step) for step in instead.steps],
        "leaf instead": [] if instead.other is None else list(instead.other),
    }


@derivation("09-key-log §6.5", ed25519_seed=Size(32), mldsa44=Size(1312), vrf_seed=Size(32))
def log_configuration(ed25519_seed: bytes, mldsa44: bytes, vrf_seed: bytes) -> Values:
    config = _config(ed25519_seed, mldsa44, vrf_seed)
    return {"configuration": config.encode(), "hash": config.hash}


@derivation("09-key-log §5.2", key=Size(32), index=Size(32), commitment=Size(32), root=Size(32))
def epoch_leaves(key: bytes, index: bytes, commitment: bytes, root: bytes) -> Values:
    """An anchor, an epoch of the same day, and the anchor of the next."""
    config, deltas = _config(key, bytes(1312), key), [Delta(Index(index), commitment)]
    first = next_leaf(None, None, 1_800_000_000_000, root, 1, deltas, config)
    second = next_leaf(first, first, 1_800_000_010_000, root, 1, [], config)
    third = next_leaf(second, first, 1_800_086_400_000, root, 1, [], config)
    leaves = first, second, third
    return {"leaves": [leaf.encode() for leaf in leaves], "hashes": [leaf.hash for leaf in leaves]}


@derivation("09-key-log §6.3", root=Size(32), ed25519=Size(32))
def cosigned_text(root: bytes, ed25519: bytes) -> Values:
    """What a witness signs; the key here is the one of this seed."""
    key = Vkey("w.example/1", Algorithm.COSIGNATURE, ed25519_public(ed25519))
    long = Vkey("w.example/1", Algorithm.MLDSA44, bytes(1312))
    checkpoint = Checkpoint("relay.example/keys", 7, root)
    return {
        "key": key.encode(),
        "checkpoint": checkpoint.text(),
        "ed25519 signs": cosigned_message(key, checkpoint, 1_800_000_000),
        "ml-dsa-44 signs": cosigned_message(long, checkpoint, 1_800_000_000),
    }
