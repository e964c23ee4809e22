"""R14: who watches envelopes learns no session from them; who floods with junk buys no work."""

from collections import Counter
from random import Random as Seeded

import pytest
from msgspec.structs import replace

from doorless_lab.pair import Device, Talker, meet
from doorless_protocol.errors import ForgedError
from doorless_protocol.primitives import HeaderKey
from doorless_protocol.ratchet.triple import BODY_OFFSET
from doorless_protocol.session import Session, open_any
from doorless_protocol.sizes import SIZE_CLASSES

NOW = 1_800_000_000
LIVE = 2
"""Header keys of a session with nothing late: of the chain in use and of the next one."""


def pair(seed: int) -> tuple[Talker, Talker]:
    random = Seeded(seed).randbytes
    return meet(*(Device.draw(name, NOW, random) for name in ("alice", "bob")), NOW, random)


def others(session: Session, count: int, random) -> list[Session]:
    """As many more, with other people; their header keys are all that a search looks at."""

    def another() -> Session:
        ratchet = session.ratchet
        keys = replace(
            ratchet.double.keys,
            in_key=HeaderKey(random(32)),
            next_in_key=HeaderKey(random(32)),
        )
        double = replace(ratchet.double, keys=keys)
        return replace(session, ratchet=replace(ratchet, double=double))

    return [another() for _ in range(count)]


class Tries:
    """Counts trial decryptions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        whole = HeaderKey.open

        def open(key: HeaderKey, nonce: bytes, sealed: bytes, context: bytes) -> bytes | None:
            self.count += 1
            return whole(key, nonce, sealed, context)

        monkeypatch.setattr(HeaderKey, "open", open)


def takes_any_tag(key: HeaderKey, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    return sealed[:-16]


@pytest.mark.attack(
    "R14",
    "junk costs two tries a session among a thousand, opens nothing and changes nothing",
    weaken={"doorless_protocol.primitives.HeaderKey.open": takes_any_tag},
)
def test_junk_among_a_thousand_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = pair(14)
    dice = Seeded(15)
    sessions = [*others(bob.session, 999, dice.randbytes), bob.session]
    tries = Tries(monkeypatch)
    for size in (*SIZE_CLASSES, *SIZE_CLASSES):
        tries.count = 0
        with pytest.raises(ForgedError):
            open_any(sessions, dice.randbytes(size), NOW, bob.identity)
        assert tries.count <= LIVE * len(sessions)
    opened = open_any(sessions, alice.says(b"and an honest one"), NOW, bob.identity)
    assert (opened.before, opened.content) == (bob.session, b"and an honest one")


@pytest.mark.attack(
    "R14",
    "a peer who leaves gaps on purpose cannot make junk dearer than 100 tries in his session",
    weaken={"doorless_protocol.ratchet.late.MAX_CHAINS": 10**9},
)
def test_gaps_on_purpose_make_junk_no_dearer(monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = pair(16)
    bound = 100
    for _ in range(bound + 20):
        alice.hears(bob.says(b"your turn"))
        alice.says(b"never arrives")
        bob.hears(alice.says(b"arrives"))
    tries = Tries(monkeypatch)
    with pytest.raises(ForgedError):
        open_any([bob.session], Seeded(17).randbytes(2048), NOW, bob.identity)
    assert bound < tries.count <= LIVE + bound


def numbered(key: HeaderKey, nonce: bytes, header: bytes, context: bytes) -> bytes:
    """Sealed, but for the counters: as in a ratchet without header encryption."""
    return header[:56] + seal(key, nonce, header, context)[-16:]


seal = HeaderKey.seal


@pytest.mark.attack(
    "R14",
    "no byte of their envelopes tells two sessions apart, or two messages of one session",
    weaken={"doorless_protocol.primitives.HeaderKey.seal": numbered},
)
def test_no_byte_tells_two_sessions_apart() -> None:
    """Fixed or counting bytes would repeat in one session more often than chance lets them."""
    talkers = [pair(seed)[0] for seed in (18, 19)]
    count = 200
    envelopes = [[talker.says(b"hello") for _ in range(count)] for talker in talkers]
    for place in range(BODY_OFFSET + 64):
        for said in envelopes:
            commonest = Counter(envelope[place] for envelope in said).most_common(1)[0][1]
            assert commonest < 12, (
                f"byte {place} repeats"
            )  # 0.8 expected; 12 anywhere: one run of 300,000
    for size in (4, 8, 32):
        pieces = [
            envelope[at : at + size]
            for said in envelopes
            for envelope in said
            for at in range(0, BODY_OFFSET + 64, size)
        ]
        repeated = len(pieces) - len(set(pieces))
        assert repeated <= (2 if size == 4 else 0)
