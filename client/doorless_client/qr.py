"""A QR code in lines of half blocks, for a terminal: light on its dark background."""

import segno

QUIET_ZONE = 2
"""Modules of light around the code. The standard asks for 4; cameras read 2."""

_BLOCKS = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}


def half_blocks(text: str) -> list[str]:
    """Two rows of modules to a line; what is dark in the code is left to the background."""
    code = segno.make(text, error="l", micro=False)
    rows = [bytes(row) for row in code.matrix_iter(border=QUIET_ZONE)]
    if len(rows) % 2:
        rows.append(bytes(len(rows[0])))
    return [
        "".join(_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
