"""The lab's command line: what it prints, what it exits with, and that red is red."""

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from doorless_lab import batch, catalogue, readiness, runner
from doorless_lab.__main__ import main
from doorless_lab.judges import attempts
from doorless_lab.results import digest
from doorless_lab.scenario import (
    Cell,
    Evidence,
    Line,
    Outcome,
    Parameter,
    Product,
    Question,
    Scenario,
    Scene,
    Seat,
    Step,
    Tone,
)
from doorless_lab.words import Words, same
from doorless_server.doctor.base import Verdict

NAME = "<b>\x1b[31mevil\x1b[0m</b> ../../etc"
"""What somebody may call themselves."""


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    yield Step(
        Words("Alle Türen sind zu.", "All doors are shut."),
        {Seat.MALLORY: (Line(same(NAME), Tone.REFUSED),)},
        question=Question(Words("Geht es?", "Does it work?"), (same("ja"), same("nein")), 1),
    )
    tries = scene.settings["tries"]
    facts = {"tried": tries, "succeeded": tries if scene.product is Product.CLOUD else 0}
    yield Step(
        Words("Jemand rüttelt.", "Somebody rattles."),
        {},
        (Evidence("attempts", Words("Versuche", "Attempts"), facts),),
    )


def cell(product: Product, outcome: Outcome) -> Cell:
    return Cell(product, Words("Zutritt", "entry"), attempts(), outcome, at_most=9)


TOY = Scenario(
    id="Z1",
    slug="toy",
    title=Words("Spielzeug", "A toy"),
    claim=Words("Es gibt einen Weg.", "There is a way."),
    precedents=(),
    powers=frozenset(),
    cells=(cell(Product.CLOUD, Outcome.EXPOSED), cell(Product.E2EE, Outcome.PREVENTED)),
    play=play,
    notes=same("notes"),
    exercises=(),
    limit=Words("Fenster gibt es auch.", "There are windows, too."),
    parameters={"tries": Parameter(Words("Versuche", "attempts"), 3, 0, 99)},
    law_as_of="2026-09-01",
)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> list[Scenario]:
    """The only scenario that there is; jobs are played in this process."""
    there = [TOY]
    monkeypatch.setattr(catalogue, "catalogue", lambda: tuple(there))
    for module in ("listing", "run", "doctor"):
        monkeypatch.setattr(f"doorless_lab.commands.{module}.catalogue", lambda: tuple(there))
    return there


