"""The operator's ledger: what is written stays, and whoever changes it is named by the line."""

import os
import threading
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorless_protocol.errors import ForgedError
from doorless_server import datadir
from doorless_server.demands import chain
from doorless_server.demands.entries import (
    Answered,
    Checked,
    Entry,
    GagEnded,
    GagRenewed,
    Item,
    Line,
    Notified,
    Opened,
    Refused,
    Reported,
    Revealed,
)
from doorless_server.demands.ledger import FILE, KEY, TORN, Ledger, LedgerDamagedError, LedgerError

OPENED = Opened(
    demand_id="D1",
    sha256="ab" * 32,
    instrument="US_SUBPOENA",
    authority_kind="court",
    country="US",
    categories=("basic", "id"),
    accounts=2,
    gag=True,
    gag_until=500,
    redacted=(Line("scope_text", "all that is held about [an account] — “alles”"),),
)
ALL: tuple[Entry, ...] = (
    OPENED,
    Checked("D1", ("authentic",), ("specific",)),
    Answered(
        "D1",
        "complied_partial",
        (Item("basic", "when it was made", "PRODUCED", "plaintext_metadata", 1, 10),),
        "non-content",
        30,
        "cd" * 32,
    ),
    Refused("", "ef" * 32, "it is not TOML"),
    GagRenewed("D1", None),
    GagEnded("D1"),
    Revealed("D1"),
    Notified("D1", 2, 600),
    Reported("signal", "2026-H1", "01" * 32),
)


def opened(folder: Path) -> Ledger:
    return Ledger.open(folder, random=os.urandom)


def filled(folder: Path) -> Ledger:
    ledger = opened(folder)
    for at, entry in enumerate(ALL, 100):
        ledger.append(entry, at)
    return ledger


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    written = filled(tmp_path)
    read = opened(tmp_path)
    assert [recorded.entry for recorded in read.entries()] == list(ALL)
    assert [recorded.at for recorded in read.entries()] == list(range(100, 100 + len(ALL)))
    assert read.entries() == written.entries()
    assert read.head() == written.head()


def test_an_empty_ledger_has_no_head(tmp_path: Path) -> None:
    assert opened(tmp_path).head() is None
    assert opened(tmp_path).entries() == ()


def test_the_head_verifies_by_itself_and_a_changed_one_does_not(tmp_path: Path) -> None:
    head = filled(tmp_path).head()
    assert head is not None
    head.verify()
    with pytest.raises(ForgedError):
        chain.Head("00" * 32, head.signature, head.key).verify()
    with pytest.raises(ForgedError, match="not lower-case hex"):
        chain.Head("no", head.signature, head.key).verify()


def test_a_signature_in_other_letters_is_another_one(tmp_path: Path) -> None:
    head = filled(tmp_path).head()
    assert head is not None
    for other in (head.signature.upper(), head.signature[:2] + " " + head.signature[2:]):
        with pytest.raises(ForgedError, match="not lower-case hex"):
            chain.Head(head.hash, other, head.key).verify()
    written = (tmp_path / FILE).read_text()
    (tmp_path / FILE).write_text(written.replace(head.signature, head.signature.upper()))
    with pytest.raises(LedgerDamagedError) as found:
        opened(tmp_path)
    assert found.value.line == len(ALL)


def test_nobody_but_its_owner_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "demands"
    filled(folder)
    modes = [path.stat().st_mode & 0o777 for path in (folder, folder / FILE, folder / KEY)]
    assert modes == [0o700, 0o600, 0o600]


def test_two_ledgers_of_the_same_entries_have_different_heads(tmp_path: Path) -> None:
    """Who knows key and entries cannot try a guess against the hash that is published."""
    heads = []
    for name in "ab":
        folder = tmp_path / name
        (folder / "keys").mkdir(parents=True)
        (folder / KEY).write_bytes(bytes(32))
        heads.append(filled(folder).head())
    assert heads[0] != heads[1]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found_in_its_line(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    filled(folder)
    written = (folder / FILE).read_bytes()
    end = written[:-1].rindex(b"\n")  # the last line may be torn: that is another claim
    place = data.draw(st.integers(0, end))
    other = data.draw(st.integers(1, 255))
    changed = written[:place] + bytes([written[place] ^ other]) + written[place + 1 :]
    (folder / FILE).write_bytes(changed)
    with pytest.raises(LedgerDamagedError) as found:
        opened(folder)
    assert found.value.line == written[:place].count(b"\n") + 1


@pytest.mark.parametrize(("what", "line"), [("drop", 3), ("swap", 3), ("twice", 4)])
def test_a_line_taken_out_moved_or_repeated_is_found(what: str, line: int, tmp_path: Path) -> None:
    filled(tmp_path)
    lines = (tmp_path / FILE).read_bytes().splitlines(keepends=True)
    match what:
        case "drop":
            del lines[2]
        case "swap":
            lines[2], lines[3] = lines[3], lines[2]
        case _:
            lines.insert(3, lines[2])
    (tmp_path / FILE).write_bytes(b"".join(lines))
    with pytest.raises(LedgerDamagedError, match=f"line {line} of the ledger") as found:
        opened(tmp_path)
    assert found.value.line == line


def test_a_line_that_another_key_signed_is_found(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / KEY).write_bytes(bytes(32))
    with pytest.raises(LedgerDamagedError, match="did not sign"):
        opened(tmp_path)


def test_a_ledger_without_its_key_is_not_begun_anew(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / KEY).unlink()
    with pytest.raises(datadir.DataError, match="restore"):
        opened(tmp_path)
    assert not (tmp_path / KEY).exists()


def test_a_line_torn_at_any_byte_is_cut_off_and_the_rest_stands(tmp_path: Path) -> None:
    """The line that a crash tore was never acknowledged; what it left is kept beside."""
    ledger = opened(tmp_path)
    ledger.append(OPENED, 100)
    before = (tmp_path / FILE).read_bytes()
    ledger.append(GagEnded("D1"), 101)
    whole = (tmp_path / FILE).read_bytes()
    for length in range(len(before) + 1, len(whole) - 1):
        (tmp_path / FILE).write_bytes(whole[:length])
        assert len(opened(tmp_path).entries()) == 1
        assert (tmp_path / FILE).read_bytes() == before
    assert (tmp_path / TORN).read_bytes().endswith(whole[len(before) : -2] + b"\n")


def test_a_line_that_lacks_its_end_alone_is_whole(tmp_path: Path) -> None:
    filled(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:-1])
    assert len(opened(tmp_path).entries()) == len(ALL)
    assert (tmp_path / FILE).read_bytes() == whole


