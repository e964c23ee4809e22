"""Numbers made of random bytes."""


def between(least: float, most: float, drawn: bytes) -> float:
    """A number from `least` to `most`, evenly, by four random bytes."""
    return least + (most - least) * int.from_bytes(drawn) / 2**32
