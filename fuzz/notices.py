"""Targets: a canary that was altered; notices that a lying relay makes up, as people see them."""

import msgspec

from doorless_client.core import canaries
from doorless_client.core.notices import shown
from doorless_client.notice_words import banner, canary_facts, facts
from doorless_client.store.notice_records import ToldNotice
from doorless_client.text import safe
from doorless_protocol.canary import read, sign
from doorless_protocol.frames import Answer, decode_from_relay, encode
from doorless_protocol.notice_frames import Notice, NoticesHeld
from fuzz.harmless import check_harmless
from fuzz.harness import Target, attempt, edit, promise
from fuzz.wire import NOTICE, hostile

SAID = ("Nobody was given a key of this relay.", "No order is in force.")
CANARY = sign(bytes(range(32)), "relay.example", SAID, "2026-11-22", "2027-02-22")
RENEWED = sign(bytes(range(32)), "relay.example", SAID[:1], "2027-01-01", "2027-05-01")
OLDER = sign(bytes(range(32)), "relay.example", SAID, "2026-11-21", "2027-05-01")
ELSEWHERE = sign(bytes(range(32)), "other.example", SAID, "2027-01-01", "2027-05-01")
ANOTHERS = sign(bytes(range(1, 33)), "relay.example", SAID, "2027-01-01", "2027-05-01")
SIGNED = CANARY, RENEWED, OLDER, ELSEWHERE, ANOTHERS

HELD = tuple(
    encode(Answer(1, NoticesHeld((notice,) * count, CANARY)))
    for count, notice in (
        (1, NOTICE),
        (3, msgspec.structs.replace(NOTICE, slot=None, handed=())),
        (1, msgspec.structs.replace(NOTICE, authority="court\u202etruoc")),
    )
)


def canary(script: bytes) -> None:
    """The first byte says what is altered: one of SIGNED, or the script is all of it."""
    choice, rest = script[:1].ljust(1, b"\0")[0], script[1:]
    data = rest if choice < 32 else edit(SIGNED[choice % len(SIGNED)], rest)
    said = attempt(lambda: read(data))
    promise((said is not None) == (data in SIGNED), "an altered canary is believed")
    known = canaries.judged(None, "relay.example", CANARY)
    promise(known is not None, "an honest canary is refused")
    if known is not None:
        after = canaries.judged(known, "relay.example", data)
        holds = data in (CANARY, RENEWED)
        newest = after and after.newest
        promise(newest == (data if holds else CANARY), "a pinned one is lost")
        if after is not None:
            promise(holds == (after.state == ""), "one that does not follow is as none")
            _harmless(canary_facts(canaries.view(after, 21_000)))


def told(data: bytes) -> None:
    frame = attempt(lambda: decode_from_relay(hostile(HELD, data)))
    answered = frame.answered if isinstance(frame, Answer) else None
    for notice in answered.notices if isinstance(answered, NoticesHeld) else ():
        _told(notice)


def _told(notice: Notice) -> None:
    one = shown(ToldNotice("relay.example", notice.demand, 1, 0, msgspec.msgpack.encode(notice)))
    _harmless([*facts(one), ("", banner([one])), ("", banner([one, one]))])


def _harmless(lines: list[tuple[str, str]]) -> None:
    for label, value in lines:
        check_harmless(label + value)
        promise(safe(label + value) == label + value, "something that a terminal obeys")
        promise(len(value) < 4_000, "more than a screen")


TARGETS = (
    Target("canary", "an altered canary renews nothing, and the pinned key stays", canary,
           (*(bytes((choice,)) for choice in range(40, 45)),
            *(bytes((choice, 0, 0, 200, 1)) for choice in (40, 41)),
            b"\0{}", b"\0" + CANARY, b"\x22\x00\x00\x10\x05")),
    Target("told", "whatever a relay tells of demands is harmless on a screen", told,
           (*(bytes((choice,)) for choice in (32, 33)), b"\x80\2\0\0\4", b"\x90\1\4\7", b"\xc8\0\1",
            *(b"\0" + held for held in HELD))),
)  # fmt: skip
