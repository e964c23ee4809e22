"""The relay beside what a self-hoster would use instead, on the same work: messages of 2 KiB from
64 senders, 8 of each under way, for recipients that are away (kept) and that are there (delivered).

Each server has the same core in turn, the others stand still meanwhile; each as it comes, without
a limit on how much waits. What each has done when it says that it took a message stands beside its
name. What is not installed is skipped.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import ejabberd, mosquitto, prosody
from benchmarks.peer_load import Dialect, PeerLoad, acquaint, rate
from benchmarks.relay_mailboxes import settle
from benchmarks.relay_servers import Server, relay
from benchmarks.relay_speed import store_and_forward, stored
from benchmarks.report import QUICK_ROUNDS, ROUNDS, Report, alternate
from benchmarks.xmpp import Xmpp

AWAY, HERE = 250, 32
"""Recipients: as many as hold what is kept for them in all rounds; as many as in relay_speed."""


@dataclass(frozen=True, slots=True)
class Peer:
    """
    Attributes:
        durability: of a message that it said to have taken.
        kept, delivered: how many times its rate ours has to be; None where nothing is asked for.
    """

    name: str
    durability: str
    programs: tuple[str, ...]
    version: Callable[[], str]
    run: Callable[[Path], AbstractContextManager[Server]]
    dialect: Callable[[str], Dialect]
    kept: float | None = None
    delivered: float | None = None

    def missing(self) -> str | None:
        """What has to be installed first."""
        return next((each for each in self.programs if shutil.which(each) is None), None)


PEERS = (
    Peer(
        "Mosquitto, QoS 1",
        "in memory, written each half hour",
        ("mosquitto",),
        mosquitto.version,
        partial(mosquitto.mosquitto, saves=False),
        mosquitto.Mqtt,
        delivered=0.6,
    ),
    Peer(
        "Mosquitto, QoS 1, saving each change",
        "all is written anew, with an fsync, after the acknowledgements",
        ("mosquitto",),
        mosquitto.version,
        partial(mosquitto.mosquitto, saves=True),
        mosquitto.Mqtt,
    ),
    Peer(
        "Prosody, offline messages in files",
        "written to a file, no fsync; nobody acknowledges a delivery",
        ("prosody", "prosodyctl"),
        prosody.version,
        prosody.prosody,
        Xmpp,
    ),
    Peer(
        "ejabberd, offline messages in Mnesia",
        "in memory and a log, no fsync; nobody acknowledges a delivery",
        ("erl", "ejabberdctl"),
        ejabberd.version,
        ejabberd.ejabberd,
        Xmpp,
        kept=50,
        delivered=1.5,
    ),
)

SYNAPSE = "not in the system's packages"


def fill(report: Report, quick: bool) -> None:
    seconds, rounds = (0.5, QUICK_ROUNDS) if quick else (1.5, ROUNDS)
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        devices = settle(folder / "relay", AWAY + HERE)
        ours = running.enter_context(relay(folder / "relay"))
        away, here = devices[:AWAY], devices[AWAY:]
        giving = {"ours": _alone(ours, lambda: store_and_forward(ours, here, seconds))}
        keeping = {"ours": _alone(ours, lambda: stored(ours, away, seconds))}
        measured = list(_started(report, folder, running))
        for peer, server in measured:
            there, gone = peer.dialect("here"), peer.dialect("away")
            acquaint(gone, server.address, AWAY)
            giving[peer.name] = _alone(
                server, partial(_rate, there, server, HERE, seconds, offline=False)
            )
            keeping[peer.name] = _alone(
                server, partial(_rate, gone, server, AWAY, seconds, offline=True)
            )
        for server in (ours, *(server for _, server in measured)):
            stop(server.process)
        given, kept = alternate(giving, rounds), alternate(keeping, rounds)
    for peer, _ in measured:
        beside = f"{peer.name} ({peer.durability})"
        for work, seen, goal in (
            ("kept for who is away, fsynced, 2 KiB", kept, peer.kept),
            ("kept, delivered and acknowledged, fsynced, 2 KiB", given, peer.delivered),
        ):
            ours_here, theirs = seen["ours"], seen[peer.name]
            report.against(work, "1/s", ours_here, theirs, beside, goal, more_is_better=True)
    report.skip("beside what others use", "Synapse", SYNAPSE)


def _started(report: Report, folder: Path, running: ExitStack) -> Iterator[tuple[Peer, Server]]:
    """Those that are there and start; it is said why of the others."""
    for number, peer in enumerate(PEERS):
        if (missing := peer.missing()) is not None:
            report.skip("beside what others use", peer.name, f"{missing} is not installed")
            continue
        try:
            server = running.enter_context(peer.run(folder / f"peer{number}"))
        except (OSError, RuntimeError) as error:
            report.skip("beside what others use", peer.name, f"it does not start: {error}")
            continue
        report.versions[peer.name.partition(",")[0]] = peer.version()
        yield peer, server


def _rate(
    dialect: Dialect, server: Server, recipients: int, seconds: float, *, offline: bool
) -> float:
    return rate(PeerLoad(dialect, server.address, recipients, offline), seconds)


def _alone(server: Server, measure: Callable[[], float]) -> Callable[[], float]:
    """The same, on a server that goes on for as long as it takes."""

    def measured() -> float:
        os.sync()  # what the one before left to be written would be this one's to wait for
        os.kill(server.process, signal.SIGCONT)
        try:
            return measure()
        finally:
            stop(server.process)

    return measured


def stop(process: int) -> None:
    """What it still does for itself would be taken from whoever has its turn."""
    os.kill(process, signal.SIGSTOP)
