"""The protocol beside python DoubleRatchet, vodozemac and the cost of its own primitives.

Texts of 256 bytes; the session seals them in envelopes of 2 KiB. All on one core, in seconds of
its time: what else the machine does must not count. Short turns, and many of them, keep both
sides of a ratio in the same weather.
"""

import gc
import statistics
import sys
from collections.abc import Callable, Mapping
from functools import partial
from os import urandom
from time import process_time

from benchmarks import primitive_limits, ratchet_peers
from benchmarks.classic import pair
from benchmarks.report import Report, alternate, run
from doorless_lab.pair import Device, Talker, meet
from doorless_protocol.errors import DoorlessError
from doorless_protocol.primitives import KemSeed
from doorless_protocol.session import Session, open_any
from doorless_protocol.snapshot import changes, parts

NOW = 1_800_000_000
TEXT = urandom(256)
KEM = KemSeed(urandom(64))  # what opens asks for it in epoch 1 only
PACKAGES = ("cryptography", "msgspec", "DoubleRatchet", "X3DH", "vodozemac")
FIND_AMONG = 1000
BACKWARDS = 1000

Work = Callable[[int], float]


def fill(report: Report, quick: bool) -> None:
    count = 400
    rounds = 7 if quick else 31
    peers = _peers(report)
    alice, bob = (talker.session for talker in _talkers())
    double_alone(report, peers, count, rounds)
    messages(report, peers, count, rounds, alice, bob)
    backwards(report, peers, alice, bob)
    set_up(report, peers, 30 if quick else 100)
    find(report, 50 if quick else 200)
    refusals(report)
    storage(report, count, alice)


def double_alone(
    report: Report, peers: dict[str, dict[str, Work]], count: int, rounds: int
) -> None:
    """The Double Ratchet with header encryption, unpadded."""
    alice, bob = pair(urandom)

    def seal() -> float:
        state, started = alice, process_time()
        for _ in range(count):
            state, _ = state.seal(TEXT, urandom)
        return (process_time() - started) / count * 1e6

    def open_() -> float:
        state, sent = alice, []
        for _ in range(count):
            state, message = state.seal(TEXT, urandom)
            sent.append(message)
        gc.collect()
        state_, started = bob, process_time()
        for message in sent:
            state_, text = state_.open(message)
        elapsed = process_time() - started
        if text != TEXT:
            raise RuntimeError("the ratchet lost a text")
        return elapsed / count * 1e6

    for name, ours, limit in (
        ("seal", seal, primitive_limits.classic_seal),
        ("open", open_, primitive_limits.classic_open),
    ):
        sides: dict[str, Callable[[], float]] = {"ours": ours, "limit": partial(limit, count)}
        sides |= {who: partial(work[name], count) for who, work in peers.items() if name in work}
        seen = alternate(sides, rounds)
        work = f"double alone, {name}"
        report.against(work, "us", seen["ours"], seen["limit"], "primitives", 0.75)
        _beside(report, work, seen, {"DoubleRatchet": 5.0, "vodozemac": None})


