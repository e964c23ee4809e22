from collections.abc import Iterator
from math import log2
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log.map import (
    EMPTY_ROOT,
    MAX_DEPTH,
    Inner,
    Leaf,
    Node,
    Path,
    Ref,
    bit_of,
    decode_node,
    encode_node,
    inner_hash,
    leaf_hash,
    prove,
    root_hash,
    verify_absence,
    verify_inclusion,
)
from doorless_protocol.log.map_update import MemoryMap, update
from doorless_protocol.primitives import sha256

# Keys that share long prefixes, and keys that share none.
keys = st.one_of(
    st.binary(min_size=32, max_size=32),
    st.integers(0, 15).map(lambda low: bytes(31) + bytes((low,))),
    st.integers(0, 255).map(lambda bit: (1 << bit).to_bytes(32, "big")),
)
values = st.binary(min_size=32, max_size=32)
contents = st.dictionaries(keys, values, max_size=24)


def cases(lines: list[str]) -> Iterator[tuple[dict[bytes, bytes], str]]:
    held: dict[bytes, bytes] = {}
    for line in lines:
        word, *rest = line.split()
        if word == "kv":
            held[bytes.fromhex(rest[0])] = bytes.fromhex(rest[1])
        elif word == "hash":
            yield held, rest[0]
            held = {}


def test_the_tree_hashes_of_torchwood_hold(vectors) -> None:
    tried = 0
    for held, expected in cases(vectors("torchwood/mpt_treehash_subset.txt")):
        if all(len(key) == 32 for key in held):
            built = MemoryMap()
            built.set(held)
            assert built.root.hex() == expected
        else:
            [(key, value)] = held.items()
            assert leaf_hash(key, value).hex() == expected
        tried += 1
    assert tried == 10


@given(contents, contents, keys)
def test_what_is_there_is_proved_and_what_is_not_is_proved_absent(first, then, other) -> None:
    built = MemoryMap()
    built.set(first)
    built.set(then)
    held = first | then
    assert built.count == len(held)
    for key, value in held.items():
        path, found = built.prove(key)
        assert found == value == built.get(key)
        verify_inclusion(path, key, value, built.root)
        with pytest.raises(ProofError):
            verify_absence(path, key, built.root)
        with pytest.raises(ProofError):
            verify_inclusion(path, key, sha256(value), built.root)
    if other not in held:
        path, found = built.prove(other)
        assert found is None
        verify_absence(path, other, built.root)
        with pytest.raises(ProofError):
            verify_inclusion(path, other, bytes(32), built.root)


@given(contents, contents)
def test_the_order_of_changes_does_not_show_in_the_root(first, then) -> None:
    built, at_once = MemoryMap(), MemoryMap()
    built.set(first)
    built.set(then)
    at_once.set(first | then)
    assert built.root == at_once.root
    assert len(built._nodes) == max(0, 2 * len(first | then) - 1)  # nothing stale is kept


class Rows(dict[int, Node]):
    def node(self, id: int) -> Node:
        return self[id]


@given(st.lists(contents.filter(bool), min_size=2, max_size=4))
def test_an_old_root_is_read_like_the_newest(batches) -> None:
    rows, root, next_id, held = Rows(), None, 1, {}
    versions = [(root, dict(held))]
    for batch in batches:
        made = update(rows, root, batch, next_id)
        assert [id for id, _ in made.nodes] == list(range(next_id, made.next_id))
        rows.update(made.nodes)
        root, next_id, held = made.root, made.next_id, held | batch
        versions.append((root, held))
    for root, held in versions:
        for key in {key for batch in batches for key in batch}:
            path, value = prove(rows, root, key)
            assert value == held.get(key)
            if value is None:
                verify_absence(path, key, root_hash(root))
            else:
                verify_inclusion(path, key, value, root_hash(root))


@given(contents, contents.filter(bool))
def test_stale_is_what_the_new_root_no_longer_reaches(first, then) -> None:
    rows = Rows()
    made = update(rows, None, first, 1)
    rows.update(made.nodes)
    again = update(rows, made.root, then, made.next_id)
    rows.update(again.nodes)
    assert set(again.stale) == reached(rows, made.root) - reached(rows, again.root)
    assert again.added == len(then.keys() - first.keys())


def reached(rows: Rows, root: Ref | None) -> set[int]:
    if root is None:
        return set()
    node = rows[root.id]
    children = (
        reached(rows, node.left) | reached(rows, node.right) if type(node) is Inner else set()
    )
    return {root.id} | children


def test_no_change_changes_nothing() -> None:
    made = update(Rows(), None, {}, 5)
    assert (made.root, made.added, made.nodes, made.stale, made.next_id) == (None, 0, (), (), 5)


def test_a_batch_touches_the_nodes_above_it_and_no_others() -> None:
    random = Random(7)
    rows, size, batch = Rows(), 4096, 64
    made = update(rows, None, {random.randbytes(32): bytes(32) for _ in range(size)}, 1)
    rows.update(made.nodes)
    changed = dict.fromkeys(
        random.sample([n.key for n in rows.values() if type(n) is Leaf], batch), bytes(32)
    )
    touched = len(update(rows, made.root, changed, made.next_id).nodes)
    assert touched <= 1.15 * batch * (log2(size / batch) + 1.4) + batch


