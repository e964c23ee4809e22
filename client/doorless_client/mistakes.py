"""How a mistake of our own is told: what and where, never whose words it was about."""

import traceback
from pathlib import PurePath


def place(error: BaseException) -> str:
    """What failed and where. Never the message nor the values: they may be somebody's words."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
