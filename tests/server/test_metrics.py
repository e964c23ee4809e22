"""What monitoring is told: the numbers on the list, of all together, and only on loopback."""

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from doorless_protocol.frames import Acknowledge, CloseReason, Lookup, Subscribe
from doorless_server import metrics
from doorless_server.__main__ import main
from doorless_server.counts import BOUNDS, OUTCOMES, PEER, Counts, Durations
from doorless_server.http_server import Request
from doorless_server.relay import DONE, FULL, NO_ROOM
from monitored import Monitored, monitored
from served import ask, relay, talking

ROOT = Path(__file__).parents[2]


def test_the_page_lists_every_metric_with_its_labels() -> None:
    page = (ROOT / "docs/reference/metrics.md").read_text()
    found = re.findall(r"^\| `(doorless_\w+)` \| (\w+) \| ([^|]*)\| (.*) \|$", page, re.MULTILINE)
    listed = metrics.catalogue().values()
    assert [
        (name, kind, tuple(re.findall(r"`(\w+)`", labels)), says)
        for name, kind, labels, says in found
    ] == [(each.name, each.kind, each.labels, each.says) for each in listed]
    assert len(found) > 15


async def told(relay: Monitored) -> dict[str, Any]:
    """Each sample by its name and the values of its labels."""
    page = await relay.metrics()
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in families(page)
        for sample in family.samples
    }


async def test_what_happens_is_counted(tmp_path: Path, alice: Any, bob: Any) -> None:
    async with monitored(tmp_path) as relay:
        async with talking(relay.url, alice) as device, talking(relay.url) as sender:
            await ask(device, alice.register())
            await ask(device, Subscribe())
            for envelope in (alice.envelope(1), alice.envelope(1), bob.envelope(2)):
                await ask(sender, envelope)
            await ask(device, Acknowledge((alice.envelope(1).envelope_id,)))
            await ask(sender, Lookup("nobody", 0))
            during = await told(relay)
        assert during["doorless_connections device"] == 1
        assert during["doorless_connections anybody"] == 1
        assert during["doorless_envelopes_submitted_total stored"] == 1
        assert during["doorless_envelopes_submitted_total known"] == 1
        assert during["doorless_envelopes_submitted_total not_allowed"] == 1
        assert during["doorless_envelopes_delivered_total"] == 1
        assert during["doorless_envelopes_acknowledged_total"] == 1
        assert during["doorless_requests_total not_allowed lookup"] == 1
        assert during["doorless_requests_total done register"] == 1
        assert during["doorless_commit_seconds_count relay"] >= 2
        assert during["doorless_commit_seconds_bucket relay +Inf"] >= 2
        assert during["doorless_database_bytes relay"] > 0
        assert during["doorless_log_epochs"] == 3
        assert during["process_open_fds"] > 0


async def test_a_label_has_no_value_that_could_be_anybodys(tmp_path: Path, alice: Any) -> None:
    closed = {
        "side": {"device", "anybody", "half_open"},
        "reason": {PEER, *(each.name.lower() for each in CloseReason)},
        "outcome": OUTCOMES,
        "request": set(re.findall(r"\| `(\w+)` \|", SPEC)),
        "database": {"relay", "blobs", "log"},
        "event": set(re.findall(r"^\| `(\w+)`", EVENTS, re.MULTILINE)),
        "le": {*map(str, BOUNDS), "+Inf"},
    }
    async with monitored(tmp_path) as relay:
        async with talking(relay.url, alice) as device:
            await ask(device, alice.register())
            await ask(device, Lookup("zwetschge", 0))
        page = await relay.metrics()
    found = [sample.labels for family in families(page) for sample in family.samples]
    assert any("request" in labels for labels in found)
    assert all(value in closed[name] for labels in found for name, value in labels.items())


SPEC = (ROOT / "docs/spec/07-relay.md").read_text()
EVENTS = (ROOT / "docs/reference/events.md").read_text()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/metrics", 200),
        ("GET", "/", 404),
        ("GET", "/metrics/x", 404),
        ("POST", "/metrics", 405),
    ],
)
async def test_there_is_one_page(method: str, path: str, status: int, tmp_path: Path) -> None:
    async with monitored(tmp_path) as relay:
        answer = await relay.page.handle(Request(method, path, "", b""))
    assert answer.status == status


def test_it_is_served_on_a_port_of_its_own(tmp_path: Path) -> None:
    with relay(tmp_path, "--metrics", "127.0.0.1:0") as served:
        url = served.ready["metrics"]
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(url) as answer:
            text = answer.read().decode()
            assert answer.headers["Content-Type"] == metrics.CONTENT_TYPE
    assert "doorless_log_epochs 1.0" in text
    assert json.dumps(served.ready)  # and the ready line stays one of JSON


@pytest.mark.parametrize("where", ["0.0.0.0:0", "192.0.2.1:9090", "relay.example:1", "nonsense"])
def test_beyond_loopback_there_are_no_metrics(
    where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    command = ["serve", "--data", str(data), "--listen", "127.0.0.1:0", "--metrics", where]
    assert main(command) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not data.exists()


def test_a_batch_is_counted_by_what_became_of_each() -> None:
    counts = Counts()
    counts.count_submitted([DONE, DONE, DONE], 3)
    counts.count_submitted([DONE, NO_ROOM, DONE, FULL, FULL], 1)
    assert counts.submitted == {"stored": 4, "known": 1, "not_allowed": 1, "busy": 2}


def test_durations_fall_into_their_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    durations = Durations()
    for took in (0.0001, 0.0004, 0.003, 9.0):
        now = 100.0 + took
        monkeypatch.setattr("doorless_server.counts.perf_counter", lambda now=now: now)
        assert durations.since(100.0) == pytest.approx(took)
    assert durations.numbers == [2, 0, 0, 1, *[0] * (len(BOUNDS) - 4), 1]
    assert durations.seconds == pytest.approx(9.0035)
