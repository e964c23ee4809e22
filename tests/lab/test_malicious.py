"""Every way in which a relay with its log's keys can lie, against whole clients: all are caught."""

from pathlib import Path

import pytest

from doorless_client.core.alarm_words import CONVICTING, WORDS
from doorless_client.core.log_alarms import is_proven
from doorless_client.store.log_records import LogAlarm
from doorless_lab.keylog.malicious import MODES, Mode
from doorless_lab.keylog.scene import stage
from doorless_lab.world_person import RELAY
from doorless_protocol.log.evidence import Kind
from doorless_verify.__main__ import main as doorless_verify

SPEC = Path(__file__).parents[2] / "docs/spec/10-key-log-clients.md"


def row(mode: Mode) -> str:
    return f"| {mode.name} | {mode.caught_by} | {mode.evidence} | {mode.anchors} |"


def test_the_specification_names_each_mode_and_who_catches_it() -> None:
    table = SPEC.read_text().partition("### 11.1")[2].partition("## 12")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert rows[1:] == [row(mode) for mode in MODES]


def test_there_is_a_mode_for_each_kind_of_evidence() -> None:
    assert {kind.value for kind in Kind} <= {mode.evidence for mode in MODES}


def test_each_kind_has_words_and_all_but_a_challenge_convict() -> None:
    kinds = {kind.value for kind in Kind}
    assert kinds <= set(WORDS)
    assert kinds - CONVICTING == {"C1"}


def test_an_honest_log_is_accused_by_nobody() -> None:
    assert stage().waits() is None


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_it_is_caught_by_whom_the_table_names(mode: Mode, tmp_path: Path) -> None:
    scene = stage()
    caught = mode.play(scene)
    assert caught is not None
    found = caught.kind if caught.evidence else "told"
    print(f"{mode.name}: {caught.by}, after {caught.anchors} anchors, {found}")
    assert (caught.by, found) == (mode.caught_by, mode.evidence)
    assert caught.anchors <= mode.anchors
    if caught.evidence:
        bundle = tmp_path / "evidence"
        bundle.write_bytes(caught.evidence)
        pins = [key.encode() for key in scene.truth.config.vkeys]
        convicts = int(found == "C1")  # a challenge is no proof, and says so
        assert doorless_verify([str(bundle), "--pin", *pins]) == convicts
        alarm = LogAlarm(1, scene.now, found, RELAY, "", b"", caught.evidence)
        assert is_proven(alarm) is not bool(convicts), "what a screen says is what a reader finds"
        assert doorless_verify([str(bundle), "--pin", "0" * 64]) == 1
