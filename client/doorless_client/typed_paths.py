"""Where a path leads that a person typed."""

from pathlib import Path


def path_of(typed: str | Path) -> Path:
    """With the home folder for `~`. What begins with a `~` of nobody on this computer is a name."""
    path = Path(typed)
    try:
        return path.expanduser()
    except RuntimeError:  # no such person, or one without a home
        return path
