"""When this device looks at a key log: at times that were drawn, so that nothing shows in them.

    anchor          anchor          anchor
      │─────────────── window ────────│          a day, by the log's pinned set-up
      │  ·     ·         ·    ·       │          looks at the log and at our own entry: drawn
      │            ·                  │          each entry of somebody else: a time of its own

What was missed while the device was away is made up for some minutes after it is back, and
at once when a whole window went by. Spec: docs/spec/08-state.md §14.3.
"""

from doorless_client.core.drawn import between
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.view import LogView

LOOKS = (1 / 6, 1 / 2)
"""Of a window, least and most, between two looks at our own entry: every anchor meets one."""

SOON = (60.0, 600.0)
"""Seconds, least and most, from coming back to making up for a look that was missed."""

SETTLING = 2
"""Heartbeats after the beginning of a window, by which its anchor must be there."""


def between_looks(config: LogConfig) -> tuple[float, float]:
    """Seconds, least and most."""
    return config.window * LOOKS[0], config.window * LOOKS[1]


def soon(config: LogConfig) -> tuple[float, float]:
    """Seconds, least and most; no more than a hundredth of the window for a short one."""
    return min(SOON[0], config.window / 1000), min(SOON[1], config.window / 100)


def next_anchor_look(view: LogView, now: float, drawn: bytes) -> float:
    """A moment of the next window: after its anchor, evenly to its end. Unix seconds.

    Args:
        drawn: four random bytes.
    """
    config = view.config
    begins = (int(now) // config.window + 1) * config.window
    settled = begins + min(SETTLING * config.heartbeat, config.window // 2)
    return between(settled, begins + config.window, drawn)


def made_up_for(at: float, config: LogConfig, now: float, drawn: bytes) -> float:
    """When a look that was drawn for `at` happens, by who comes back at `now`."""
    if at > now:
        return at
    if now - at > config.window:
        return now
    return now + between(*soon(config), drawn)
