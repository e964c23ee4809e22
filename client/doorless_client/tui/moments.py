"""Times as people read them, in this computer's time zone. All take Unix seconds."""

import time

DAY = 86_400
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def clock(moment: int) -> str:
    return time.strftime("%H:%M", time.localtime(moment))


def to_the_second(moment: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(moment))


def hour(moment: int) -> str:
    return time.strftime("%H:00", time.localtime(moment))


def full(moment: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))


def date(moment: int) -> tuple[int, int]:
    """The day that it falls on: year, and day of the year."""
    there = time.localtime(moment)
    return there.tm_year, there.tm_yday


def day(moment: int, now: int) -> str:
    """For a line between the messages of two days."""
    if date(moment) == date(now):
        return "Today"
    if date(moment) == date(now - DAY):
        return "Yesterday"
    there = time.localtime(moment)
    year = "" if there.tm_year == time.localtime(now).tm_year else f" {there.tm_year}"
    return f"{_WEEKDAYS[there.tm_wday]} {there.tm_mday} {_MONTHS[there.tm_mon - 1]}{year}"


def brief(moment: int, now: int) -> str:
    """For the chat list: at most six characters."""
    if not moment:
        return ""
    if date(moment) == date(now):
        return clock(moment)
    there = time.localtime(moment)
    if 0 <= now - moment < 6 * DAY:
        return _WEEKDAYS[there.tm_wday][:3]
    if there.tm_year == time.localtime(now).tm_year:
        return f"{there.tm_mday} {_MONTHS[there.tm_mon - 1][:3]}"
    return str(there.tm_year)
