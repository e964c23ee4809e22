"""Runs from a seed: promises hold, and the same seed is the same run."""

import os
import subprocess
import sys

import pytest

from doorless_lab.simulation.actions import (
    CrashSay,
    Live,
    Offline,
    Online,
    Say,
    Wait,
    parse_all,
    text_of,
)
from doorless_lab.simulation.chance import Chance
from doorless_lab.simulation.people import Simulation
from doorless_lab.simulation.play import Run
from doorless_lab.simulation.weather import FAIR, ROUGH, Weather

SIMULATE = [sys.executable, "-m", "doorless_lab", "simulate"]


def played(run: Run) -> Simulation:
    return run.play(run.begin())


@pytest.mark.parametrize("people", [2, 3])
def test_every_promise_holds(people: int) -> None:
    for seed in range(5):
        played(Run(seed, people))


def test_one_seed_is_one_run_in_every_process() -> None:
    ended = [
        subprocess.run(
            [*SIMULATE, "--seed", "7", "--people", "3"],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert ended[0] == ended[1]
    assert len(ended[0].splitlines()) > 40


def test_another_seed_is_another_run() -> None:
    assert len({played(Run(seed)).trace.digest for seed in range(5)}) == 5


def test_what_happened_can_be_played_again() -> None:
    first = played(Run(4))
    again = Run(4, actions=tuple(parse_all(text_of(first.done))))
    assert played(again).trace.digest == first.trace.digest


def test_what_happens_can_be_chosen() -> None:
    with Simulation(seed=1, weather=FAIR) as simulation:
        simulation.do(Say(0, 1))
        simulation.do(Live(0))
        simulation.do(Offline(1))
        simulation.do(Live(1))
        assert not any(">1 1 of" in line for line in simulation.trace.lines)
        simulation.do(Online(1))
        simulation.do(Live(1))
        assert simulation.trace.lines[-1] == "  1 sees <0>1 1 of seed 1>"
        simulation.do(CrashSay(1, 0, point=3))
        simulation.do(Wait(60))
        simulation.make_whole()


def test_it_reads_no_clock_and_no_randomness_but_its_own() -> None:
    draws = [Chance(3, "one"), Chance(3, "one"), Chance(3, "two"), Chance(4, "one")]
    drawn = [chance.bytes(16) for chance in draws]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 3


def test_a_rough_network_loses_repeats_and_permutes() -> None:
    with Simulation(seed=2, weather=Weather(drop=0.5)) as simulation:
        for _ in range(20):
            simulation.do(Say(0, 1))
            simulation.do(Live(0))
        assert any("cut" in line for line in simulation.trace.lines)
    with pytest.raises(ValueError, match="share"):
        Weather(drop=1.0)
    assert played_in(ROUGH) != played_in(FAIR)


def played_in(weather: Weather) -> list[str]:
    with Simulation(seed=6, weather=weather) as simulation:
        for _ in range(8):
            simulation.do(Say(0, 1))
            simulation.do(Live(0))
            simulation.do(Live(1))
        simulation.make_whole()
        return simulation.trace.lines


@pytest.mark.parametrize(
    ("words", "why"),
    [("sing 0", "no such action"), ("say 0", "say takes WHO TO"), ("say 0 x", "x")],
)
def test_what_is_no_action_is_refused(words: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_all(words)


def test_a_run_that_breaks_prints_the_line_that_repeats_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from doorless_lab.__main__ import main

    monkeypatch.setattr("doorless_client.core.order.Order.position", lambda self, place: place)
    monkeypatch.setattr("doorless_client.core.order.Order.place", lambda self, position: position)
    assert main(["simulate", "--seeds", "12"]) == 1
    broken = [line for line in capsys.readouterr().out.splitlines() if line.startswith("doorless")]
    assert main(broken[0].split()[1:]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == broken[0]


def test_runs_that_hold_end_well(capsys: pytest.CaptureFixture[str]) -> None:
    from doorless_lab.__main__ import main

    assert main(["simulate", "--seed", "3", "--seeds", "2", "--steps", "5"]) == 0
    assert capsys.readouterr().out == "2 runs, 0 broken\n"
    for words in ("say 0", "say 0 2", "say 1 1"):
        assert main(["simulate", "--play", words]) == 2
    assert main(["simulate", "--play", "say 0 1; live 0; live 1"]) == 0
    assert "every promise held" in capsys.readouterr().out
