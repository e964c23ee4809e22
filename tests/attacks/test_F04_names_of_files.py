"""F04: names that lead elsewhere, stand for devices, hide, or are options of commands."""

from pathlib import Path
from random import Random as Seeded

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.file_names import MAX_BYTES, harmless_name
from doorless_client.saving import save_new

RESERVED = (
    *("con", "prn", "aux", "nul", "conin$", "conout$"),
    *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789\u00b9\u00b2\u00b3"),
)
LEADS = ("", "../", "..\\", "/", "\\", "./", "C:\\", "\\\\host\\share\\", "//host/", "file:///")
NAMES = [
    *(lead * count + name for lead in LEADS for count in (1, 2, 7) for name in ("x", "etc/passwd")),
    *(name + ending for name in RESERVED for ending in ("", ".txt", ". ", ".tar.gz", " .x")),
    *(name.upper() for name in RESERVED),
    *("", ".", "..", "...", " ", ". .", "/", "\\", "....//", "-", "--", "-rf", "--help", "- -"),
    *(".bashrc", ".ssh/authorized_keys", "~", "~root", "~/.profile", ".\u200b.", "\u2025"),
    *(f"a{chr(code)}b" for code in range(0x21)),
    *("a\0b", "a\0.txt", "a/\0", "a:b", "a::$DATA", "x.txt:evil.exe", "a|b", "a*b?", '"a"'),
    *("\u202etxt.exe", "\u2066a\u2069", "a\ufeffb", "\ud800", "\U000e0041", "a\u0085b", "a\u2028b"),
    *("x" * size for size in (119, 120, 121, 255, 256, 4096, 100_000)),
    *("é" * 200 + ".jpeg", "👩‍👩‍👧" * 60, "a" * 118 + ".é", "." * 300, "a." * 300, "." + "x" * 300),
    *(f"%2e%2e%2f{n}" for n in range(3)),
    *("$(reboot)", "`reboot`", ";reboot", "a&b", "a\nb", "$HOME", "desktop.ini", "autorun.inf"),
]


def outside(root: Path, inbox: Path) -> set[Path]:
    return {path for path in root.rglob("*") if inbox not in path.parents and path != inbox}


def saved_as(inbox: Path, name: str, data: bytes) -> Path:
    try:
        return save_new(inbox, name, [data], Seeded(len(name)).randbytes)
    except (RefusedError, ValueError) as error:
        pytest.fail(f"{name!r}: {error}")


@pytest.mark.attack(
    "F04",
    "whatever a file is called, it is written into the chosen folder, under a harmless name",
    weaken={"doorless_client.saving.harmless_name": lambda claimed: claimed or "x"},
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    assert len(NAMES) >= 300
    inbox = tmp_path / "a/b/c/inbox"
    inbox.mkdir(parents=True)
    before = outside(tmp_path, inbox)
    for name in NAMES:
        saved = saved_as(inbox, name, b"harmless")
        assert saved.parent == inbox
        assert saved.read_bytes() == b"harmless"
        assert not saved.is_symlink()
        check(saved.name)
    assert outside(tmp_path, inbox) == before
    assert len(list(inbox.iterdir())) == len(NAMES)


def check(name: str) -> None:
    assert 0 < len(name.encode()) <= MAX_BYTES
    assert name[0] not in " .-~"
    assert name[-1] not in " ."
    assert not set('/\\<>:"|?*') & set(name)
    assert name.replace("\u200d", "").isprintable()  # which joins emoji
    assert name[-1] != "\u200d"
    assert name.partition(".")[0].strip().lower() not in RESERVED


def test_a_harmless_name_stays_as_it_is() -> None:
    for name in ("photo.jpg", "Größe (2).tar.gz", "日本語.pdf", "a b-c_d.txt", "Makefile"):
        assert harmless_name(name) == name
        assert harmless_name(harmless_name(name)) == name


@pytest.mark.attack(
    "F04",
    "a link that waits under the name of a file that is about to be saved is not followed",
    weaken={
        "doorless_client.saving._Folder._link": lambda self, name: (
            self._folder / name
        ).write_bytes(b"theirs")
    },
)
@pytest.mark.parametrize("no_name", [True, False], ids=["without a name", "with a draft"])
def test_a_link_in_the_way_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, no_name: bool
) -> None:
    if not no_name:
        monkeypatch.setattr("doorless_client.saving._NO_NAME", None)
    inbox, secret = tmp_path / "inbox", tmp_path / "secret"
    inbox.mkdir()
    secret.write_bytes(b"mine")
    (inbox / "a.txt").symlink_to(secret)
    (inbox / "a (2).txt").symlink_to(tmp_path / "not there")
    saved = saved_as(inbox, "a.txt", b"theirs")
    assert saved.name == "a (3).txt"
    assert secret.read_bytes() == b"mine"
    assert not (tmp_path / "not there").exists()


def test_a_folder_that_is_swapped_meanwhile_gets_nothing(tmp_path: Path) -> None:
    inbox, other = tmp_path / "inbox", tmp_path / "other"
    inbox.mkdir()
    other.mkdir()

    def plaintext() -> list[bytes]:
        inbox.rename(tmp_path / "moved")
        inbox.symlink_to(other)
        return [b"for the folder that was chosen"]

    save_new(inbox, "a", (chunk for make in (plaintext,) for chunk in make()), Seeded(1).randbytes)
    assert list(other.iterdir()) == []
    assert (tmp_path / "moved/a").exists()


def test_no_folder_is_a_refusal_in_words(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="it was not saved"):
        save_new(tmp_path / "not there", "a", [b""], Seeded(1).randbytes)
