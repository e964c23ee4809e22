"""What is installed: the five packages with their data and the four commands, no tests."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "doorless_protocol": "protocol",
    "doorless_server": "server",
    "doorless_client": "client",
    "doorless_lab": "lab",
    "doorless_verify": "verifier",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_the_five_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in wheel.namelist() if "test_" in name or "conftest" in name]


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    """Sources, and the schemas and style sheets that they read at run time."""
    pages = {".css", ".html", ".js", ".json", ".svg"}
    kinds = {".py", ".sql", ".tcss", ".toml", ".typed", *pages}
    expected = {
        path.relative_to(ROOT / folder).as_posix()
        for package, folder in PACKAGES.items()
        for path in (ROOT / folder / package).rglob("*")
        if path.suffix in kinds or path.name == "py.typed"
    }
    assert expected - set(wheel.namelist()) == set()
    assert {f"{package}/py.typed" for package in PACKAGES} <= expected


def test_the_wheel_brings_the_four_commands_and_the_licence(wheel: zipfile.ZipFile) -> None:
    [points] = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    commands = {line.split(" = ")[0] for line in wheel.read(points).decode().splitlines()}
    assert {"doorless", "doorless-relay", "doorless-lab", "doorless-verify"} <= commands
    assert [name for name in wheel.namelist() if name.endswith("licenses/LICENSE")]
