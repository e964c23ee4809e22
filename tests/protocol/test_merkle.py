from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol import merkle
from doorless_protocol.errors import ProofError
from doorless_protocol.primitives import sha256

trees = st.lists(st.binary(max_size=40), min_size=1, max_size=40)


def test_the_root_is_the_one_of_rfc_6962() -> None:
    def leaf(data: bytes) -> bytes:
        return sha256(b"\x00" + data)

    def node(left: bytes, right: bytes) -> bytes:
        return sha256(b"\x01" + left + right)

    a, b, c = leaf(b"a"), leaf(b"b"), leaf(b"c")
    assert merkle.root([]) == sha256(b"")
    assert merkle.root([b"a"]) == a
    assert merkle.root([b"a", b"b", b"c"]) == node(node(a, b), c)


def test_others_inclusion_proofs_verify_and_their_broken_ones_do_not(vectors) -> None:
    cases = vectors("transparency-dev-merkle/testdata/inclusion")
    assert len(cases) == 49
    for case in cases:
        proved = (
            b64decode(case["leafHash"] or ""),
            case["leafIdx"],
            case["treeSize"],
            [b64decode(sibling) for sibling in case["proof"] or ()],
            b64decode(case["root"] or ""),
        )
        if case["wantErr"]:
            with pytest.raises(ProofError):
                merkle.verify_leaf_hash(*proved)
        else:
            merkle.verify_leaf_hash(*proved)


@given(trees, st.data())
def test_every_leaf_is_proved_at_its_place_and_nowhere_else(leaves, data) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.inclusion_path(leaves, index)
    root = merkle.root(leaves)
    assert len(path) == merkle.path_length(index, len(leaves))
    assert path == merkle.inclusion_paths(leaves)[index]
    merkle.verify_inclusion(leaves[index], index, len(leaves), path, root)
    with pytest.raises(ProofError):
        merkle.verify_inclusion(leaves[index] + b"x", index, len(leaves), path, root)
    with pytest.raises(ProofError):
        merkle.verify_inclusion(leaves[index], index, len(leaves), (*path, root), root)
    for other, leaf in enumerate(leaves):
        if leaf != leaves[index]:
            with pytest.raises(ProofError):
                merkle.verify_inclusion(leaf, index, len(leaves), path, root)
            with pytest.raises(ProofError):
                merkle.verify_inclusion(leaves[index], other, len(leaves), path, root)


def test_an_inner_node_does_not_pass_for_a_leaf() -> None:
    leaves = [b"a", b"b", b"c", b"d"]
    left = merkle.leaf_hash(b"a") + merkle.leaf_hash(b"b")
    right = merkle.inclusion_path(leaves, 0)[1]
    with pytest.raises(ProofError):
        merkle.verify_inclusion(left, 0, 2, [right], merkle.root(leaves))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 1), (1, 1), (2**63, 2**63), (5, 5)])
def test_a_place_outside_the_tree_proves_nothing(index, size) -> None:
    with pytest.raises(ProofError):
        merkle.verify_inclusion(b"a", index, size, [], merkle.root([b"a"]))


def test_no_leaves_have_no_paths() -> None:
    assert merkle.inclusion_paths([]) == []


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_hash_has_32_bytes(size: int) -> None:
    """Else a path whose pieces are cut in other places would lead to the same root."""
    leaves = [b"a", b"b"]
    (sibling,) = merkle.inclusion_path(leaves, 0)
    root = merkle.root(leaves)
    cut = sibling.ljust(size, b"\0")[:size]
    with pytest.raises(ProofError, match="32 bytes"):
        merkle.verify_inclusion(b"a", 0, 2, [cut], root)
    with pytest.raises(ProofError, match="32 bytes"):
        merkle.verify_inclusion(b"a", 0, 2, [sibling], root.ljust(size, b"\0")[:size])
    with pytest.raises(ProofError, match="32 bytes"):
        merkle.verify_leaf_hash(merkle.leaf_hash(b"a")[:31], 0, 2, [sibling], root)
