"""A backup on the command line: from one computer to the next one."""

import stat
from pathlib import Path

from doorless_lab.processes import PASSPHRASE, Relay
from in_process import Here


def test_a_lost_computer_is_replaced_by_a_backup_and_the_words(
    world: Path, relay: Relay, tmp_path: Path, doorless
) -> None:
    words, file = tmp_path / "words", tmp_path / "carol.backup"
    place, again = tmp_path / "carol", tmp_path / "again"

    def carol(*arguments: str, profile: Path = place):
        return doorless("--profile", str(profile), *arguments, passphrase=PASSPHRASE)

    made = carol("register", "--relay", relay.url, "--handle", "carol", "--words-file", str(words))
    assert made.code == 0
    assert carol("add", f"bob@{relay.name}").code == 0
    assert carol("send", "bob", "before the flood").code == 0
    done = carol("backup", str(file))
    assert (done.code, "the recovery words open it" in done.out) == (0, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert carol("backup", str(file)).code == 1  # never over one that is there
    others = tmp_path / "others"
    others.write_text(" ".join(["abandon"] * 23 + ["art"]))
    refused = carol("restore", str(file), "--words-file", str(others), profile=again)
    assert (refused.code, again.exists()) == (1, False)
    came = carol("restore", str(file), "--words-file", str(words), profile=again)
    assert came.code == 0, came.err
    assert came.out.splitlines() == [
        "this is the account's only device now, and the primary",
        "restored: 1 contact, 1 message",
    ]
    told = carol("history", "bob", "--json", profile=again).objects()
    assert "before the flood" in [one["text"] for one in told]
    assert carol("send", "bob", "after it", profile=again).code == 0
    twice = carol("restore", str(file), "--words-file", str(words), profile=again)
    assert twice.out.splitlines() == ["restored: 0 contacts, 0 messages"]
    heard = Here(world / "bob").run("receive", "--json").objects()
    assert [one["text"] for one in heard if one["kind"] == "text"] == [
        *("before the flood", "after it")
    ]
    assert carol("backup", str(tmp_path / "second"), profile=again).code == 0
