"""How often Python looks for garbage: a look at everything stalls the screen for two frames."""

import gc

YOUNG, MIDDLE, OLD = 20_000, 20, 50
"""Objects made until the young ones are looked at, for 2 ms; and every so many looks the older.

With Python's own 700, 10 and 10 a burst of 5,000 messages is interrupted twice by looks at all of
the app's 80,000 objects, 50 ms each. Locking collects everything by itself.
"""


def collect_seldom() -> None:
    """Never more often than it was set to be before."""
    young, middle, old = gc.get_threshold()
    if young:  # 0: somebody turned it off
        gc.set_threshold(max(young, YOUNG), max(middle, MIDDLE), max(old, OLD))
