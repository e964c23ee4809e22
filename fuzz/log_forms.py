"""Targets: what a key log is made of, and that whatever verifies is true."""

from collections.abc import Callable
from typing import Any

from doorless_protocol.errors import MalformedError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.entry import EntryProof
from doorless_protocol.log.epoch import EpochLeaf, decode_deltas, encode_deltas
from doorless_protocol.log.label import Label
from doorless_protocol.log.map import Inner, Leaf, Ref, decode_node, encode_node
from doorless_protocol.log.note import Algorithm, Note, Vkey
from doorless_protocol.log.policy import Policy
from doorless_protocol.log.proofs import decode_records, encode_records
from doorless_protocol.log.receipt import Receipt
from doorless_protocol.log.record import Record
from doorless_protocol.log.tiles import Tile
from doorless_protocol.log.tree import MemoryTree, consistency_path, verify_consistency
from doorless_protocol.primitives import sha256
from fuzz.harness import Target, attempt, check_one_form, edit, promise
from fuzz.keylog import ALICE, CONFIG, LOG, OWNER

_HASH = 32
_LOOKED = LOG.lookup(ALICE)
_HEAD, _ENTRY = _LOOKED.head, _LOOKED.entries[0]
_ROOT = _HEAD.leaf.map_root
_ABSENT = LOG.lookup(Label("bob")).entries[0]
_OPENED = tuple(each for each in _ENTRY.chain.opened if each is not None)
_DELTAS = sha256(b"index 1") + bytes(_HASH), sha256(b"index 2") + bytes(_HASH)
_COSIGNER = Cosigner.from_seed("w.example/1", Algorithm.COSIGNATURE, bytes(_HASH))
_POLICY = f"witness W {_COSIGNER.vkey.encode()}\ngroup g 1 W\nquorum g\n"
_ROWS = Leaf(bytes(_HASH), bytes(_HASH)), Inner(9, b"\0\0", Ref(1, bytes(32)), Ref(2, bytes(32)))

_TREE, _ROOTS = MemoryTree(), [b""]
for _at in range(13):
    _TREE.append(b"%d" % _at)
    _ROOTS.append(_TREE.root)

Form = tuple[Callable[[bytes], Any], Callable[[Any], bytes], bytes]


def _text(data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise MalformedError("not ASCII") from None


def _form(taken: Any) -> bytes:
    """What has an `encode` of its own."""
    encoded: bytes = taken.encode()
    return encoded


FORMS: tuple[Form, ...] = (
    (Record.decode, _form, _OPENED[-1].record),
    (EpochLeaf.decode, _form, _HEAD.leaf.encode()),
    (Receipt.decode, _form, OWNER.chain.update.receipt.encode()),
    (EntryProof.decode, _form, _ENTRY.encode()),
    (EntryProof.decode, _form, _ABSENT.encode()),
    (Note.decode, _form, _HEAD.note.encode()),
    (Checkpoint.parse, Checkpoint.text, _HEAD.note.text),
    (decode_deltas, encode_deltas, b"".join(sorted(_DELTAS))),
    (decode_records, encode_records, encode_records(_OPENED)),
    *((decode_node, encode_node, encode_node(row)) for row in _ROWS),
    (lambda data: Vkey.parse(_text(data)), lambda key: key.encode().encode(),
     _COSIGNER.vkey.encode().encode()),
    (lambda data: Policy.parse(_text(data)), lambda policy: policy.text.encode(),
     _POLICY.encode()),
    (lambda data: Tile.parse(_text(data)), lambda tile: tile.path.encode(),
     b"tile/0/x001/234.p/8"),
)  # fmt: skip


def log_form(data: bytes) -> None:
    """Of everything that is signed, hashed or kept."""
    decode, encode, honest = FORMS[data[0] % len(FORMS)] if data else FORMS[0]
    check_one_form(decode, encode, edit(honest, data[1:]))


def log_proof(data: bytes) -> None:
    """Proofs of labels, of their absence, and of growth: edited, they prove what they proved."""
    choice, script = (data[0] % 3, data[1:]) if data else (0, b"")
    if choice == 2:
        _growth(script)
        return
    label, honest = ((ALICE, _ENTRY), (Label("bob"), _ABSENT))[choice]
    taken = attempt(lambda: EntryProof.decode(edit(honest.encode(), script)))
    if taken is None:
        return
    proved = attempt(lambda: (taken.check(CONFIG, label, _ROOT),))
    if proved is not None:
        [entry], [known] = proved, (honest.check(CONFIG, label, _ROOT),)
        promise((entry is None) == (known is None), "there and not there")
        promise(taken.location == honest.location, "two proofs of one index")
        if entry is not None and known is not None:
            promise(entry.head == known.head, "two heads of one label")


def _growth(script: bytes) -> None:
    old, new = (script[0] % 15, script[1] % 15) if len(script) > 1 else (5, 13)
    if not 1 <= old <= new <= 13:
        old, new = 5, 13
    honest = consistency_path(_TREE, old, new)
    edited = edit(b"".join(honest), script[2:])
    path = tuple(edited[at : at + _HASH] for at in range(0, len(edited), _HASH))
    roots = old, _ROOTS[old], new, _ROOTS[new]
    if attempt(lambda: (verify_consistency(*roots, path),)) is not None:
        promise(path == honest, "two proofs of one growth")


def _longer(choice: int, honest: bytes) -> bytes:
    """The script that puts one byte behind the end."""
    return bytes((choice, 4, *len(honest).to_bytes(2, "big"), 0))


TARGETS = (
    Target("log_form", "one form of records, leaves, receipts, notes, policies, rows", log_form,
           tuple(_longer(at, honest) for at, (_, _, honest) in enumerate(FORMS))),
    Target("log_proof", "a proof that verifies proves what is true", log_proof,
           tuple(bytes((choice, *rest)) for choice in range(3)
                 for rest in ((), (1, 0, 90, 1), (1, 0, 20, 1), (5, 0, 81, 32)))),
)  # fmt: skip
