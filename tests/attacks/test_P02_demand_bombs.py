"""P02, of demands: a file that somebody sends to the operator of a relay."""

import pytest

from doorless_server.demands.intake import DemandError, parse

BOMBS = (
    b"a." * 3_000 + b"a = 1",
    b"a = " + b"[" * 30_000,
    b"a = " + b"{a = " * 12_000,
    b"a = " + b"9" * 60_000,
    b"#" * 70_000,
    b"a = 1\na = 2",
)


@pytest.mark.attack(
    "P02",
    "a demand's file that nests, is huge or repeats a key is refused in one line",
    weaken={
        "doorless_server.demands.intake.MAX_DOTS": 10**9,
        "doorless_server.demands.intake.MAX_DEPTH": 10**9,
    },
)
def test_a_demands_file_is_bounded() -> None:
    for bomb in BOMBS:
        assert len(refusal(bomb).splitlines()) == 1


def refusal(bomb: bytes) -> str:
    try:
        parse(bomb)
    except DemandError as refused:
        return str(refused)
    except RecursionError:
        pytest.fail("it was read as deep as it is")
    return ""
