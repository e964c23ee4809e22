"""S06: whoever is nobody here has few signatures checked, and keeps no other address out."""

from typing import Any

import pytest

from asked_relay import HERS, Asked, asked
from doorless_protocol.frames import Answered, Done, Refusal, Refused, SignIn
from doorless_protocol.keys import SIGNATURE_SIZE, Purpose, VerifyingKey
from doorless_protocol.log_frames import Logged
from doorless_server.limits import UNPROVEN, Rate
from relay_person import Person

UNBOUNDED = Rate(1e9, 1e9)
SECONDS, EACH_SECOND = 3, 40
EVIL = "192.0.2.66"
ALLOWED = UNPROVEN.burst + UNPROVEN.per_second * SECONDS
ALICE = Person("alice", 1)
FORGED = SignIn(
    ALICE.account,
    ALICE.device.device,
    ALICE.device.signing.verifying.encode(),
    bytes(SIGNATURE_SIZE),
)


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[Purpose]:
    """Every signature that is checked, by what it is for."""
    seen: list[Purpose] = []
    honest = VerifyingKey.verify

    def verify(self: VerifyingKey, purpose: Purpose, signed: bytes, signature: bytes) -> None:
        seen.append(purpose)
        honest(self, purpose, signed, signature)

    monkeypatch.setattr(VerifyingKey, "verify", verify)
    return seen


async def signs_in(at: Asked, person: Person) -> Answered:
    peer = at.greeted()
    return (await at.relay.handle(peer, person.sign_in(peer), at.now, HERS)).answered


def is_busy(answered: Answered) -> bool:
    return isinstance(answered, Refused) and answered.reason == Refusal.BUSY


@pytest.mark.attack(
    "S06",
    "of one address's forged logins 32 are checked at once and 10 a second; others sign in",
    weaken={"doorless_server.rates.UNPROVEN": UNBOUNDED},
)
async def test_forged_logins_have_few_signatures_checked(
    checked: list[Purpose], record: Any
) -> None:
    async with asked(None, log=True) as at:
        assert isinstance(await at.does(ALICE, ALICE.register()), Logged)
        checked.clear()
        for _ in range(SECONDS):
            at.passes(1)
            for _ in range(EACH_SECOND):
                await at.relay.handle(at.greeted(), FORGED, at.now, EVIL)
        assert UNPROVEN.per_second * SECONDS <= len(checked) <= ALLOWED
        tried = f"of {SECONDS * EACH_SECOND} in {SECONDS} s"
        record(
            "S06", "forged signatures that were checked", len(checked), tried, f"<= {ALLOWED:.0f}"
        )
        assert is_busy(await at.anybody(FORGED, EVIL))
        assert await signs_in(at, ALICE) == Done()


@pytest.mark.attack(
    "S06",
    "good signatures of devices that nobody knows, and manifests that come to nothing, count alike",
    weaken={"doorless_server.rates.UNPROVEN": UNBOUNDED},
)
async def test_strangers_that_sign_have_few_signatures_checked(checked: list[Purpose]) -> None:
    stranger = Person("alice", 2)
    async with asked(None, log=True) as at:
        await at.does(ALICE, ALICE.register())
        checked.clear()
        for _ in range(SECONDS):
            at.passes(1)
            for _ in range(EACH_SECOND // 2):
                peer = at.greeted()
                outcome = await at.relay.handle(peer, stranger.sign_in(peer), at.now, EVIL)
                await at.relay.handle(outcome.peer, stranger.register(), at.now, EVIL)
        assert len(checked) <= ALLOWED


def keeps(self: object, cost: float = 1) -> None:
    """What was taken."""


@pytest.mark.attack(
    "S06",
    "devices of ours are never put off by it, however many sign in or register at one address",
    weaken={"doorless_server.limits.TokenBucket.give_back": keeps},
)
async def test_who_is_known_is_never_put_off() -> None:
    """A class behind one address; or everybody, after a restart."""
    async with asked(None, log=True) as at:
        for seed in range(12):
            person = Person(f"person{seed}", seed + 10)
            assert isinstance(await at.does(person, person.register()), Logged)
        for _ in range(60):
            assert await signs_in(at, person) == Done()
