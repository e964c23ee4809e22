"""What is there to install a relay says what the relay takes, and names no place to fetch from."""

import re
import shlex
from pathlib import Path

import pytest

from doorless_server import metrics
from doorless_server.__main__ import _parser
from doorless_server.events import catalogue

DEPLOY = Path(__file__).parents[2] / "server/deploy"


def commands(name: str) -> list[list[str]]:
    """The arguments of each doorless-relay that a file runs."""
    text = (DEPLOY / name).read_text().replace("\\\n", " ")
    lines = re.findall(r"^ExecStart=.*?doorless-relay (.*?)'?$", text, re.MULTILINE)
    return [shlex.split(line.rstrip("'")) for line in lines]


@pytest.mark.parametrize("name", ["doorless-relay.service", "doorless-relay-backup.service"])
def test_a_unit_runs_a_command_that_there_is(name: str) -> None:
    (arguments,) = commands(name)
    _parser().parse_args(arguments)


def test_the_container_serves_as_nobody_in_particular() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    (entry,) = re.findall(r"^ENTRYPOINT \[(.*?)\]$", text.replace("\\\n", ""), re.MULTILINE)
    _, *arguments = re.findall(r'"([^"]+)"', entry)
    _parser().parse_args([*arguments, "--name", "relay.example"])
    assert re.search(r"^USER (?!root)", text, re.MULTILINE)
    images = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert [image for image in images if "/" in image] == []


def test_alerts_ask_for_metrics_and_events_that_there_are() -> None:
    text = (DEPLOY / "prometheus-alerts.yml").read_text()
    known = {
        each.name + suffix
        for each in metrics.catalogue().values()
        for suffix in {"counter": ["_total"], "histogram": ["_bucket"]}.get(each.kind, [""])
    }
    assert set(re.findall(r"doorless_\w+", text)) <= known
    (events,) = re.findall(r'event=~"([^"]+)"', text)
    assert set(events.split("|")) <= set(catalogue())
