"""settings, on the command line: of this computer without a passphrase, of the account with it."""

import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def own(world: Path, tmp_path: Path) -> Path:
    """A copy of a profile, so that other tests find theirs as it was."""
    shutil.copytree(world / "alice", tmp_path / "alice")
    return tmp_path / "alice"


def test_a_setting_of_the_profile_needs_no_passphrase(own: Path, doorless: Any) -> None:
    def settings(*arguments: str) -> Any:
        return doorless("--profile", str(own), "settings", *arguments)

    assert settings("density").out == "bubbles\n"
    assert settings("density", "rail").out == "rail\n"
    assert settings("lock_after", "0").out == "never\n"
    assert settings("density", "--json").objects() == [
        {"name": "density", "value": "rail", "default": "bubbles", "in": "settings.toml"}
    ]
    loud = settings("density", "loud")
    assert loud.code == 2
    assert loud.err == "doorless: setting density is one of: bubbles, rail, dense\n"
    assert settings("density").out == "rail\n"
    assert settings("theme", "light").out == "light\n"
    typo = settings("theme", "lihgt")
    assert typo.code == 2
    assert "no theme 'lihgt'; there are: dark, light, contrast" in typo.err
    (own / "themes").mkdir()
    (own / "themes" / "mine.toml").write_text('like = "dark"\n')
    assert settings("theme", "mine").out == "mine\n"
    unknown = settings("colour\x1b[2J")
    assert unknown.code == 2
    assert "no setting 'colour␛[2J'; there are: theme, density, keys" in unknown.err


def test_a_setting_of_the_account_is_kept_in_its_store(own: Path, doorless: Any) -> None:
    from doorless_lab.processes import PASSPHRASE

    def settings(*arguments: str) -> Any:
        return doorless("--profile", str(own), "settings", *arguments, passphrase=PASSPHRASE)

    assert settings("read_receipts", "on").out == "on\n"
    assert settings("name", "Ada Lovelace").out == "Ada Lovelace\n"
    listed = {one["name"]: one for one in settings("--json").objects()}
    assert listed["read_receipts"]["value"] is True
    assert listed["name"]["in"] == "account"
    assert listed["theme"]["in"] == "settings.toml"
    refused = settings("name", "x" * 33)
    assert refused.code == 2
    assert "at most 32 characters" in refused.err
    rows = settings().out.splitlines()
    assert len(rows) == len(listed)
    assert any(row.split()[:3] == ["name", "Ada", "Lovelace"] for row in rows)
    wrong = doorless("--profile", str(own), "settings", "typing", passphrase="another one")
    assert wrong.code == 4
