"""A week between some people, as one of them sees it on a Friday afternoon."""

from dataclasses import dataclass

from doorless_client.core.message_parts import FileState, FileView
from doorless_client.core.views import Connection, Kind, Link, Message, Standing, State, Trust
from doorless_client.text import safe_line
from doorless_lab.fake_engine import FakeEngine

NOW = 1_800_023_490
"""A Friday in January 2027, 14:31:30 UTC."""

HOUR, DAY, WEEK = 3_600, 86_400, 604_800
MIB = 1024 * 1024


@dataclass(frozen=True)
class Cast:
    """The engine, and the conversations that pictures open."""

    engine: FakeEngine
    ada: bytes
    alan: bytes


def cast() -> Cast:
    engine = FakeEngine(NOW, relay="relay.local")
    engine.connect(Connection(Link.ONLINE, "relay.local", waiting=2, round_trip=0.024))
    for name, text, ago, mine, trust in (
        ("Barbara Liskov", "Substitute away", 4 * DAY, False, Trust.FIRST_SEEN),
        ("Radia Perlman", "The tree has no loops", 3 * DAY, False, Trust.VERIFIED),
        ("Katherine Johnson", "Numbers checked twice.", 2 * DAY, True, Trust.FIRST_SEEN),
        ("Claude Shannon", "Entropy is only surprise", 2 * DAY - HOUR, True, Trust.VERIFIED),
        ("Hedy Lamarr", "Frequency list.pdf", 2 * HOUR + 33 * 60, True, Trust.VERIFIED),
        ("Noor Inayat", "The key is under the third stone", 110 * 60, True, Trust.FIRST_SEEN),
    ):
        state = State.READ if mine else None
        engine.arrive(
            engine.person(name, trust=trust), text, at=NOW - ago, mine=mine, state=state, seen=True
        )
    alan = _alan(engine)
    stranger = engine.person("Mallory", standing=Standing.REQUEST)
    engine.arrive(stranger, "Hi, remember me?", at=NOW - 70 * 60, state=State.REQUEST)
    grace = engine.person("Grace Hopper", trust=Trust.VERIFIED)
    engine.arrive(grace, "I found a moth", at=NOW - 560)
    engine.arrive(grace, "in relay 70", at=NOW - 550)
    engine.change(grace, typing=True)
    return Cast(engine, _ada(engine), alan)


def _alan(engine: FakeEngine) -> bytes:
    alan = engine.person("Alan Turing", trust=Trust.CHANGED)
    said = (
        ("Can machines keep a secret?", False, 98),
        ("This one can. Ask the relay.", True, 96),
        ("I did. It knew the hour, and nothing of what we said.", False, 94),
        ("That is all there is to know.", True, 93),
    )
    for text, mine, minutes in said:
        state = State.READ if mine else None
        engine.arrive(alan, text, at=NOW - minutes * 60, mine=mine, state=state, seen=True)
    engine.arrive(alan, "Lunch?", at=NOW - 86 * 60, mine=True, state=State.WAITING)
    return alan


def _ada(engine: FakeEngine) -> bytes:
    ada = engine.person("Ada Lovelace", trust=Trust.VERIFIED)

    def said(clock: str, text: str, mine: bool = False, **parts: object) -> Message:
        hours, minutes, seconds = (int(part) for part in clock.split(":"))
        at = NOW - NOW % DAY + hours * HOUR + minutes * 60 + seconds
        parts.setdefault("state", State.READ if mine else None)
        parts.setdefault("seen", True)
        return engine.arrive(ada, text, at=at, mine=mine, **parts)

    long_ago = NOW - 5 * DAY
    engine.arrive(ada, "You verified Ada", at=long_ago, kind=Kind.NOTE, seen=True)
    relief = "Good. Now nobody can sit between us without us noticing."
    engine.arrive(ada, relief, at=long_ago + 60, seen=True)
    timer = "Ada chose that messages disappear 1 week after they were seen"
    engine.arrive(ada, timer, at=long_ago + 130, kind=Kind.NOTE, enveloped=True, seen=True)
    engine.change(ada, lasts=WEEK)
    said("14:02:11", "Did the new relay pass the padding tests?")
    said("14:02:40", "I want to show the class what an eavesdropper would get.")
    sizes = said(
        "14:03:05",
        "Yes. Six sizes, from 2 to 64 KiB. A one-word reply and a whole paragraph look exactly "
        "the same on the wire.",
        mine=True,
    )
    engine.messages.react_as(sizes, "🎉", mine=False)
    quote = engine.messages.quote(sizes)
    said("14:04:22", "So “ok” and my long sentences both cost 2 KiB?", quote=quote)
    said("14:04:57", "ok", mine=True)
    said("14:05:03", "Exactly.", mine=True)
    report = FileView(safe_line("padding-report.pdf"), MIB // 8, FileState.HERE, MIB // 8, True)
    said("14:11:30", "", file=report)
    dull = said(
        "14:12:02",
        "It is beautiful how dull the traffic looks. Press F2 and scroll: your words on the "
        "left, noise on the right.",
        edited=1,
    )
    engine.messages.react_as(dull, "💚", mine=True)
    said("14:29:12", "Are we ready for the lesson at 15:00?", seen=False)
    said("14:30:02", "Ready. The X-ray view is on the big screen.", mine=True)
    film = FileView(safe_line("sealed-demo.mp4"), 8 * MIB, FileState.MOVING, 5 * MIB, False)
    said("14:30:48", "", mine=True, state=State.WAITING, file=film)
    said("14:31:06", "Ship it. I'll watch the relay log.")
    said("14:31:20", "See you there", mine=True, state=State.DELIVERED)
    said("14:31:25", "Bringing coffee", mine=True, state=State.WAITING)
    return ada