def objects(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_is_as_expected_exits_with_0(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--all", "--json", "--seed", "11"]) == 0
    cloud, e2ee, finished = objects(capsys)
    assert (cloud["product"], e2ee["product"]) == ("cloud", "e2ee")
    assert cloud["verdicts"] == [
        {
            "what": {"de": "Zutritt", "en": "entry"},
            "expected": "exposed",
            "observed": "exposed",
            "number": 3,
            "at_least": 0,
            "at_most": 9,
            "because": {"de": "3 von 3 Versuchen gelangen.", "en": "3 of 3 attempts succeeded."},
            "agrees": True,
        }
    ]
    assert (finished["seed"], finished["verdicts"], finished["differ"]) == (11, 2, 0)
    assert {"doorless", "python", "cryptography"} <= set(finished["versions"])  # type: ignore[call-overload]
    assert "commit" in finished


def test_a_verdict_that_differs_exits_with_1(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    toy[0] = replace(TOY, cells=(cell(Product.E2EE, Outcome.EXPOSED),))
    assert main(["run", "Z1"]) == 1
    assert "** expected exposed **" in capsys.readouterr().out
    assert main(["play", "z1"]) == 1
    assert "NOT AS EXPECTED" in capsys.readouterr().out


def test_so_does_a_number_out_of_its_bounds(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--all", "--set", "tries=10"]) == 1
    assert main(["run", "--all", "--set", "tries=9"]) == 0


def test_and_evidence_that_is_missing_is_never_green(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--all", "--set", "tries=0", "--json"]) == 1
    cloud, *_ = objects(capsys)
    assert cloud["verdicts"][0]["observed"] == "invalid"  # type: ignore[index]
    assert main(["run", "--all", "--set", "tries=0"]) == 1
    assert "? invalid" in capsys.readouterr().out


def test_a_scenario_that_breaks_is_told_and_hides_no_other(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    async def breaks(scene: Scene) -> AsyncGenerator[Step, None]:
        raise ZeroDivisionError("by zero")
        yield

    toy.insert(0, replace(TOY, id="Z0", slug="broken", play=breaks))
    assert main(["run", "--all"]) == 1
    out = capsys.readouterr().out
    assert "FAILED  ZeroDivisionError: by zero" in out
    assert "✔ prevented" in out


def test_one_that_breaks_while_it_is_shown_says_where_in_one_line(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    async def breaks(scene: Scene) -> AsyncGenerator[Step, None]:
        yield Step(same("first"), {})
        runner.seeded(None)  # type: ignore[arg-type]

    toy[0] = replace(TOY, play=breaks)
    assert main(["play", "z1"]) == 1
    out, err = capsys.readouterr()
    assert "1. first" in out
    assert err.startswith("doorless-lab: Z1 broke, against cloud: runner.py, line ")
    assert len(err.splitlines()) == 1


def test_junit_counts_what_failed(
    toy: list[Scenario], tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    file = f"{tmp_path}/junit.xml"
    toy[0] = replace(TOY, cells=(*TOY.cells, cell(Product.E2EE, Outcome.HEALED)))
    assert main(["run", "--all", "--junit", file]) == 1
    suite = Xml.parse(file).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "0")


def test_repeating_takes_other_seeds(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "z1", "--repeat", "3", "--json"]) == 0
    *played, _ = objects(capsys)
    assert {one["seed"] for one in played} == {7, 8, 9}


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "--all", "Z1"],
        ["run", "Z9"],
        ["run", "--all", "--set", "unknown=1"],
        ["run", "--all", "--set", "tries=100"],
        ["play", "Z9"],
        ["play", "Z1", "--product", "mandated"],
        ["rehearse", "Z9"],
    ],
)
def test_what_cannot_be_meant_is_told_in_one_line(
    arguments: list[str], toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("value", ["tries", "tries=", "=3", "tries=x", "tries=-1"])
def test_a_setting_is_a_name_and_a_whole_number(value: str, toy: list[Scenario]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["run", "--all", "--set", value])


def test_a_scenario_in_a_terminal_is_plain_text_in_either_language(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", "toy", "--lang", "de"]) == 0
    out = capsys.readouterr().out
    for shown in ("Alle Türen sind zu.", "✖ NICHT VERHINDERT", "✔ VERHINDERT", "Richtig war B."):
        assert shown in out
    assert "Grenze: Fenster gibt es auch." in out
    assert "Rechtsstand: 2026-09-01" in out
    assert main(["play", "toy"]) == 0
    assert "Limit: There are windows, too." in capsys.readouterr().out


def test_what_somebody_calls_themselves_cannot_command_the_terminal(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", "toy", "--product", "e2ee"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "evil" in out


def test_a_question_waits_for_enter_and_its_answer_for_what_happens(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before: list[str] = []

    def enter(_: str) -> str:
        before.append(capsys.readouterr().out)
        return ""

    monkeypatch.setattr("builtins.input", enter)
    assert main(["play", "toy", "--product", "e2ee", "--step"]) == 0
    assert len(before) == 2
    assert "Does it work?" in before[0]
    assert "All doors are shut" not in before[0]
    assert "B was right" not in before[0]
    assert "B was right" in before[1]


def test_what_the_evidence_has_attached_is_kept(
    toy: list[Scenario], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def proves(scene: Scene) -> AsyncGenerator[Step, None]:
        facts = {"tried": 1, "succeeded": 0}
        caption, command = same("proof"), "doorless-verify ----attempts.bin --pin 00"
        kept = Evidence("attempts", caption, facts, b"data", reproduce=command)
        named = replace(kept, name="../../attempts")
        yield Step(same("Somebody looks."), {}, (kept, named))

    toy[0] = replace(TOY, play=proves)
    arguments = ["play", "z1", "--product", "e2ee", "--evidence", str(tmp_path)]
    assert main(arguments) == 0
    assert "$ doorless-verify ----attempts.bin --pin 00" in capsys.readouterr().out
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.bin")}
    assert there == {"e2ee/attempts.bin", "e2ee/------attempts.bin"}
    (tmp_path / "file").touch()
    assert main([*arguments[:-1], str(tmp_path / "file")]) == 1


def test_the_list_names_every_scenario(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list"]) == 0
    assert capsys.readouterr().out == "Z1   A toy\n     cloud ✖  e2ee ✔\n"
    assert main(["list", "--json"]) == 0
    (one,) = objects(capsys)
    assert one["parameters"] == {"tries": {"default": 3, "least": 0, "most": 99}}


def test_a_rehearsal_plays_what_it_is_given_and_says_how_long_it_takes(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rehearse", "z1"]) == 0
    out = capsys.readouterr().out
    for said in ("Argon2id", "law as of 2026-09-01", "every verdict is as it has to be"):
        assert said in out


def test_the_doctor_warns_of_law_that_nobody_looked_at_for_a_year(
    toy: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = list(readiness.laws([TOY], date(2027, 9, 1)))
    stale = list(readiness.laws([TOY], date(2027, 9, 2)))
    assert [one.verdict for one in fresh + stale] == [Verdict.OK, Verdict.WARNING]
    assert main(["doctor", "--json"]) in (0, 1)
    checks = [one["check"] for one in objects(capsys)]
    assert checks == [
        *("Python", "port", "screen", "disk", "memory", "passphrases", "scenarios", "law")
    ]


def test_a_screen_too_small_is_a_warning_and_a_full_disk_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert readiness.screen(79, 24).verdict is Verdict.WARNING
    assert readiness.screen(80, 24).verdict is Verdict.OK
    assert readiness.memory(None).verdict is Verdict.OK
    assert readiness.memory(100 * 2**20).verdict is Verdict.WARNING
    monkeypatch.setattr(readiness, "LEAST_FREE", 1 << 60)
    assert readiness.disk().verdict is Verdict.FAULT


def test_evidence_that_was_altered_has_another_digest() -> None:
    evidence = Evidence("scan", same("scan"), {"found": 0}, b"data")
    others = [
        replace(evidence, facts={"found": 1}),
        replace(evidence, data=b"date"),
        replace(evidence, name="scam"),
    ]
    assert len({digest(one) for one in (evidence, *others)}) == 4


def test_two_processes_find_what_one_does() -> None:
    """Of the real catalogue: what a scenario shows does not hang on where it is played."""
    scenarios = [one for one in catalogue.catalogue() if one.id in ("A1", "E1")]
    todo = [
        job
        for job in batch.jobs(scenarios, runner.Conditions())
        if (job.scenario, job.product) in (("A1", "mandated"), ("E1", "e2ee"))
    ]
    apart = sorted(batch.played(todo), key=lambda one: one.scenario)
    here = [batch.play_job(job) for job in todo]
    assert [one.verdicts for one in apart] == [one.verdicts for one in here]
    assert all(one.agrees for one in apart)
