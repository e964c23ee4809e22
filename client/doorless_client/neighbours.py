"""Who is at one's own relay is called by a handle alone, wherever a person types."""


def whole_address(typed: str, relay: str) -> str:
    """A handle with our own relay behind it; whatever else was typed, as it is."""
    return f"{typed}@{relay}" if typed and "@" not in typed and ":" not in typed else typed
