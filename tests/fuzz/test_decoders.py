"""No decoder without a target: what takes bytes apart is reached by what hunts for bugs in it.

That a target is played at all is no proof that it reaches the decoder that it is named after: so
all calls are written down while the seeds and some of the corpus are played.
"""

import ast
import re
import sys
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from fuzz.harness import corpus
from fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
PACKAGES = ("protocol/doorless_protocol", "server/doorless_server")
DECODER = re.compile(r"_?(decode|parse|cut)(_\w+)?")

OF_OUR_OWN = (
    "server/doorless_server/store/",
    "server/doorless_server/directory/clustered/",
)
"""What a relay wrote itself and reads again: a store that is damaged is not believed (X09, S14)."""

OF_THE_OPERATOR = {
    "server/doorless_server/http_client.py:_parse",
    "server/doorless_server/demands/report/period.py:parse",
}
"""What is typed by who runs the relay."""

Place = tuple[str, str]  # a source below the root, and a name in it


def decoders(path: Path) -> set[str]:
    """The functions of a source that are called like a decoder."""
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and DECODER.fullmatch(node.name)
    }


def all_decoders() -> set[Place]:
    found = set()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(OF_OUR_OWN):
                found |= {(name, decoder) for decoder in decoders(path)}
    return {place for place in found if ":".join(place) not in OF_THE_OPERATOR}


@cache
def called() -> frozenset[Place]:
    """Every function of ours that was called while the targets were played."""
    seen: set[tuple[str, str]] = set()

    def watch(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            seen.add((frame.f_code.co_filename, frame.f_code.co_name))

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        for target in TARGETS.values():
            for data in (*target.seeds, *corpus(target)[::6]):
                target.check(data)
    finally:
        sys.setprofile(before)
    ours = ((Path(file), name) for file, name in seen)
    return frozenset(
        (file.relative_to(ROOT).as_posix(), name)
        for file, name in ours
        if file.is_relative_to(ROOT)
    )


def test_every_decoder_is_reached_by_a_target() -> None:
    assert sorted(all_decoders() - called()) == []


def test_the_search_knows_a_decoder_when_it_sees_one(tmp_path: Path) -> None:
    source = tmp_path / "source.py"
    source.write_text(
        "class A:\n    def decode(cls, data): ...\ndef parse_head(d): ...\ndef ask(): ..."
    )
    assert decoders(source) == {"decode", "parse_head"}
    assert decoders(ROOT / "server/doorless_server/framing.py") == {"cut"}
    assert "decode_call" in decoders(ROOT / "protocol/doorless_protocol/frames.py")
