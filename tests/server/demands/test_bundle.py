"""A bundle is there whole or not at all, and every byte of it is in its manifest."""

import json
from pathlib import Path

import pytest

from doorless_server.demands import bundle
from doorless_server.demands.bundle import BundleError
from doorless_server.demands.disclosure import File

FILES = (File("response.json", b"{}"), File("ciphertext/001-000000001.bin", bytes(2048)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bundle.write(tmp_path / "out" / "A-1", "A-1", FILES, simulation=True)
    return tmp_path / "out" / "A-1"


def test_the_manifest_names_every_file_by_its_hash(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert [one["name"] for one in manifest["files"]] == sorted(file.name for file in FILES)
    assert {one["sha256"] for one in manifest["files"]} == {file.sha256 for file in FILES}
    read = bundle.read(folder)
    assert read is not None
    assert read.simulation


def test_only_its_owner_reads_it(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "response.json").write_bytes(b"{ }"),
        lambda folder: (folder / "response.json").unlink(),
        lambda folder: (folder / "more.txt").write_bytes(b""),
        lambda folder: (folder / "manifest.json").write_bytes(b"{"),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "ciphertext/001-000000001.bin").write_bytes(bytes(2047)),
    ],
    ids=["altered", "missing", "one more", "no manifest any more", "without", "cut"],
)
def test_whatever_was_changed_is_seen(folder: Path, change: object) -> None:
    change(folder)  # type: ignore[operator]
    with pytest.raises(BundleError):
        bundle.read(folder)


def test_what_a_killed_process_left_is_no_bundle(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "A-1"
    (tmp_path / "out" / ".A-1.new").mkdir(parents=True)
    (tmp_path / "out" / ".A-1.new" / "response.json").write_bytes(b"half")
    assert bundle.read(folder) is None
    bundle.write(folder, "A-1", FILES, simulation=False)
    assert bundle.read(folder) is not None
    assert [path.name for path in folder.parent.iterdir()] == ["A-1"]


def test_the_same_files_are_the_same_bundle(tmp_path: Path) -> None:
    one = bundle.write(tmp_path / "a", "A-1", FILES, simulation=True)
    other = bundle.write(tmp_path / "b", "A-1", FILES[::-1], simulation=True)
    assert one.sha256 == other.sha256
