"""Code and hidden words: one reading of every text, and nothing of it is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_client.marks import COVER, Span, blocks, hidden, preview, spans, veiled
from doorless_client.text import safe

PIECES = ["`", "``", "```", "```sh", "|", "||", "\n", " ", "a", "if x:", "漢", "\u0301", "🚀", "\\"]
texts = st.lists(st.sampled_from(PIECES), max_size=40).map(lambda some: safe("".join(some)))
FENCE = re.compile(r"```[^\n`]*")


def roles(text: str) -> list[tuple[str, str]]:
    return [(text[one.first : one.after], one.role) for one in spans(text)]


def code(text: str) -> list[str]:
    return [block.text for block in blocks(text) if block.is_code]


def test_a_line_of_three_backticks_opens_code_and_another_one_closes_it() -> None:
    text = "look:\n```python\nif a || b:\n    `run`\n```\nwell?"
    assert [block.text for block in blocks(text)] == ["look:", "if a || b:\n    `run`", "well?"]
    assert code(text) == ["if a || b:\n    `run`"]


@pytest.mark.parametrize(
    "text",
    [
        "```",
        "```\nnever closed",
        "a ```\nb\n```",
        "```\n```",
        "```two words\na\n``` not the end",
        "~~~\na\n~~~",
        "    a",
    ],
)
def test_what_is_not_closed_or_holds_nothing_is_text(text: str) -> None:
    assert code(text) == []
    assert "".join(block.text for block in blocks(text)) == text


def test_after_code_there_is_code_again() -> None:
    assert code("```\na\n```\n```\nb\n```") == ["a", "b"]
    assert code("```\n```\na\n```") == ["a"]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("use `ls -l` now", [("`ls -l`", "code")]),
        ("||the end||", [("||the end||", "hidden")]),
        ("||a|b|| and `c||d||e`", [("||a|b||", "hidden"), ("`c||d||e`", "code")]),
        ("||`a`||", [("||`a`||", "hidden")]),
        ("a || b || c", []),
        ("if (a||b) x", []),
        ("||a\nb||", []),
        ("`a\nb`", []),
        ("``", []),
        ("||||", []),
        ("||| x |||", []),
        ("`a", []),
        ("**a** _b_ ~~c~~ [d](e) <f> \\`", []),
    ],
)
def test_marks_within_a_line(text: str, marked: list[tuple[str, str]]) -> None:
    assert roles(text) == marked


@given(texts)
def test_blocks_are_the_text_without_its_fences(text: str) -> None:
    found = blocks(text)
    done, kept = 0, []
    for block in found:
        assert text[block.first : block.first + len(block.text)] == block.text
        assert block.first >= done
        kept.append(text[done : block.first])
        done = block.first + len(block.text)
    between = "".join([*kept, text[done:]]).split("\n")
    assert all(FENCE.fullmatch(line.rstrip()) for line in between if line)


@given(texts)
def test_marks_are_in_order_and_none_holds_another(text: str) -> None:
    after = 0
    for one in spans(text):
        assert after <= one.first < one.after <= len(text)
        assert "\n" not in text[one.first : one.after]
        after = one.after


@given(texts, st.booleans())
def test_a_veil_is_as_long_as_its_text_and_covers_what_is_hidden(text: str, cut: bool) -> None:
    shown = veiled(text, cut=cut)
    assert len(shown) == len(text)
    for one in hidden(text):
        assert set(shown[one.first : one.after]) == {COVER}
    if not cut:
        assert hidden(shown) == []
        differ = {at for at, pair in enumerate(zip(shown, text, strict=True)) if len({*pair}) > 1}
        assert differ == {at for one in hidden(text) for at in range(one.first, one.after)}


def test_what_is_in_code_is_not_hidden() -> None:
    assert hidden("```\n||a||\n```\n||b||") == [Span(14, 19, "hidden")]


def test_of_what_was_cut_off_the_rest_is_hidden() -> None:
    whole = "it was ||the butler in the library||"
    for end in range(len("it was ||t"), len(whole)):
        assert "t" not in veiled(whole[:end], cut=True)[6:]
    assert "butler" not in preview(whole, 20)
    assert preview("```\nls\n```", 20) == "```␤ls␤```"


def test_a_letter_that_becomes_a_backtick_opens_nothing_that_is_hidden_elsewhere() -> None:
    """U+1FEF is a backtick in NFC: what is cut out for a preview is read as it is drawn."""
    said = "\u1fef x `||the butler||`"
    assert "butler" not in preview(said, 40)
    assert hidden(safe(said))
