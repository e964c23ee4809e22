"""A conversation in a file: whole, harmless, new, and nobody else's."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.exporting import export_conversation
from doorless_client.new_files import new_file
from doorless_lab.fake_engine import FakeEngine

NOW = 1_800_023_490


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(NOW)


async def test_what_somebody_wrote_can_pass_for_nothing_else(
    engine: FakeEngine, tmp_path: Path
) -> None:
    eve = engine.person("Eve\x1b]0;x\x07")
    engine.arrive(eve, "first\n2027-01-15 14:00  me: I owe you\x1b[2J\u202e", at=NOW - 60)
    engine.arrive(eve, "[/red] </script>", at=NOW - 30)
    path = tmp_path / "eve.txt"
    assert await export_conversation(engine, eve, path, as_json=False) == 2
    text = path.read_text()
    assert not any(ord(char) < 0x20 and char != "\n" for char in text)
    assert "\u202e" not in text
    starts = [line for line in text.splitlines() if line.startswith("2027-01-15")]
    assert len(starts) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_json_has_one_object_a_line_with_the_fields_of_history(
    engine: FakeEngine, tmp_path: Path
) -> None:
    ada = engine.person("Ada")
    for number in range(600):
        engine.arrive(ada, f"number {number}", at=NOW - 600 + number)
    path = tmp_path / "ada.json"
    assert await export_conversation(engine, ada, path, as_json=True) == 600
    objects = [json.loads(line) for line in path.read_text().splitlines()]
    assert [one["text"] for one in objects] == [f"number {number}" for number in range(600)]
    assert path.read_bytes().isascii()


async def test_a_file_that_is_there_is_never_written_over(
    engine: FakeEngine, tmp_path: Path
) -> None:
    ada = engine.person("Ada")
    engine.arrive(ada, "hello", at=NOW)
    there, link = tmp_path / "there", tmp_path / "link"
    there.write_text("mine")
    link.symlink_to(tmp_path / "nowhere")
    for path in (there, link):
        with pytest.raises(RefusedError, match="exists already"):
            await export_conversation(engine, ada, path, as_json=False)
    assert there.read_text() == "mine"
    assert names(tmp_path) == ["link", "there"]


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def write(path: Path, fails: Callable[[], None]) -> None:
    with new_file(path) as file:
        file.write(b"ours")
        fails()


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(RefusedError, match="No space"):
        write(tmp_path / "half", full)
    assert names(tmp_path) == []


def put(path: Path) -> None:
    path.write_text("theirs")


def test_what_appeared_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "contested"
    with pytest.raises(RefusedError, match="exists already"):
        write(path, lambda: put(path))
    assert path.read_text() == "theirs"


def test_a_disk_without_links_takes_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, target: Path) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with new_file(tmp_path / "whole") as file:
        file.write(b"all of it")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("whole", b"all of it")]


def test_the_command_writes_to_a_file_or_prints(alice, tmp_path: Path) -> None:
    path = tmp_path / "bob.txt"
    done = alice("export", "bob", "--to", str(path))
    assert done.code == 0
    assert "hello" in path.read_text()
    assert alice("export", "bob", "--to", str(path)).code == 1
    printed = alice("export", "bob", "--json").objects()
    assert "hello" in [one["text"] for one in printed]
