"""What the commands do about profiles: their own, in use, damaged, or none."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from doorless_client.cli_output import rfc3339
from doorless_lab.processes import PASSPHRASE, Relay


def test_a_changed_passphrase_is_the_only_one(alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORLESS_NEW_PASSPHRASE", "far better")
    assert alice("passphrase").code == 0
    assert alice("contacts").code == 4
    assert alice("contacts", passphrase="far better").code == 0


def test_a_new_passphrase_has_8_characters_at_least(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORLESS_NEW_PASSPHRASE", "1234567")
    refused = alice("passphrase")
    assert refused.code == 2
    assert "8 to 1024 characters" in refused.err
    assert alice("contacts").code == 0


def test_no_profile_exits_1_and_makes_none(doorless: Any, tmp_path: Path) -> None:
    ended = doorless("--profile", str(tmp_path / "none"), "contacts")
    assert ended.code == 1
    assert "doorless register" in ended.err
    assert not (tmp_path / "none").exists()


def test_a_profile_in_use_exits_7(alice: Any, world: Path) -> None:
    from doorless_client.profile import Profile

    with Profile.hold(world / "alice"):
        ended = alice("contacts")
    assert ended.code == 7
    assert "in use" in ended.err


@pytest.mark.parametrize("name", ["key", "store.db"])
@pytest.mark.parametrize("damage", ["cut", "altered", "empty"])
def test_a_damaged_profile_exits_4_and_stays_as_it_is(
    alice: Any, fingerprint: Any, world: Path, name: str, damage: str
) -> None:
    path = world / "alice" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    data[20] ^= 1
    whole = {"cut": bytes(data[:100]), "altered": bytes(data), "empty": b""}[damage]
    path.write_bytes(whole)
    before = fingerprint()
    ended = alice("contacts")
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.count("\n") == 1
    assert fingerprint() == before


def test_doctor_looks_at_everything(alice: Any, world: Path, relay: Relay) -> None:
    well = alice("doctor")
    assert well.code == 0
    for topic in ("profile", "settings", "store", "account", "clock", "relay", "sign-in"):
        assert f"ok    {topic}: " in well.out
    (world / "alice" / "settings.toml").write_text("colour = 'red'")
    (world / "alice" / "settings.toml").chmod(0o600)
    ill = alice("doctor")
    assert ill.code == 1
    assert "unknown setting 'colour'" in ill.out


def test_doctor_finds_a_damaged_page(alice: Any, world: Path) -> None:
    path = world / "alice" / "store.db"
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    assert "fail  store" in alice("doctor").out


def test_doctor_without_a_relay_warns(alice: Any) -> None:
    away = alice("doctor")
    assert away.code == 0
    assert "warn  relay" in away.out


def test_a_mistake_of_ours_tells_where_and_not_what(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise KeyError("the words of a person")

    monkeypatch.setattr("doorless_client.cli_contacts._list", fail)
    ended = alice("contacts")
    assert ended.code == 1
    assert "KeyError at test_cli_profile.py" in ended.err
    assert "words" not in ended.err
    assert ended.err.count("\n") == 1


def test_whoever_reads_may_stop_reading(world: Path) -> None:
    command = [sys.executable, "-m", "doorless_client", "--profile", str(world / "alice")]
    environment = {**os.environ, "DOORLESS_PASSPHRASE": PASSPHRASE}
    process = subprocess.Popen(
        [*command, "invite"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(30) == 141


def test_modules_in_the_working_directory_are_not_ours(tmp_path: Path) -> None:
    """P10: the installed command, started among files with the names of modules."""
    for name in ("secrets", "argparse", "asyncio", "json", "doorless_protocol"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a stranger was imported')")
    command = Path(sys.executable).with_name("doorless")
    environment = {**os.environ, "DOORLESS_PASSPHRASE": "x"}
    for arguments in (["--help"], ["--profile", "none", "contacts"]):
        ended = subprocess.run(
            [command, *arguments],
            check=False,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == (0 if "--help" in arguments else 1)
        assert "stranger" not in ended.stdout + ended.stderr


def test_times_that_nobody_can_mean_are_written_all_the_same() -> None:
    assert rfc3339(0) == "1970-01-01T00:00:00Z"
    assert rfc3339(-5) == "1970-01-01T00:00:00Z"
    assert rfc3339(2**53) == "9999-12-31T23:59:59Z"
    assert rfc3339(1_800_000_000.25) == "2027-01-15T08:00:00.250Z"
