"""Of the code of the desk one function reads account data, and only a Pass lets anybody call it."""

import ast
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demand_desk import PERIOD, At, relay_folder, toml
from doorless_server.demands import desk, standing, workflow
from doorless_server.demands.gate import Pass
from doorless_server.demands.log import NotYetLoggedError
from lint import used
from relay_person import Person

SERVER = Path(__file__).parents[3] / "server/doorless_server"
DESK = [
    *(SERVER / "demands").rglob("*.py"),
    *(SERVER / "commands").glob("demand*.py"),
    *(SERVER / "commands" / f"{name}.py" for name in ("report", "canary")),
]
READERS = {
    "doorless_server.inspection.rows",
    "doorless_server.inspection.log_rows",
    "doorless_server.inspection.blob_rows",
    "doorless_server.inspection.notice_rows",
    "doorless_server.inspection.demand_rows",
    "doorless_server.store.schema.open_reader",
    "doorless_server.blobs.schema.open_reader",
    "doorless_server.directory.opening.reader",
    "doorless_server.store.sqlite.SqliteStore",
    "doorless_server.store.rows",
    "sqlite3.connect",
}
"""Ways to the rows of a database."""

CALLERS = ["relay.py", "workflow.py"]
"""Of anything that is called collect: what the relay calls so gives a device its own mail."""

ALLOWED = {
    "desk.py": {
        "doorless_server.inspection.rows",
        "doorless_server.inspection.log_rows",
        "doorless_server.store.schema.open_reader",
        "doorless_server.directory.opening.reader",
    },
    "inventory.py": {"sqlite3.connect"},  # the schema alone: the running test below holds it to it
}


def ways(tree: ast.AST) -> set[str]:
    return {name for name, _ in used(tree)} & READERS


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name:
            yield node


def test_no_other_module_of_the_desk_has_a_way_to_the_rows() -> None:
    found = {path.name: ways(ast.parse(path.read_text())) for path in DESK}
    assert {name: ways_ for name, ways_ in found.items() if ways_} == ALLOWED


def test_the_check_would_see_another_way() -> None:
    for code in (
        "from doorless_server import inspection\ninspection.rows(db)",
        "from doorless_server.inspection import rows as harmless",
        "import sqlite3 as s\ns.connect('relay.db')",
        "from doorless_server.store.sqlite import SqliteStore",
    ):
        assert ways(ast.parse(code))


def test_the_one_reader_is_called_in_one_place_behind_the_gate() -> None:
    everywhere = {path: ast.parse(path.read_text()) for path in SERVER.rglob("*.py")}
    assert sorted(p.name for p, t in everywhere.items() if any(calls(t, "collect"))) == CALLERS
    assert [p.name for p, t in everywhere.items() if any(calls(t, "Pass"))] == ["gate.py"]
    assert "demands.desk" not in (SERVER / "relay.py").read_text()
    (call,) = calls(everywhere[SERVER / "demands/workflow.py"], "collect")
    assert [word.arg for word in call.keywords] == ["allowed"]


def test_no_function_of_the_desk_reads_but_what_collect_calls() -> None:
    tree = ast.parse((SERVER / "demands/desk.py").read_text())
    public = [n.name for n in tree.body if isinstance(n, ast.FunctionDef) and n.name[0] != "_"]
    assert public == ["collect", "check_same"]
    outside = {
        name
        for path in DESK
        if path.name != "desk.py"
        for name, _ in used(ast.parse(path.read_text()))
        if name.startswith("doorless_server.demands.desk.")
    }
    assert outside <= {
        "doorless_server.demands.desk.collect",
        "doorless_server.demands.desk.OtherDemandError",
    }


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    return await relay_folder(tmp_path / "relay", [Person("alice", 1)], waiting=2)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> dict[bool, list[str]]:
    """Every statement on a relay's database, by whether `collect` was running."""
    found: dict[bool, list[str]] = {True: [], False: []}
    connect = sqlite3.connect

    def watched(path: Any, *rest: Any, **more: Any) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(path, *rest, **more)
        name = str(path)
        if name.endswith(("relay.db", "relay.db?mode=ro", "blobs.db", "blobs.db?mode=ro")):
            db.set_trace_callback(seen)
        return db

    def seen(sql: str) -> None:
        found[_is_collecting()].append(sql)

    monkeypatch.setattr(sqlite3, "connect", watched)
    return found


def _is_collecting() -> bool:
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code is desk.collect.__code__:
            return True
    return False


def test_a_running_desk_reads_no_row_but_in_collect(
    data: Path, statements: dict[bool, list[str]]
) -> None:
    at = At()
    id_ = workflow.open_demand(data, toml(), at.sources)
    workflow.check_demand(data, id_, at.sources)
    with pytest.raises(NotYetLoggedError):
        workflow.answer_demand(data, id_, at.sources)
    assert statements[True] == []
    at.now += 2 * PERIOD
    workflow.answer_demand(data, id_, at.sources)
    standing.all_of(data, at.sources)
    assert any("FROM accounts" in sql for sql in statements[True])
    assert any("FROM envelopes" in sql for sql in statements[True])
    outside = [sql for sql in statements[False] if not _is_of_the_schema(sql)]
    assert outside == []
    assert statements[False]


def _is_of_the_schema(sql: str) -> bool:
    return sql.startswith("PRAGMA ") or "FROM sqlite_schema" in sql


def test_a_pass_is_for_its_own_demand_alone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at, passes = At(), list[Pass]()
    workflow.open_demand(data, toml(), at.sources)
    other = workflow.open_demand(data, toml(demand_id="A-2"), at.sources)
    at.now += 2 * PERIOD
    with workflow.at_desk(data, at.sources) as here:
        passes.append(here.pass_(*here.read(other)))
    monkeypatch.setattr(workflow.Desk, "pass_", lambda *_: passes[0])
    with pytest.raises(desk.OtherDemandError, match="nothing was read"):
        workflow.answer_demand(data, "AG-Musterstadt-2026-0017", at.sources)
