"""What the relay logs: what stands on the list, and of it nothing that could be anybody's."""

import ast
import json
import logging
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from doorless_protocol.frames import Refusal
from doorless_server import events
from doorless_server.logs import log_to_stderr, loop_failed, silence_others

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "server/doorless_server"


@pytest.fixture
def _logging() -> Iterator[None]:
    before, handlers = structlog.get_config(), logging.root.handlers
    log_to_stderr(logging.DEBUG)
    yield
    structlog.configure(**before)
    logging.root.handlers = handlers


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def rows() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Level and fields of each event on the page."""
    page = (ROOT / "docs/reference/events.md").read_text()
    found = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]*)\|", page, re.MULTILINE)
    return {name: (level, tuple(re.findall(r"`(\w+)`", fields))) for name, level, fields in found}


def test_the_page_lists_every_event_with_its_fields() -> None:
    levels = {each.name: logging.getLevelName(each.level).lower() for each in listed()}
    assert rows() == {each.name: (levels[each.name], each.fields) for each in listed()}
    assert len(listed()) > 20


def listed() -> list[events.Event]:
    return list(events.catalogue().values())


def test_nothing_is_logged_but_by_the_list() -> None:
    outside = {"events.py", "logs.py"}
    said: list[tuple[str, set[str]]] = []
    for path in SOURCES.rglob("*.py"):
        tree = ast.parse(path.read_text())
        if path.name not in outside:
            imports = {name.name for node in ast.walk(tree) for name in names_of(node)}
            assert not imports & {"structlog"}, path.name
        said += [each for node in ast.walk(tree) for each in saying(node)]
    by_constant = {name: value for name, value in vars(events).items() if value in listed()}
    assert {constant for constant, _ in said} | {"UNLISTED"} == set(by_constant)
    for constant, fields in said:
        assert fields <= set(by_constant[constant].fields), constant


def names_of(node: ast.AST) -> list[ast.alias]:
    return node.names if isinstance(node, ast.Import) else []


def saying(node: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """The event's constant, and the fields given by name."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("say", "events.say"):
        constant = ast.unparse(node.args[0]).removeprefix("events.")
        yield constant, {each.arg for each in node.keywords if each.arg}


@pytest.mark.usefixtures("_logging")
def test_a_line_holds_numbers_flags_and_names_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    events.say(events.STOPPED, failed=True, ms=1200)
    events.say(events.LOG_FAILED, kind=sqlite3.OperationalError)
    events.say(events.LOG_FAILED, kind=Refusal.NOT_ALLOWED)
    stopped, failed, refused = written(capsys)
    hour = stopped.pop("timestamp")
    assert stopped == {"event": "stopped", "failed": True, "ms": 1200, "level": "info"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\dZ", str(hour))
    assert (failed["kind"], refused["kind"]) == ("OperationalError", "not_allowed")


@pytest.mark.parametrize(
    "value", ["alice", b"\xaa" * 16, 2**127, -(2**127), 3.5, ("alice",), None, Path("alice")]
)
@pytest.mark.usefixtures("_logging")
def test_what_could_be_anybodys_is_not_written(
    value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    structlog.get_logger().info("stopped", ms=value, failed=True, handle=value)
    (line,) = written(capsys)
    assert line["ms"] is None
    assert "handle" not in line
    assert line["failed"] is True


@pytest.mark.usefixtures("_logging")
def test_an_event_that_is_not_listed_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info("alice came", ms=3)
    (line,) = written(capsys)
    assert line["event"] == "unlisted_event"
    assert set(line) == {"event", "level", "timestamp"}


@pytest.mark.usefixtures("_logging")
def test_a_mistake_shows_its_kind_and_place_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError) as caught:
        {}["alice"]
    events.failed(caught.value)
    (line,) = written(capsys)
    assert line["kind"] == "KeyError"
    assert re.fullmatch(r"test_a_mistake_shows_its_kind_and_place_alone:\d+", str(line["place"]))


@pytest.mark.usefixtures("_logging")
def test_what_libraries_and_the_loop_would_write_is_only_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hook = silence_others.__globals__["threading"].excepthook
    try:
        silence_others()
        logging.getLogger("asyncio").error("alice at 192.0.2.7")
        loop_failed(None, {"message": "alice", "exception": ValueError("alice")})  # type: ignore[arg-type]
        loop_failed(None, {"message": "alice", "exception": OSError("alice")})  # type: ignore[arg-type]
        loop_failed(None, {"message": "alice"})  # type: ignore[arg-type]
    finally:
        silence_others.__globals__["threading"].excepthook = hook
    out = capsys.readouterr()
    assert "alice" not in out.err + out.out
    told = [json.loads(line)["event"] for line in out.err.splitlines()]
    assert told == ["library_message", "internal_error", "connection_broke", "library_message"]
