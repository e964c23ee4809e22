"""What the relay's pane says is what was found, in words, on the cells that there are."""

from doorless_client.tui.glyphs import UNICODE
from doorless_lab.demo import relay_lines
from doorless_lab.holdings import Holdings, Table
from doorless_lab.leak_watch import Look, Place
from doorless_lab.leakscan import Finding
from doorless_lab.sights import Sight

NARROW, THREE, WIDE = 37, 43, 69
CLEAN = Place("its files", 1_234_567, (), 1)
LEAKED = Place("its log", 99, (Finding("a message", "base64", "relay.log", 2, 5),), 1)
UNREAD = Place("its memory", 0, (), 0, "memory of another process is read on Linux only")


def shown(look: Look | None, width: int = WIDE, state: str = "3 s ago") -> list[str]:
    return [line.plain for line in relay_lines.leaks(look, state, width, UNICODE)]


def test_a_clean_look_says_what_was_searched_and_that_the_search_works() -> None:
    title, place, control = shown(Look((CLEAN,), 14, 2.0))
    assert title == "Search for leaks 0 found · 3 s ago"
    assert place.split() == ["its", "files", "1.2", "MiB", "0", "planted", "1"]
    assert control == " 14 secrets looked for; planted ones found"


def test_a_leak_is_named() -> None:
    title, _, place, found = shown(Look((CLEAN, LEAKED), 14, 2.0))
    assert "2 found" in title
    assert place.split()[:5] == ["its", "log", "99", "B", "2"]
    assert found == " a message, as base64"


def test_a_search_that_is_blind_says_so() -> None:
    blind = Place("its files", 10, (), 0)
    assert shown(Look((blind,), 14, 2.0))[-1] == " what was planted was NOT found"


def test_a_place_that_cannot_be_read_says_why() -> None:
    assert "on Linux only" in shown(Look((UNREAD,), 14, 2.0))[1]


def test_the_lines_fit_the_narrow_pane() -> None:
    places = (CLEAN, LEAKED, UNREAD, Place("bytes it received", 987_654_321, (), 1))
    for state in ("3 s ago", "searching bytes it received"):
        for width in (NARROW, THREE):
            lines = shown(Look(places, 14, 2.0), width, state)
            assert max(len(line) for line in lines) <= width
            assert lines[0].startswith("Search for leaks 2 found · ")
            assert lines[0].split()[-1] in state.split()


def test_tables_without_rows_give_way_where_there_is_no_room() -> None:
    holdings = Holdings((Table("accounts", 2, "name"), Table("envelopes", 0, "ciphertext")), ())
    full = relay_lines.rows(holdings, WIDE, all_tables=True)
    tight = relay_lines.rows(holdings, WIDE, all_tables=False)
    assert [line.plain.split()[0] for line in full] == ["It", "accounts", "envelopes"]
    assert [line.plain.split()[0] for line in tight] == ["It", "accounts"]


def test_the_newest_envelope_is_shown_by_its_own_bytes() -> None:
    sight = Sight(0, "", bytes(range(200)), b"\xab" * 16)
    lines = [line.plain for line in relay_lines.envelope(sight, WIDE)]
    assert "mailbox abababab…, sender not told" in lines[1]
    assert lines[2].startswith(" 00 01 02 03")
    assert max(map(len, lines)) <= WIDE


def test_what_it_learns_comes_newest_first() -> None:
    lines = relay_lines.learns([Sight(0, "older"), Sight(1, "newer")], WIDE)
    assert [line.plain.split()[-1] for line in lines[1:]] == ["newer", "older"]