def test_keys_of_a_vrf_lie_about_log2_deep() -> None:
    random = Random(8)
    built = MemoryMap()
    held = [random.randbytes(32) for _ in range(3000)]
    built.set(dict.fromkeys(held, bytes(32)))
    depths = [len(built.prove(key)[0].steps) for key in held[:300]]
    assert abs(sum(depths) / len(depths) - log2(3000)) < 1
    assert max(depths) < MAX_DEPTH / 2


@given(contents.filter(lambda held: len(held) > 1), st.data())
def test_what_was_changed_in_a_path_is_refused(held, data) -> None:
    built = MemoryMap()
    built.set(held)
    key = data.draw(st.sampled_from(sorted(held)))
    path, value = built.prove(key)
    assert value is not None
    steps = path.steps
    at = data.draw(st.integers(0, len(steps) - 1))
    bit, sibling = steps[at]
    wrong = [
        (*steps[:at], *steps[at + 1 :]),
        (*steps, steps[-1]),
        (*steps[:at], (bit, sha256(sibling)), *steps[at + 1 :]),
        (*steps[:at], ((bit + 1) % 256, sibling), *steps[at + 1 :]),
        (*steps[:at], (bit, sibling[:31]), *steps[at + 1 :]),
        *([steps[::-1]] if len(steps) > 1 else []),
    ]
    for changed in wrong:
        with pytest.raises(ProofError):
            verify_inclusion(Path(tuple(changed)), key, value, built.root)
    with pytest.raises(ProofError):
        verify_inclusion(Path(steps, Leaf(key, value)), key, value, built.root)
    with pytest.raises(ProofError):
        verify_inclusion(path, key, value, EMPTY_ROOT)


def test_absence_is_not_shown_by_a_leaf_from_elsewhere() -> None:
    """Its path is good; but a key of ours would stand on the other side of one of its bits."""
    built = MemoryMap()
    left, right = bytes(32), b"\x80" + bytes(31)
    built.set({left: b"l" * 32, right: b"r" * 32})
    absent = b"\xc0" + bytes(31)
    path, _ = built.prove(absent)
    verify_absence(path, absent, built.root)
    elsewhere = Path(built.prove(left)[0].steps, Leaf(left, b"l" * 32))
    with pytest.raises(ProofError, match="would be"):
        verify_absence(elsewhere, absent, built.root)


def test_the_key_itself_does_not_show_its_absence() -> None:
    built = MemoryMap()
    built.set({bytes(32): b"v" * 32})
    with pytest.raises(ProofError, match="yet there"):
        verify_absence(Path((), Leaf(bytes(32), b"v" * 32)), bytes(32), built.root)


def test_only_the_empty_map_has_nothing_in_it() -> None:
    verify_absence(Path(()), bytes(32), EMPTY_ROOT)
    with pytest.raises(ProofError, match="not empty"):
        verify_absence(Path(()), bytes(32), sha256(b"a"))
    with pytest.raises(ProofError, match="not empty"):
        verify_absence(Path(((0, bytes(32)),)), bytes(32), EMPTY_ROOT)


def test_equal_bits_on_a_path_are_refused() -> None:
    """Else one leaf could be proved under two different keys of one tree."""
    key, value = bytes(32), b"v" * 32
    once = inner_hash(5, leaf_hash(key, value), sha256(b"s"))
    twice = inner_hash(5, once, sha256(b"t"))
    with pytest.raises(ProofError, match="decrease"):
        verify_inclusion(Path(((5, sha256(b"s")), (5, sha256(b"t")))), key, value, twice)


@pytest.mark.parametrize("bit", [-1, 256, 2**63])
def test_a_bit_that_no_key_has_is_refused(bit: int) -> None:
    with pytest.raises(ProofError):
        verify_inclusion(Path(((bit, bytes(32)),)), bytes(32), bytes(32), bytes(32))


def test_a_path_is_at_most_64_steps_long() -> None:
    steps = tuple((bit, bytes(32)) for bit in range(MAX_DEPTH, -1, -1))
    with pytest.raises(ProofError, match="65 steps"):
        verify_inclusion(Path(steps), bytes(32), bytes(32), bytes(32))
    root = leaf_hash(bytes(32), bytes(32))
    for bit, sibling in steps[1:]:
        root = inner_hash(bit, root, sibling)
    verify_inclusion(Path(steps[1:]), bytes(32), bytes(32), root)


@pytest.mark.parametrize(("key", "value"), [(31, 32), (33, 32), (32, 31), (32, 33)])
def test_keys_and_values_have_32_bytes(key: int, value: int) -> None:
    with pytest.raises(ProofError, match="size"):
        verify_inclusion(Path(()), bytes(key), bytes(value), leaf_hash(bytes(key), bytes(value)))
    with pytest.raises(ValueError, match="32 bytes"):
        MemoryMap().set({bytes(key): bytes(value)})


@settings(max_examples=40)
@given(contents)
def test_a_node_is_one_row_and_comes_back(held) -> None:
    for _, node in update(Rows(), None, held, 2**40).nodes:
        assert decode_node(encode_node(node)) == node
        if isinstance(node, Inner):
            assert len(encode_node(node)) == 82 + len(node.prefix)
            assert all(not bit_of(node.prefix, at) for at in range(node.bit, 8 * len(node.prefix)))


@pytest.mark.parametrize(
    "data", [b"", b"\x02", b"\x00" + bytes(63), b"\x00" + bytes(65), b"\x01\x09\x00"]
)
def test_a_row_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_node(data)
