"""The lines of the relay's pane. Styles are names of the theme: amber is what the relay has."""

from collections.abc import Iterable

from textual.content import Content

from doorless_client.text import safe_line
from doorless_client.tui import moments
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.sizes import in_words
from doorless_client.tui.wrapping import shorten, wrap
from doorless_lab.holdings import Holdings
from doorless_lab.leak_watch import Look, Place
from doorless_lab.sights import Sight, hex_rows, short

TITLE, VALUE, QUIET = "$relay bold", "$relay", "$relay-dim"
GOOD, BAD = "$seal bold", "$error bold"

ENVELOPE_ROWS = 3
NAME, COUNT = 14, 5

WORDY = 42
"""Cells from which there is room for whole words."""


def rows(holdings: Holdings, width: int, *, all_tables: bool) -> list[Content]:
    """How much it holds, table by table."""
    head = "It holds, right now"
    lines = [Content.assemble((f"{head:<{NAME + COUNT + 1}}", TITLE), ("  of class", QUIET))]
    for table in holdings.tables:
        if table.rows or all_tables:
            room = max(0, width - NAME - COUNT - 3)
            lines.append(
                Content.assemble(
                    (f" {table.name:<{NAME}}", QUIET),
                    (f"{table.rows:>{COUNT}}", VALUE),
                    (f"  {shorten(table.classes, room)}", QUIET),
                )
            )
    return lines


def envelope(newest: Sight | None, width: int) -> list[Content]:
    """The newest envelope, as it came."""
    if newest is None:
        return [
            Content.styled("The newest envelope", TITLE),
            Content.styled(" none came yet", QUIET),
        ]
    size = in_words(len(newest.envelope))
    facts = f" mailbox {short(newest.mailbox)}…, sender not told"
    return [
        Content.assemble(
            ("The newest envelope", TITLE),
            (f"  {moments.to_the_second(newest.at)}  {size}", VALUE),
        ),
        Content.styled(shorten(facts, width), VALUE),
        *(
            Content.styled(f" {row}", QUIET)
            for row in hex_rows(newest.envelope, width - 1, ENVELOPE_ROWS)
        ),
    ]


def leaks(look: Look | None, state: str, width: int, glyphs: Glyphs) -> list[Content]:
    """Where secrets were searched for, what was found, and whether the search works."""
    if look is None:
        return [
            Content.styled("Search for leaks", TITLE),
            Content.styled(f" {state}" if state else " it begins when both are here", QUIET),
        ]
    title, found, between = "Search for leaks ", f"{look.found} found", f" {glyphs.dot} "
    if len(title + found + between + state) > width:
        state = state.partition(" ")[0]  # "searching", and not what
    verdict = Content.assemble(
        (title, TITLE), (found, BAD if look.found else GOOD), (between + state, QUIET)
    )
    lines = [verdict, *(_place(place, width) for place in look.places)]
    return [*lines, _control(look, width)]


def _place(place: Place, width: int) -> Content:
    name = f" {place.name:<17}"
    if place.unreadable:
        why = shorten(safe_line(place.unreadable), width - len(name) - 1)
        return Content.assemble((name, QUIET), (f" {why}", QUIET))
    return Content.assemble(
        (name, QUIET),
        (f"{in_words(place.scanned):>9}", VALUE),
        (f"{place.found:>4}", BAD if place.found else GOOD),
        (f"  {'planted ' if width >= WORDY else '+'}{place.control}", QUIET),
    )


def _control(look: Look, width: int) -> Content:
    """The search is worth something only if it finds what was planted."""
    leaked = [finding for place in look.places for finding in place.findings]
    if leaked:
        return Content.styled(f" {leaked[0].marker}, as {leaked[0].disguise}", BAD)
    if not look.control_works:
        return Content.styled(" what was planted was NOT found", BAD)
    long = f" {look.secrets} secrets looked for; planted ones found"
    short_one = f" {look.secrets} secrets; + what was planted"
    return Content.styled(long if width >= WORDY else short_one, QUIET)


def learns(recent: Iterable[Sight], width: int) -> list[Content]:
    """What it does learn, the newest first."""
    lines = [Content.styled("What it does learn", TITLE)]
    for sight in reversed(list(recent)):
        moment = moments.to_the_second(sight.at)
        first, *rest = wrap(safe_line(sight.line), max(12, width - len(moment) - 3))
        lines.append(Content.assemble((f" {moment} ", QUIET), (first, VALUE)))
        lines += [Content.styled(f"{'':{len(moment) + 3}}{line}", VALUE) for line in rest]
    return lines
