"""How long messages last, in words."""

_UNITS = ((604_800, "week"), (86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def in_words(seconds: int) -> str:
    """As "1 hour" or "90 minutes": one number of the largest unit that says it exactly."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    count = seconds // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
