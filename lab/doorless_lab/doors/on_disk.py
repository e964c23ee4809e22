"""A person's real profile on disk: key file, SQLCipher store, some messages; closed again."""

from pathlib import Path

from doorless_client.profile import Profile
from doorless_client.store.sqlcipher import open_store
from doorless_lab.doors.store_pages import everything
from doorless_lab.leakscan import Marker, Scanner, draw_marker
from doorless_lab.scenario import Scene
from doorless_lab.world import World

STORE = "store.db"
KEY = "key"


def make(
    scene: Scene, folder: Path, passphrase: Marker, messages: int
) -> tuple[list[Marker], bytes]:
    """What was said, and the key of the store."""
    profile, key = Profile.create(folder, passphrase.text, scene.random)
    markers = [draw_marker("message", scene.random) for _ in range(messages)]
    try:
        with World(scene.random(16), scene.now) as world:
            alice = world.person("alice", open_store(profile.store_path, key, create=True))
            bob = world.person("bob")
            alice.add("bob")
            bob.add("alice")
            for marker in markers:
                alice.says("bob", marker.text)
            world.settle()
    finally:
        profile.close()
    return markers, key


def sizes(folder: Path) -> dict[str, int]:
    """Of the profile's files, in bytes, by name."""
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.is_file()}


def in_files(folder: Path, markers: list[Marker]) -> int:
    """How many of the markers are in the files as they lie there."""
    named = [Marker(str(at), each.value) for at, each in enumerate(markers)]
    return len({each.marker for each in Scanner(named).scan_folder(folder).findings})


def with_key(folder: Path, key: bytes, markers: list[Marker]) -> int:
    """How many are in the store's pages, decrypted with a key that somebody got; b"": none."""
    pages = everything(folder / STORE, key) if key else b""
    return sum(marker.value in pages for marker in markers)
