"""Orders counted in bands, as a step: none, and one less than a band is wide."""

from collections.abc import Sequence

from doorless_lab.scenario import Evidence, Seat, Step
from doorless_lab.stage import RELAY_NAME
from doorless_lab.staging.lines import plain
from doorless_lab.words import Words
from doorless_server.demands.chain import Recorded
from doorless_server.demands.entries import Opened
from doorless_server.demands.report.as_html import as_html
from doorless_server.demands.report.bands import bands
from doorless_server.demands.report.model import Imprint
from doorless_server.demands.report.period import DAY, Period
from doorless_server.demands.report.structures import STRUCTURES


def step_in_bands() -> Step:
    """Of none and of one less than a band is wide, in each of the four structures."""
    lines, same = [], 0
    for width, structure in STRUCTURES.items():
        period = Period.parse("2024" if structure.yearly else "2024-H2")
        none, most = _banded((), width, period), _banded(_letters(width - 1), width, period)
        same += none == most
        is_, are = ("derselbe", "the same") if none == most else ("ein anderer", "another")
        lines.append(
            plain(
                f"0 und {width - 1} Anordnungen: {is_} Bericht",
                f"0 and {width - 1} orders: {are} report",
            )
        )
    return Step(
        Words(
            "In Bändern gezählt sehen 0 und 249 Anordnungen gleich aus, bis aufs Byte.",
            "Counted in bands, 0 and 249 orders look the same, to the byte.",
        ),
        {Seat.PUBLIC: tuple(lines)},
        (
            Evidence(
                "bands",
                Words("Berichte in Bändern", "Reports in bands"),
                {"structures": len(STRUCTURES), "same": same},
                _banded((), 250, Period.parse("2024-H2")).encode(),
                "text/html",
            ),
        ),
    )


def _banded(entries: Sequence[Recorded], width: int, period: Period) -> str:
    imprint = Imprint(RELAY_NAME, "", None, simulation=True)
    return as_html(bands(entries, period, width, period.end + 400 * DAY, imprint))


def _letters(count: int) -> tuple[Recorded, ...]:
    when = Period.parse("2024-H2").start + 30 * DAY
    return tuple(
        Recorded(
            number,
            when,
            Opened(
                demand_id=f"L{number}",
                sha256="",
                instrument="US_NSL",
                authority_kind="police",
                country="US",
                categories=("basic",),
                accounts=1,
                gag=True,
            ),
            "",
        )
        for number in range(count)
    )