@pytest.mark.parametrize("end", [b"\0" * 40, b"\0" * 40 + b"\n", b'{"at":1' + b"\0" * 9 + b"}\n"])
def test_a_length_without_its_bytes_is_cut_off(end: bytes, tmp_path: Path) -> None:
    """A power cut may leave a file's new length on the disk without all that was written."""
    filled(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole + end)
    ledger = opened(tmp_path)
    assert (tmp_path / FILE).read_bytes() == whole
    ledger.append(GagEnded("D1"), 300)
    assert len(opened(tmp_path).entries()) == len(ALL) + 1


def test_processes_that_append_in_turn_write_one_chain(tmp_path: Path) -> None:
    ours, theirs = opened(tmp_path), opened(tmp_path)
    for number in range(3):
        ours.append(GagRenewed("D1", number), 100)
        theirs.append(GagRenewed("D2", number), 100)
    ours.append(GagEnded("D1"), 101)
    assert ours.entries() == opened(tmp_path).entries()
    assert [recorded.number for recorded in ours.entries()] == list(range(7))


def test_what_another_process_left_of_a_line_is_cut_off_by_who_appends_next(
    tmp_path: Path,
) -> None:
    ours = filled(tmp_path)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"at":101,"ent')
    ours.append(GagEnded("D1"), 300)
    assert opened(tmp_path).entries() == ours.entries()
    assert (tmp_path / TORN).read_bytes() == b'{"at":101,"ent\n'


def test_damage_that_another_process_wrote_is_found_by_who_appends_next(tmp_path: Path) -> None:
    ours = filled(tmp_path)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"at":101}\n')
    with pytest.raises(LedgerDamagedError) as found:
        ours.append(GagEnded("D1"), 300)
    assert found.value.line == len(ALL) + 1


def test_who_appends_at_once_waits_for_the_other(tmp_path: Path) -> None:
    ledgers = [opened(tmp_path) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda own: [own.append(OPENED, 1) for _ in range(5)], args=(own,))
        for own in ledgers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened(tmp_path).entries()) == 20


def test_an_entry_that_the_disk_refuses_leaves_the_ledger_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = filled(tmp_path)
    before, head = (tmp_path / FILE).read_bytes(), ledger.head()
    written, calls = os.pwrite, count()

    def half(file: int, data: bytes, place: int) -> int:
        if next(calls):
            raise OSError(28, "No space left on device")
        return written(file, data[:10], place)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", half)
        with pytest.raises(LedgerError, match="No space left"):
            ledger.append(GagEnded("D1"), 200)
    assert (tmp_path / FILE).read_bytes() == before
    assert (len(ledger.entries()), ledger.head()) == (len(ALL), head)
    ledger.append(GagEnded("D1"), 201)
    assert opened(tmp_path).entries()[-1].at == 201


def test_an_entry_beyond_every_bound_is_refused(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    with pytest.raises(ValueError, match="more than"):
        ledger.append(Refused("", "", "x" * chain.MAX_LINE), 1)
    (tmp_path / FILE).write_bytes(b"x" * (chain.MAX_LINE + 1) + b"\n")
    with pytest.raises(LedgerDamagedError, match=f"{chain.MAX_LINE + 1} bytes"):
        opened(tmp_path)


def test_a_line_in_another_form_is_damage(tmp_path: Path) -> None:
    """The same JSON with a space in it: a line has one form, and the hash is over that."""
    filled(tmp_path)
    text = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(text.replace(b'"at":100', b'"at": 100'))
    with pytest.raises(LedgerDamagedError, match="another form") as found:
        opened(tmp_path)
    assert found.value.line == 1


def test_a_ledger_that_cannot_be_reached_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(datadir.DataError, match="cannot use"):
        opened(tmp_path / "file")
