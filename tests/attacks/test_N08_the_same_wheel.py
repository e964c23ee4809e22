"""N08: what is installed is what was published, and anybody can build it again to the byte."""

import hashlib
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

import artefact


def built(sources: Path) -> Path:
    """A wheel of a copy of the sources."""
    made = sources.with_suffix(".made")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(made)]
    subprocess.run(command, cwd=sources, check=True, capture_output=True)
    [wheel] = made.glob("*.whl")
    return wheel


@pytest.mark.attack(
    "N08",
    "two builds, in other folders and at other times, are the same to the byte",
    weaken={"artefact.project": artefact.irreproducible},
)
def test_two_builds_are_the_same(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "somewhere/else"
    artefact.copy(here)
    artefact.copy(elsewhere, here)
    one, other = built(here), built(elsewhere)
    assert one.name == other.name
    digests = [hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in (one, other)]
    assert digests[0] == digests[1]
    check_record(one, here)


def check_record(path: Path, sources: Path) -> None:
    """RECORD is what an installation is compared with: each file of ours is a source, with its
    hash."""
    with zipfile.ZipFile(path) as wheel:
        [record] = [name for name in wheel.namelist() if name.endswith(".dist-info/RECORD")]
        lines = [line.split(",") for line in wheel.read(record).decode().splitlines()]
        hashes = {name: digest for name, digest, _ in lines if digest}
        assert set(wheel.namelist()) == {name for name, _, _ in lines}
        ours = [name for name in wheel.namelist() if ".dist-info/" not in name]
    assert len(ours) > 500
    for name in ours:
        digest = hashlib.sha256((sources / artefact.source_of(name)).read_bytes()).digest()
        assert hashes[name] == f"sha256={urlsafe_b64encode(digest).decode().rstrip('=')}", name
