"""A class reads large counts in groups of three: 626.480 Bytes, 626,480 bytes."""

import re

import pytest

from doorless_lab.catalogue import find
from doorless_lab.doors import escrow_steps, locked_steps, scan_steps, seized_steps, update_steps
from doorless_lab.doors.seizure import Found
from doorless_lab.runner import Conditions, play
from doorless_lab.scenario import Product, Step

UNGROUPED = re.compile(r"(?<![\w.,:])\d{4,} (Byte|byte|Versuch|tries|guess|Bits|bits)")


def told(steps: tuple[Step, ...]) -> list[str]:
    words = [step.caption for step in steps]
    words += [one.text for step in steps for lines in step.views.values() for one in lines]
    return [text for one in words for text in (one.de, one.en)]


@pytest.mark.parametrize("product", ["e2ee", "legacy"])
async def test_what_was_stored_is_counted_in_groups(product: str) -> None:
    texts = told((await play(find("C3"), Product(product), Conditions())).steps)
    assert [text for text in texts if UNGROUPED.search(text)] == []
    assert any(re.search(r"\d\.\d{3} Byte", text) for text in texts)
    assert any(re.search(r"\d,\d{3} bytes", text) for text in texts)


def test_so_is_what_each_door_searched_tried_and_found() -> None:
    steps = (
        seized_steps.seized(Found(0, 0), (), 626_480),
        locked_steps.seized({"profile.db": 98_304}, 24, 0, "no"),
        escrow_steps.no_slot((), 0, 49_152, 3),
        scan_steps.nothing(1, 0, 0, 2_048, b"sealed"),
        update_steps.rebuilt([b"hash", b"hash"], 1_024, 3_145_728),
    )
    texts = told(steps)
    for de, en in (
        ("626.480 Bytes", "626,480 bytes"),
        ("profile.db: 98.304", "profile.db: 98,304"),
        ("98.304 Bytes", "98,304 bytes"),
        ("49.152 Bytes", "49,152 bytes"),
        ("2.048 Bytes", "2,048 bytes"),
        ("1.024 Dateien, 3.145.728 Bytes", "1,024 files, 3,145,728 bytes"),
    ):
        assert any(de in text for text in texts), de
        assert any(en in text for text in texts), en
