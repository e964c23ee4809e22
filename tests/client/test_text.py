"""Text that a peer controls reaches a terminal harmless, and readable where it was honest."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_client.text import (
    MAX_COMBINING,
    MAX_NAMED,
    SafeText,
    in_quotes,
    safe,
    safe_line,
)

HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x00\x07\x1b\x7f\x85\x9b\x9d\r\n\t\u034f\u0301\u0323\u05bc\u0e31\u115f\u1160\u11a8"
            "\u200b\u200c\u200d\u200e\u202e\u2066\u2800\u3164\ufe0e\ufe0f\ufeff\uffa0\ud800\udfff"
            "\U000e0067\U000e007f👩🏽🔬❤0#یم\u0915\u093c\u0958\ufb2c\u09c7\u09be\u1100\u1161"
        ),
        st.sampled_from("\u0627\u064b\u0653\u0928\u093c\u094d\u200c\u200d"),
    ),
    max_size=80,
)
INVISIBLE = {"\u200c", "\u200d", "\ufe0e", "\ufe0f"}
"""What may stay, between the characters that give it a meaning."""


@given(HOSTILE)
def test_nothing_that_a_terminal_obeys_gets_through(text: str) -> None:
    for character in safe(text):
        if character != "\n" and character not in INVISIBLE:
            assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
            assert unicodedata.bidirectional(character) not in {
                *("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN"),
            }


@given(HOSTILE, st.integers(1, 40))
def test_what_is_safe_stays_as_it_is(text: str, at_most: int) -> None:
    once = safe(text, at_most=at_most)
    assert safe(str(once), at_most=at_most) == once
    line = safe_line(text, at_most=at_most)
    assert safe_line(str(line), at_most=at_most) == line


@given(HOSTILE, st.integers(1, 40))
def test_a_cut_is_visible_and_keeps_to_its_length(text: str, at_most: int) -> None:
    shown = safe(text, at_most=at_most)
    assert len(shown) <= at_most
    if len(text) > at_most + 1:
        assert shown.endswith("…")


@given(HOSTILE)
def test_marks_do_not_pile_up_and_never_stand_alone(text: str) -> None:
    marks, before = 0, "\n"
    for character in safe(text):
        if character in "\u200c\u200d":
            continue
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        assert marks <= MAX_COMBINING
        assert not (marks == 1 and before == "\n")
        before = character


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d"])
def test_joiners_between_marks_make_no_room_for_more_of_them(joiner: str) -> None:
    shown = safe("\u0627" + ("\u064b" * 8 + joiner) * 5 + "\u064b")
    assert sum(map(unicodedata.combining, shown)) // unicodedata.combining("\u064b") == 8


@pytest.mark.parametrize(
    "text",
    [
        "\u0d05\u0d35\u0d28\u0d4d\u200d \u0d35",
        "\u0647\u200d",
        "\u200d\u0647",
        "\u0915\u094d\u200d",
        "\u0628\u200d\u200d\u0628",
    ],
    ids=["chillu", "initial", "final", "half", "two"],
)
def test_a_joiner_beside_a_letter_is_left_out(text: str) -> None:
    assert safe(text) == text.replace("\u200d", "")


@pytest.mark.parametrize("text", ["\u0928\u200d\u093c", "\u0627\u200d\u0653"])
def test_what_a_joiner_held_apart_is_composed_without_it(text: str) -> None:
    assert safe(text) == unicodedata.normalize("NFC", text.replace("\u200d", ""))


@given(HOSTILE)
def test_safe_text_is_composed_once_and_for_all(text: str) -> None:
    assert unicodedata.is_normalized("NFC", safe(text))


@given(HOSTILE)
def test_a_line_has_no_line_break(text: str) -> None:
    assert "\n" not in safe_line(text)


@given(HOSTILE | st.text("\ue000\u0378\U000f000e\u0301'", max_size=80))
def test_a_name_in_quotes_is_a_short_harmless_line(text: str) -> None:
    shown = in_quotes(text)
    assert len(shown) <= MAX_NAMED + 2
    assert safe_line(str(shown)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x9b31m", "�31m"),
        ("a\x00b\x7f", "a␀b␡"),
        ("two\r\nlines\rone", "two\nlines␍one"),
        ("a\tb", "a    b"),
        ("invoice\u202efdp.exe", "invoice�fdp.exe"),
        ("pay\u200bpal", "pay�pal"),
        ("\u2800\u3164\uffa0\u115f\u1160", "�����"),
        ("\U000e0068\U000e0069", "��"),
        ("\ud800", "�"),
        ("e\u0301", "é"),
        ("\u0301a", "◌\u0301a"),
        ("a\ufe0f", "a�"),
        ("a\u200db", "a�b"),
        ("क्\u200dष", "क्ष"),  # two letters, which no terminal draws in one cell
        ("👩\u200d\u200d🔬", "👩��🔬"),
        ("[red]no markup[/] **here**", "[red]no markup[/] **here**"),
    ],
)
def test_what_deceives_or_commands_is_shown_as_a_glyph(text: str, shown: str) -> None:
    assert safe(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "naïve 日本語 עברית العربية",
        "👩🏽\u200d🔬 ❤\ufe0f\u200d🔥 👨\u200d👩\u200d👧 1\ufe0f\u20e3 🇪🇺",
        "می\u200cخواهم",  # Persian is spelled with the non-joiner  # noqa: RUF001
        "tiếng Việt",
    ],
)
def test_honest_text_of_any_script_is_left_alone(text: str) -> None:
    assert safe(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "text",
    [
        "A" * 1_000_000,
        "\x1b[31m" * 200_000,
        "a" + "\u0301\u0323" * 500_000,
        "👩\u200d" * 300_000,
        "\u200d" * 1_000_000,
        "\r\n" * 500_000,
        "\ufb2c" * 1_000_000,
    ],
    ids=["line", "escapes", "marks", "emoji", "joiners", "breaks", "decomposing"],
)
def test_a_megabyte_takes_no_longer_than_what_is_shown_of_it(text: str) -> None:
    started = time.process_time()
    assert len(safe(text)) <= 65_536
    assert time.process_time() - started < 1.0


def test_safe_text_is_not_worked_on_twice() -> None:
    text = safe("hello")
    assert type(text) is SafeText
    assert safe(text) is text


def test_a_text_shows_no_picture_that_a_terminal_holds() -> None:
    assert safe("\U0010eeee\u0305\u030d") == "\N{REPLACEMENT CHARACTER}\u0305\u030d"
