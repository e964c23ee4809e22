"""How many messages until a thief of both sessions reads neither side, and in chunks of 32 bytes.

Both states are stolen at a random moment from real sessions; the thief stays passive, follows
with the real code, and also gets the private half of every X25519 key (a quantum computer), so
that only ML-KEM locks him out. Counted up to and including the first message of the slower side
that he cannot read. The peer is the same session with its hop in chunks of 32 bytes.
"""

import statistics
import sys

from benchmarks.report import Report, run
from doorless_lab.healing.trial import SCHEDULES, trials

SEED = 7
WORST_ALTERNATING = 6
MEAN_WITH_LOSS = 13


def fill(report: Report, quick: bool) -> None:
    thefts, chunked_thefts = (200, 16) if quick else (1000, 100)
    for schedule in SCHEDULES:
        healed = trials(schedule, thefts, SEED)
        content = [each.content for each in healed]
        in_chunks = [each.content for each in trials(schedule, chunked_thefts, SEED, chunks=True)]
        mean = statistics.mean(content)
        _beside(report, f"{schedule.name}, mean", mean, statistics.mean(in_chunks))
        _beside(report, f"{schedule.name}, worst", max(content), max(in_chunks))
        if schedule.loss:
            report.at_most(f"{schedule.name}, mean at most", "messages", mean, MEAN_WITH_LOSS)
        if schedule.name == "alternating":
            work = f"{schedule.name}, worst at most"
            report.at_most(work, "messages", max(content), WORST_ALTERNATING)
        report.note(f"{schedule.name}, 19 of 20 within", "messages", _within(content))
        mean = statistics.mean(each.headers for each in healed)
        report.note(f"{schedule.name}, headers, mean", "messages", mean)
        classical = trials(schedule, thefts, SEED, quantum=False)
        mean = statistics.mean(each.content for each in classical)
        report.note(f"{schedule.name}, mean, classical thief", "messages", mean)
    report.note("thefts of each schedule", "thefts", thefts)
    report.note("thefts of each schedule, in chunks", "thefts", chunked_thefts)


def _beside(report: Report, work: str, ours: float, in_chunks: float) -> None:
    report.against(work, "messages", ours, in_chunks, "chunks of 32 bytes")


def _within(healed: list[int]) -> int:
    """Messages within which 95 of 100 thefts are over."""
    return sorted(healed)[len(healed) * 95 // 100]


if __name__ == "__main__":
    sys.exit(run("healing", fill, ("cryptography",)))
