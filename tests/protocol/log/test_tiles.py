import pytest

from doorless_protocol import merkle
from doorless_protocol.errors import MalformedError
from doorless_protocol.log.tiles import Tile, bundle, hashes
from doorless_protocol.log.tree import MemoryTree


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(1, 67, 8), "tile/1/067.p/8"),
        (Tile(None, 1000, 255), "tile/entries/x001/000.p/255"),
    ],
)
def test_a_tile_has_one_path(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.parse(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        *("", "tile/0", "tile/0/1", "tile/0/0000", "tile/00/000", "tile/8/000", "tile/-1/000"),
        *("tile/0/x000/001", "tile/0/001.p/0", "tile/0/001.p/256", "tile/0/001.p/257"),
        *("tile/0/001.p/08", "tile/0/001/", "/tile/0/001", "tile/0/001\n", "tile/data/001"),
        *(
            "tile/0/../001",
            "tile/0/\u0660\u0660\u0661",
            "tile/0/" + "x001/" * 6 + "001",
            "tile/0/001.p/",
        ),
    ],
)
def test_no_other_path_is_taken(path: str) -> None:
    with pytest.raises(MalformedError):
        Tile.parse(path)


def test_a_tile_holds_the_hashes_of_its_level() -> None:
    tree = MemoryTree()
    entries = [b"%d" % at for at in range(600)]
    for entry in entries:
        tree.append(entry)
    full = hashes(tree, Tile(0, 1))
    assert full == b"".join(merkle.leaf_hash(entry) for entry in entries[256:512])
    assert hashes(tree, Tile(0, 2, 88)) == b"".join(merkle.leaf_hash(e) for e in entries[512:])
    above = hashes(tree, Tile(1, 0, 2))
    assert above == merkle.root(entries[:256]) + merkle.root(entries[256:512])
    with pytest.raises(ValueError, match="entries"):
        hashes(tree, Tile(None, 0))


def test_a_log_has_the_tiles_that_it_filled() -> None:
    assert Tile(0, 1, 88).is_within(344)
    assert not Tile(0, 1, 89).is_within(344)
    assert not Tile(0, 1).is_within(344)
    assert Tile(1, 0, 1).is_within(511)
    assert not Tile(1, 0, 2).is_within(511)
    assert Tile(None, 0, 5).is_within(5)


def test_a_bundle_holds_entries_behind_their_lengths() -> None:
    assert bundle([b"abc", b""]) == b"\x00\x03abc\x00\x00"
