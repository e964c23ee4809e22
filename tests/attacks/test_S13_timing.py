"""S13: how long a refusal takes tells as little as what it says.

A sample compares what is done: the questions to the database, and the signatures that are checked.
DOORLESS_TIMING=10000 takes so many times of each kind, in turns, on a quiet machine: the medians
are within 5 %, and Welch's t of all but the slowest tenth stays below 4.5.
"""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from statistics import mean, median, variance
from time import perf_counter_ns
from typing import Any

import pytest

from asked_relay import Asked, asked, watch_database
from doorless_protocol.frames import SignIn, Submit
from doorless_protocol.keys import SIGNATURE_SIZE, DeviceId, DeviceKeys, Purpose, VerifyingKey
from doorless_server.limits import Bounds
from relay_person import Person

TIMES = int(os.environ.get("DOORLESS_TIMING", "0"))
ALICE, STRANGER = Person("alice", 1), Person("stranger", 2)
BLOB = re.compile(r"[xX]'[0-9a-fA-F]*'")

Act = Callable[[], Awaitable[object]]


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Asked]:
    """Alice's mailbox has no more room for strangers, and is in use."""
    async with asked(tmp_path) as made:
        await made.does(ALICE, ALICE.register())
        await made.fill(ALICE, Bounds().requests + 1)
        yield made


def submits(at: Asked) -> dict[str, Act]:
    """What is answered alike: nobody's mailbox, and Alice's with a token that is wrong, or none."""
    unknown, hers = at.random(16), ALICE.device.mailbox

    def to(mailbox: bytes, token: bytes) -> Act:
        return lambda: at.relay.submit([Submit(mailbox, token, at.random(16), bytes(2048))], at.now)

    return {
        "unknown": to(unknown, at.random(16)),
        "wrong token": to(hers, at.random(16)),
    }


def forged(device: DeviceKeys, account: bytes) -> SignIn:
    return SignIn(account, device.device, device.signing.verifying.encode(), bytes(SIGNATURE_SIZE))


def sign_ins(at: Asked) -> dict[str, Act]:
    """A wrong signature, under Alice's key and under a key that nobody has."""

    def by(login: SignIn) -> Act:
        def act() -> Awaitable[object]:
            at.elapsed += 1  # for the bound of signatures (S06)
            return at.relay.handle(at.greeted(), login, at.now)

        return act

    return {
        "unknown key": by(forged(STRANGER.device, STRANGER.account)),
        "right key": by(forged(ALICE.device, ALICE.account)),
    }


def strangers(at: Asked) -> dict[str, Act]:
    """A good signature that is not Alice's, for her device and for one that there is not."""
    hers, mine = ALICE.device.device, STRANGER.device.device

    def by(device: bytes) -> Act:
        def act() -> Awaitable[object]:
            at.elapsed += 1
            peer = at.greeted()
            login = STRANGER.sign_in(peer, replace(STRANGER.device, device=DeviceId(device)))
            return at.relay.handle(peer, login, at.now)

        return act

    return {"unknown device": by(mine), "wrong key": by(hers)}


async def work_of(at: Asked, act: Act, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What one of them has done, the second time."""
    done: list[str] = []
    honest = VerifyingKey.verify

    def verify(self: VerifyingKey, purpose: Purpose, signed: bytes, signature: bytes) -> None:
        done.append("a signature")
        honest(self, purpose, signed, signature)

    await act()
    with monkeypatch.context() as patch:
        patch.setattr(VerifyingKey, "verify", verify)
        watch_database(at.store, lambda said: done.append(BLOB.sub("?", said)))
        await act()
        watch_database(at.store, None)
    return done


def no_search(_db: object, _named: bytes) -> None:
    """Faster where there is a mailbox."""


@pytest.mark.attack(
    "S13",
    "nobody's mailbox and a full one are refused after the same questions to the database",
    weaken={"doorless_server.store.sqlite_mail.search_in_vain": no_search},
)
@pytest.mark.claim("P7", "and the same questions to the database")
async def test_mailboxes_take_as_long(
    at: Asked, monkeypatch: pytest.MonkeyPatch, record: Any
) -> None:
    unknown, wrong = [await work_of(at, each, monkeypatch) for each in submits(at).values()]
    assert any("SELECT" in said for said in unknown)
    assert unknown == wrong
    more = abs(len(unknown) - len(wrong))
    record("S13", "questions more for one mailbox than for none", more, "", "== 0")


@pytest.mark.attack(
    "S13",
    "a wrong signature is refused after one check and no question, whosever key it is under",
    weaken={"doorless_server.relay.check_login": lambda _peer, _asked: None},
)
async def test_wrong_signatures_take_as_long(at: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    for act in sign_ins(at).values():
        assert await work_of(at, act, monkeypatch) == ["a signature"]


@pytest.mark.attack(
    "S13",
    "a stranger's good signature signs in after the same questions, whether there is such a device",
    weaken={"doorless_server.relay._is_of": lambda _peer, _seat: True},
)
async def test_devices_take_as_long(at: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown, wrong = [await work_of(at, each, monkeypatch) for each in strangers(at).values()]
    assert unknown == wrong


@pytest.mark.claim("S13", "refusals take as long, whoever they are about")
@pytest.mark.skipif(not TIMES, reason="DOORLESS_TIMING=10000 measures it, on a quiet machine")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kinds", [submits, sign_ins])
async def test_times_are_alike(
    kinds: Callable[[Asked], dict[str, Act]],
    at: Asked,
    capsys: pytest.CaptureFixture[str],
    record: Any,
) -> None:
    acts = kinds(at)
    times: dict[str, list[int]] = {name: [] for name in acts}
    for turn in range(TIMES):
        for name in sorted(acts, reverse=turn % 2 == 1):
            begun = perf_counter_ns()
            await acts[name]()
            times[name].append(perf_counter_ns() - begun)
    one, other = (sorted(each)[: TIMES * 9 // 10] for each in times.values())
    ratio = median(one) / median(other)
    welch = (mean(one) - mean(other)) / ((variance(one) + variance(other)) / len(one)) ** 0.5
    with capsys.disabled():
        print(f"\n{' / '.join(acts)}: {ratio:.3f}, Welch's t {welch:.1f}", end="")
    assert abs(ratio - 1) <= 0.05
    assert abs(welch) < 4.5
    of = f"({TIMES:,} of each)"
    record("S13", f"apart in time: {' / '.join(acts)}", abs(ratio - 1) * 100, f"% {of}", "<= 5")
    record("S13", f"Welch's t: {' / '.join(acts)}", abs(welch), of, "<= 4.5")
