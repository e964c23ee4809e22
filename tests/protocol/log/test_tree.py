from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol import merkle
from doorless_protocol.encoding import MAX_NUMBER
from doorless_protocol.errors import ProofError
from doorless_protocol.log.tree import (
    MemoryTree,
    appended,
    consistency_path,
    inclusion_path,
    root,
    verify_consistency,
)
from doorless_protocol.primitives import sha256

ENTRIES = [b"%d" % at for at in range(300)]


def grown(size: int) -> MemoryTree:
    tree = MemoryTree()
    for entry in ENTRIES[:size]:
        tree.append(entry)
    return tree


TREE = grown(300)


def test_the_hashes_are_those_of_rfc_6962(vectors) -> None:
    constants = vectors("transparency-dev-merkle/rfc6962_constants.json")
    assert root(TREE, 0).hex() == constants["empty_root"]
    for case in constants["leaf_hash"]:
        assert merkle.leaf_hash(bytes.fromhex(case["data_hex"])).hex() == case["hash"]
    for case in constants["node_hash"]:
        pair = bytes.fromhex(case["left_hex"]), bytes.fromhex(case["right_hex"])
        assert merkle.node_hash(*pair).hex() == case["hash"]


def test_others_consistency_proofs_verify_and_their_broken_ones_do_not(vectors) -> None:
    cases = vectors("transparency-dev-merkle/testdata/consistency")
    assert len(cases) > 40
    happy = []
    for case in cases:
        claim = (
            case["size1"],
            b64decode(case["root1"] or ""),
            case["size2"],
            b64decode(case["root2"] or ""),
            [b64decode(each) for each in case["proof"] or ()],
        )
        # Ours also refuses the empty log, of which nothing is proved, and roots of other sizes.
        if case["wantErr"] or not claim[0] or len(claim[1]) != 32:
            with pytest.raises(ProofError):
                verify_consistency(*claim)
        else:
            verify_consistency(*claim)
            happy.append(case["desc"])
    assert happy == ["happy path"]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 100, 255, 256, 257, 300])
def test_the_nodes_of_a_store_give_the_tree_of_merkle_py(size: int) -> None:
    assert grown(size).root == root(TREE, size) == merkle.root(ENTRIES[:size])
    for index in {0, size // 2, size - 1}:
        path = inclusion_path(TREE, index, size)
        assert path == merkle.inclusion_path(ENTRIES[:size], index)
        merkle.verify_inclusion(ENTRIES[index], index, size, path, root(TREE, size))


@pytest.mark.parametrize("size", [*range(16), 255, 256])
def test_an_entry_completes_one_node_and_each_that_it_ends(size: int) -> None:
    nodes = appended(TREE, size, sha256(b"leaf"))
    ends = next(level for level in range(64) if not size >> level & 1)
    assert [(level, index) for level, index, _ in nodes] == [
        (level, size >> level) for level in range(ends + 1)
    ]


def test_every_earlier_log_is_proved_to_be_continued() -> None:
    for new in range(1, 34):
        for old in range(1, new + 1):
            path = consistency_path(TREE, old, new)
            verify_consistency(old, root(TREE, old), new, root(TREE, new), path)


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_what_was_changed_in_a_proof_is_refused(one, other, data) -> None:
    old, new = sorted((one, other))
    path = consistency_path(TREE, old, new)
    roots = root(TREE, old), root(TREE, new)
    wrong = data.draw(
        st.sampled_from(
            [
                (old, roots[0], new, roots[1], (*path, roots[0])),
                (old, roots[0], new, roots[1], (roots[0], *path)),
                (old, sha256(roots[0]), new, roots[1], path),
                (old, roots[0], new, sha256(roots[1]), path),
                (old, roots[0], new, roots[1][:31], path),
                (0, sha256(b""), new, roots[1], path),
                (new + 1, roots[1], new, roots[1], path),
                *(
                    (old, roots[0], new, roots[1], (*path[:at], sha256(path[at]), *path[at + 1 :]))
                    for at in range(len(path))
                ),
                *(
                    (old, roots[0], new, roots[1], (*path[:at], *path[at + 1 :]))
                    for at in range(len(path))
                ),
                *((old, roots[0], new, roots[1], path[::-1]) for _ in path[1:2]),
            ]
        )
    )
    if wrong[4] == path[::-1] == path:
        return
    with pytest.raises(ProofError):
        verify_consistency(*wrong)


@pytest.mark.parametrize(
    ("old", "new", "hashes"),
    [
        (0, 0, 0),
        (0, 1, 0),
        (1, 0, 0),
        (2**63, 2**63, 0),
        (1, 2**63, 63),
        (1, 2**53, 53),
        (3, 5, 64),
    ],
)
def test_sizes_and_paths_that_no_log_has_are_refused(old: int, new: int, hashes: int) -> None:
    with pytest.raises(ProofError):
        verify_consistency(old, sha256(b"a"), new, sha256(b"a"), [sha256(b"b")] * hashes)


def test_a_proof_between_larger_logs_serves_no_smaller_ones() -> None:
    """From 11 to 12 begins as from 3 to 4 does, and goes on where that has come to the root."""
    path = consistency_path(TREE, 11, 12)
    verify_consistency(11, root(TREE, 11), 12, root(TREE, 12), path)
    with pytest.raises(ProofError):
        verify_consistency(3, root(TREE, 11), 4, root(TREE, 12), path)


def test_the_largest_log_that_there_is_continues_itself() -> None:
    verify_consistency(MAX_NUMBER, sha256(b"a"), MAX_NUMBER, sha256(b"a"), ())


def test_the_same_size_has_the_same_root_and_an_empty_path() -> None:
    verify_consistency(5, root(TREE, 5), 5, root(TREE, 5), ())
    with pytest.raises(ProofError):
        verify_consistency(5, root(TREE, 5), 5, root(TREE, 6), ())
    with pytest.raises(ProofError):
        verify_consistency(5, root(TREE, 5), 5, root(TREE, 5), (root(TREE, 5),))


def test_a_longer_log_is_not_proved_by_no_path_at_all() -> None:
    for old in (3, 4):
        with pytest.raises(ProofError):
            verify_consistency(old, root(TREE, old), 7, root(TREE, 7), ())


def test_what_cannot_be_proved_is_the_callers_mistake() -> None:
    for index, size in ((0, 0), (-1, 3), (3, 3)):
        with pytest.raises(ValueError, match="entry"):
            inclusion_path(TREE, index, size)
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="continue"):
            consistency_path(TREE, old, new)
