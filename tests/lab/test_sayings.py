"""What people of the lab say: the sentence for the class, the marker for the search."""

from doorless_lab.sayings import SAYINGS, as_spoken, spoken, written


def test_a_text_that_was_written_is_shown_in_both_languages() -> None:
    for number, saying in enumerate(SAYINGS):
        shown = as_spoken(written(number, "4711"))
        assert (shown.de, shown.en) == (f"{saying.de} · 4711", f"{saying.en} · 4711")
        assert shown == spoken(number, "4711")


def test_after_the_last_saying_comes_the_first() -> None:
    assert written(len(SAYINGS), "x") == written(0, "x")


def test_no_two_sayings_are_alike() -> None:
    assert len({saying.en for saying in SAYINGS}) == len({saying.de for saying in SAYINGS}) == 24


def test_a_long_marker_is_cut_in_a_view_and_whole_in_what_is_sent() -> None:
    marker = "0123456789abcdef"
    assert marker in written(0, marker)
    assert as_spoken(written(0, marker)).en.endswith("· 0123456789ab…")


def test_what_nobody_wrote_here_is_shown_as_it_is() -> None:
    assert as_spoken("hello · there").de == "hello · there"