def messages(
    report: Report,
    peers: dict[str, dict[str, Work]],
    count: int,
    rounds: int,
    alice: Session,
    bob: Session,
) -> None:
    """Everything on: hybrid key, commitment, padding to 2 KiB, session bookkeeping."""

    def seal() -> float:
        session, started = alice, process_time()
        for _ in range(count):
            session, _ = session.seal(TEXT, urandom)
        return (process_time() - started) / count * 1e6

    def open_() -> float:
        sent = _send(alice, count)
        gc.collect()
        session, started = bob, process_time()
        for envelope in sent:
            session, _ = session.open(envelope, NOW, KEM)
        return (process_time() - started) / count * 1e6

    def ping_pong() -> float:
        one, other, started = alice, bob, process_time()
        for _ in range(count // 4):
            one, envelope = one.seal(TEXT, urandom)
            other, _ = other.open(envelope, NOW, KEM)
            one, other = other, one
        return (process_time() - started) / (count // 4) * 1e6

    goals: Mapping[str, float | None]
    for name, ours, limit, least, goals in (
        ("seal", seal, primitive_limits.seal, 0.75, {"DoubleRatchet": 3.0, "vodozemac": 1.0}),
        ("open", open_, primitive_limits.open_, 0.75, {"DoubleRatchet": 3.0, "vodozemac": None}),
        (
            "ping-pong",
            ping_pong,
            primitive_limits.ping_pong,
            0.9,
            {"DoubleRatchet": 1.1, "vodozemac": None},
        ),
    ):
        turns = count // 4 if name == "ping-pong" else count
        sides: dict[str, Callable[[], float]] = {"ours": ours, "limit": partial(limit, turns)}
        sides |= {who: partial(work[name], turns) for who, work in peers.items() if name in work}
        seen = alternate(sides, rounds)
        work = f"session, 2 KiB, {name}"
        report.against(work, "us", seen["ours"], seen["limit"], "primitives", least)
        _beside(report, work, seen, goals)


def backwards(
    report: Report, peers: dict[str, dict[str, Work]], alice: Session, bob: Session
) -> None:
    """The last message first: each of the others is late."""
    sent = _send(alice, BACKWARDS)
    opened = 0

    def ours() -> float:
        nonlocal opened
        session, opened, started = bob, 0, process_time()
        for envelope in reversed(sent):
            session, text = session.open(envelope, NOW, KEM)
            opened += text == TEXT
        return (process_time() - started) / BACKWARDS * 1e6

    sides = {"ours": ours}
    if "DoubleRatchet" in peers:
        sides["DoubleRatchet"] = lambda: peers["DoubleRatchet"]["reverse"](BACKWARDS)
    seen = alternate(sides)
    report.at_least("1,000 in reverse, opened", "messages", opened, BACKWARDS)
    _beside(report, "1,000 in reverse", seen, {"DoubleRatchet": None})


def set_up(report: Report, peers: dict[str, dict[str, Work]], count: int) -> None:
    """From a verified manifest: both signatures of the bundle, then the handshake.

    X3DH checks one classical signature and agrees on no post-quantum secret.
    """
    alice, bob = (Device.draw(name, NOW, urandom) for name in ("alice", "bob"))
    entry, account = bob.us.manifest.entry(bob.us.device.device), bob.us.manifest.account

    served = bob.serve()

    def ours() -> float:
        started = process_time()
        for _ in range(count):
            served.check(entry, account, NOW)
            alice.contact(bob, NOW, urandom)
        return (process_time() - started) / count * 1e6

    def answer() -> float:
        envelopes = [alice.contact(bob, NOW, urandom).seal(b"", urandom)[1] for _ in range(count)]
        started = process_time()
        for envelope in envelopes:
            bob.accept(bob.unseal(envelope), NOW)
        return (process_time() - started) / count * 1e6

    sides = {"ours": ours, "answer": answer}
    for who in ("X3DH", "vodozemac"):
        if who in peers:
            sides[who] = partial(peers[who]["set-up"], count)
    seen = alternate(sides)
    _beside(report, "set-up, initiator", seen, {"X3DH": 1.0, "vodozemac": None})
    report.note("set-up, responder, staple included", "us", seen["answer"])


def find(report: Report, samples: int) -> None:
    """A message of a random one of 1,000 sessions, and one of none of them."""
    alice, bob = (Device.draw(name, NOW, urandom, pairs=1) for name in ("alice", "bob"))
    pairs = [meet(alice, bob, NOW, urandom) for _ in range(FIND_AMONG)]
    sessions = [receiver.session for _, receiver in pairs]
    times = []
    for at in range(0, FIND_AMONG, FIND_AMONG // samples):
        envelope = pairs[at][0].session.seal(TEXT, urandom)[1]
        started = process_time()
        opened = open_any(sessions, envelope, NOW, KEM)
        times.append((process_time() - started) * 1e3)
        if opened.before is not sessions[at]:
            raise RuntimeError("found in another session")
    report.at_most("find one of 1,000 sessions, mean", "ms", statistics.mean(times), 2)
    report.note("find one of 1,000 sessions, last", "ms", max(times))
    junk = [urandom(2048) for _ in range(20)]
    started = process_time()
    for envelope in junk:
        _refuse(partial(open_any, sessions, envelope, NOW, KEM))
    report.note("refuse junk among 1,000 sessions", "ms", (process_time() - started) / 20 * 1e3)


def refusals(report: Report) -> None:
    """The dearest message that only the peer can make: a gap of 1,000 and a broken body."""
    alice, bob = _talkers()
    for _ in range(1000):
        envelope = alice.says(TEXT)
    spoilt = bytearray(alice.says(TEXT))
    spoilt[-1] ^= 1
    session = bob.session

    def ours() -> float:
        started = process_time()
        _refuse(partial(session.open, bytes(spoilt), NOW, KEM))
        return (process_time() - started) * 1e3

    report.at_most("refuse a gap of 1,000", "ms", alternate({"ours": ours})["ours"], 6)
    alice.says(TEXT)
    too_far = alice.says(TEXT)

    def at_once() -> float:
        started = process_time()
        _refuse(partial(session.open, too_far, NOW, KEM))
        return (process_time() - started) * 1e6

    report.note("refuse a gap of 1,001", "us", alternate({"ours": at_once})["ours"])
    bob.hears(envelope)


def storage(report: Report, count: int, alice: Session) -> None:
    after = alice.seal(TEXT, urandom)[0]

    def ours() -> float:
        started = process_time()
        for _ in range(count):
            changes(alice, after)
        return (process_time() - started) / count * 1e6

    report.note("encode what a step changed", "us", alternate({"ours": ours})["ours"])
    report.note("state between messages", "bytes", sum(map(len, parts(after).values())))


def _talkers() -> tuple[Talker, Talker]:
    alice, bob = (Device.draw(name, NOW, urandom) for name in ("alice", "bob"))
    return meet(alice, bob, NOW, urandom)


def _send(session: Session, count: int) -> list[bytes]:
    sent = []
    for _ in range(count):
        session, envelope = session.seal(TEXT, urandom)
        sent.append(envelope)
    return sent


def _refuse(step: Callable[[], object]) -> None:
    try:
        step()
    except DoorlessError:
        return
    raise RuntimeError("opened what it should refuse")


def _beside(
    report: Report, work: str, seen: dict[str, float], goals: Mapping[str, float | None]
) -> None:
    for who, goal in goals.items():
        if who in seen:
            report.against(work, "us", seen["ours"], seen[who], who, goal)


def _peers(report: Report) -> dict[str, dict[str, Work]]:
    found: dict[str, dict[str, Work]] = {}
    for name, load in (
        ("DoubleRatchet", ratchet_peers.double_ratchet),
        ("vodozemac", ratchet_peers.vodozemac),
        ("X3DH", ratchet_peers.x3dh),
    ):
        try:
            found[name] = load(TEXT)
        except ImportError:
            report.skip("every comparison", name, "not installed; pip install '.[bench]'")
    return found


if __name__ == "__main__":
    sys.exit(run("protocol", fill, PACKAGES))
