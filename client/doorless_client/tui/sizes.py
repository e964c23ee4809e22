"""Sizes as people read them."""

KIB = 1024


def in_words(size: int) -> str:
    """Bytes, with the unit that keeps the number short."""
    if size < KIB:
        return f"{size} B"
    if size < KIB * KIB:
        return (
            f"{size / KIB:.0f} KiB"
            if size % KIB == 0 or size >= 10 * KIB
            else f"{size / KIB:.1f} KiB"
        )
    return f"{size / KIB / KIB:.1f} MiB"
