"""A QR code in text has the modules of the code."""

import segno

from doorless_client.qr import QUIET_ZONE, half_blocks

MODULES = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}


def test_every_module_is_drawn() -> None:
    text = "doorless:v1?relay=relay.example&handle=alice"
    rows: list[bytes] = []
    for line in half_blocks(text):
        pairs = [MODULES[character] for character in line]
        rows += [bytes(pair[0] for pair in pairs), bytes(pair[1] for pair in pairs)]
    code = segno.make(text, error="l", micro=False)
    wanted = [bytes(row) for row in code.matrix_iter(border=QUIET_ZONE)]
    assert rows[: len(wanted)] == wanted
    assert not any(any(row) for row in rows[len(wanted) :])
