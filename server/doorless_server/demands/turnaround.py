"""How long an answer took, in words: a long time in days, which nobody counts in minutes."""

from typing import Final

from doorless_server.demands.texts import Text

_HOUR: Final = 60
_DAY: Final = 24 * _HOUR


def in_words(minutes: int) -> Text:
    """`63 days 18 hours`: the two largest units, and what is less is cut off."""
    days, rest = divmod(minutes, _DAY)
    hours, left = divmod(rest, _HOUR)
    if days:
        parts = (_days(days), _hours(hours) if hours else None)
    elif hours:
        parts = (_hours(hours), _minutes(left) if left else None)
    else:
        parts = (_minutes(left), None)
    said = [part for part in parts if part is not None]
    return Text(" ".join(part.de for part in said), " ".join(part.en for part in said))


def _days(count: int) -> Text:
    return Text("1 Tag", "1 day") if count == 1 else Text(f"{count} Tage", f"{count:,} days")


def _hours(count: int) -> Text:
    return Text("1 Stunde", "1 hour") if count == 1 else Text(f"{count} Stunden", f"{count} hours")


def _minutes(count: int) -> Text:
    return Text(f"{count} Min.", "1 minute" if count == 1 else f"{count} minutes")
