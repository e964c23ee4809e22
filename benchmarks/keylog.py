"""The key log at ten thousand and at a million accounts: what a lookup, an epoch, a check cost.

The log is the relay's own, in SQLite files, asked through the relay's core from the frame that
came to the frame that goes; the client's checks are the client's own code. Every account has
its leaf and its chain. Records, 3.5 kB each, have those who are looked up and changed: a
million of them would be 3.6 GB of files, of which a lookup reads one row either way.

    python -m benchmarks.keylog [--json] [--check] [--quick]
"""

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.keylog_world import KEYS, LogWorld, Person
from benchmarks.report import ROUNDS, Report, run
from doorless_protocol.frames import Found, Lookup
from doorless_protocol.keys import SIGNATURE_SIZE
from doorless_protocol.log.epoch import LEAF_SIZE
from doorless_protocol.log.label import Label
from doorless_protocol.log.lookup import look_up
from doorless_protocol.log.proofs import LookupProof
from doorless_protocol.log.view import LogView
from doorless_protocol.log_frames import LogAnchors, LogAtAnchor, LogHead, LogProof
from doorless_server.directory import labels

SIZES, QUICK_SIZES = (10_000, 1_000_000), (1_000, 10_000)
PEOPLE = 100
"""Who is looked up, and who changes in one epoch."""

LOOKUP_MS, EPOCH_MS, VERIFY_MS = 2, 50, 2
PROOF_KB, LOOKUP_KB, CHECK_KB = 2.1, 9, 0.85

Figures = dict[tuple[str, str], float]
"""By what was done and the unit."""


def fill(report: Report, quick: bool) -> None:
    small, large = (measured(report, size) for size in (QUICK_SIZES if quick else SIZES))
    for work, unit in small:
        report.note(f"{work}, growth", f"{unit}/{unit}", large[work, unit] / small[work, unit])


def measured(report: Report, accounts: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="doorless-keylog-") as folder:
        started = perf_counter()
        world = LogWorld(Path(folder), accounts, PEOPLE)
        name = f"{accounts:,} accounts"
        report.note(f"{name}: filled in", "s", perf_counter() - started)
        figures = sizes(world) | times(world)
        world.close()
        file = (Path(folder) / "log.db").stat().st_size
        report.note(f"{name}: file", "B/account", file / accounts)
    goals = {
        ("lookup", "ms CPU"): LOOKUP_MS,
        ("proof of a lookup, signatures apart", "KB"): PROOF_KB,
        ("proof of a lookup", "KB"): LOOKUP_KB,
        ("epoch of 100 changes", "ms"): EPOCH_MS,
        ("owner's daily check, head and anchor's leaf apart", "KB"): CHECK_KB,
        ("client's verification of a lookup", "ms CPU"): VERIFY_MS,
    }
    for (work, unit), figure in figures.items():
        goal = goals.get((work, unit))
        if goal is None:
            report.note(f"{name}: {work}", unit, figure)
        else:
            report.at_most(f"{name}: {work}", unit, figure, goal)
    return figures


def sizes(world: LogWorld) -> Figures:
    proofs = [asked_for(world, person).proof or b"" for person in world.people]
    noted = LookupProof.decode(proofs[0]).head.note
    lines = len(noted.encode()) - len(noted.text)
    head = proof_of(world, LogHead(0))
    checks = [len(proof_of(world, LogAtAnchor(p.handle, anchor(world), 1))) for p in world.people]
    anchors = len(proof_of(world, LogAnchors(anchor(world) - 1, 0)))
    return {
        ("proof of a lookup", "KB"): mean(len(proof) for proof in proofs) / 1024,
        ("proof of a lookup, signatures apart", "KB"): (
            mean(len(proof) for proof in proofs) - SIGNATURE_SIZE - lines
        )
        / 1024,
        ("head and its proofs", "KB"): len(head) / 1024,
        ("owner's daily check, head and anchor's leaf apart", "KB"): (mean(checks) - LEAF_SIZE)
        / 1024,
        ("owner's daily check, head apart", "KB"): mean(checks) / 1024,
        ("owner's daily check, all that is sent", "KB"): (mean(checks) + anchors) / 1024,
    }


def times(world: LogWorld) -> Figures:
    asked = {
        ("lookup", "ms CPU"): median(lambda: lookup_ms(world)),
        ("lookup of nobody", "ms CPU"): median(lambda: nobody_ms(world)),
        ("client's verification of a lookup", "ms CPU"): median(lambda: verify_ms(world)),
    }
    epochs = [epoch_ms(world) for _ in range(ROUNDS)]  # last: lookups are of first versions
    return {
        **asked,
        ("epoch of 100 changes", "ms"): statistics.median(wall for wall, _ in epochs),
        ("epoch of 100 changes", "ms CPU"): statistics.median(cpu for _, cpu in epochs),
    }


def lookup_ms(world: LogWorld) -> float:
    """Each label as if it were asked for the first time since the relay started."""
    world.log.locate = labels.locating(KEYS.vrf)
    return cpu_ms(lambda: [asked_for(world, person) for person in world.people])


def nobody_ms(world: LogWorld) -> float:
    world.log.locate = labels.locating(KEYS.vrf)
    names = [f"nobody{n}" for n in range(PEOPLE)]
    return cpu_ms(lambda: [world.directory.answers.look_up(Label(n), 0, 0) for n in names])


def verify_ms(world: LogWorld) -> float:
    """From an answer's bytes to a pin, by a client that looks somebody up for the first time."""
    answers = [(person, asked_for(world, person).proof or b"") for person in world.people]

    def verify() -> None:
        for person, proof in answers:
            view = LogView.begin(world.config)
            label, keys = Label(person.handle), (person.key.verifying,)
            look_up(view, LookupProof.decode(proof), 0, label, None, keys, world.now)

    return cpu_ms(verify)


def epoch_ms(world: LogWorld) -> tuple[float, float]:
    """Into chains, map and log, signed, synced and published: by the clock, and of the processor.

    The difference is the disk's, and of whatever else the machine does meanwhile.
    """
    world.stage(world.people)
    started, worked = perf_counter(), process_time()
    world.epoch()
    return (perf_counter() - started) * 1000, (process_time() - worked) * 1000


def asked_for(world: LogWorld, person: Person) -> Found:
    answered, _ = world.ask(Lookup(person.handle, 0))
    if not isinstance(answered, Found):
        raise TypeError(f"the relay answered {answered}")
    return answered


def proof_of(world: LogWorld, request: LogHead | LogAtAnchor | LogAnchors) -> bytes:
    answered, _ = world.ask(request)
    if not isinstance(answered, LogProof):
        raise TypeError(f"the relay answered {answered}")
    return answered.proof


def anchor(world: LogWorld) -> int:
    """A new one, in which everybody stands with the first version."""
    newest = world.log.newest()
    if newest is None or not newest.leaf.is_anchor:
        world.now += world.config.window
        world.epoch()
        newest = world.log.newest()
    if newest is None:
        raise ValueError("a log without epochs")
    return newest.leaf.anchor_no


def cpu_ms(work: Callable[[], object]) -> float:
    """Of this process, for each of the people."""
    started = process_time()
    work()
    return (process_time() - started) * 1000 / PEOPLE


def mean(figures: Iterable[int]) -> float:
    return statistics.mean(figures)


def median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(ROUNDS))


if __name__ == "__main__":
    sys.exit(run("keylog", fill, ("cryptography", "PyNaCl")))
