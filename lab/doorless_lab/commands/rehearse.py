"""`doorless-lab rehearse`: a lesson as it will go on this computer, the evening before."""

import argparse
from collections.abc import Sequence

from doorless_lab import batch, readiness
from doorless_lab.commands.base import DONE, FAILED, Sources, counted, write
from doorless_lab.commands.run import chosen_scenarios, lines
from doorless_lab.runner import Conditions
from doorless_lab.scenario import Scenario
from doorless_lab.web.lesson_plans import LESSONS

HELP = "play a lesson through: which verdicts it will show here, and how long each takes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path",
        metavar="PATH",
        nargs="+",
        help=f"a lesson ({', '.join(LESSONS)}), or scenarios in the order of the lesson",
    )


def run(chosen: argparse.Namespace, sources: Sources) -> int:  # noqa: ARG001
    scenarios = on_path(chosen.path)
    write(f"{counted(len(scenarios), 'scenario')}: {', '.join(one.id for one in scenarios)}")
    write(f"passphrases here: {readiness.passphrase().says}")
    agrees, longest, total = True, 0.0, 0.0
    for one in scenarios:
        write()
        write(f"{one.id}  {one.title.en}")
        for job in batch.jobs([one], Conditions()):
            result = batch.play_job(job)
            agrees &= result.agrees
            longest, total = max(longest, result.seconds), total + result.seconds
            for line in lines(result):
                write(f"  {line}")
        if one.law_as_of:
            write(f"  law as of {one.law_as_of}")
    write()
    write(f"played in {total:.1f} s, the longest in {longest:.1f} s")
    write(
        "every verdict is as it has to be"
        if agrees
        else "NOT EVERYTHING IS AS IT HAS TO BE: see above"
    )
    return DONE if agrees else FAILED


def on_path(path: Sequence[str]) -> tuple[Scenario, ...]:
    """Raises CommandError: neither a lesson nor scenarios."""
    lesson = LESSONS.get(path[0]) if len(path) == 1 else None
    if lesson is None:
        return chosen_scenarios(path, everything=False)
    ids = (station.scenario for station in lesson.stations if station.scenario)
    return chosen_scenarios(tuple(dict.fromkeys(ids)), everything=False)
