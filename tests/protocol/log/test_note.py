from base64 import b64encode

import pytest

from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.log.note import (
    MAX_NOTE,
    MAX_SIGNATURES,
    Algorithm,
    Note,
    Signature,
    Vkey,
    check_name,
    decode_base64,
)
from doorless_protocol.log_primitives import mldsa44_public
from doorless_protocol.primitives import ed25519_public, ed25519_verify

PUBLIC = ed25519_public(bytes(32))
KEY = Vkey("relay.example/keys", Algorithm.ED25519, PUBLIC)
LINE = Signature(KEY.name, KEY.key_id, bytes(64))
NOTE = Note(b"first\nsecond\n", (LINE,))


def test_the_example_of_c2sp_verifies(vectors) -> None:
    data = "\n".join(vectors("c2sp/signed_note_example.txt")) + "\n"
    [vkey] = vectors("c2sp/signed_note_example.vkey")
    key, note = Vkey.parse(vkey), Note.decode(data.encode())
    assert key.encode() == vkey
    assert note.encode() == data.encode()
    ed25519_verify(key.public, note.text, note.find(key))
    with pytest.raises(ForgedError):
        ed25519_verify(key.public, note.text + b"\n", note.find(key))


def test_a_note_comes_back_and_names_its_keys() -> None:
    assert Note.decode(NOTE.encode()) == NOTE
    assert NOTE.find(KEY) == bytes(64)
    other = Vkey(KEY.name, Algorithm.COSIGNATURE, PUBLIC)
    assert other.key_id != KEY.key_id
    with pytest.raises(ForgedError, match="without"):
        NOTE.find(other)


def test_lines_are_added_behind_the_others() -> None:
    line = Signature("w", b"idid", b"x")
    assert NOTE.with_signatures([line]).signatures == (LINE, line)
    with pytest.raises(MalformedError, match="two signatures"):
        NOTE.with_signatures([LINE])
    with pytest.raises(MalformedError, match="signatures, 1 to"):
        NOTE.with_signatures(Signature("w", bytes((0, 0, 0, n)), b"x") for n in range(16))


def signed(line: bytes) -> bytes:
    return b"text\n\n" + line


GOOD = LINE.encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"\n\n" + GOOD,
        b"text" + GOOD,
        b"text\n" + GOOD,
        b"te\x00xt\n\n" + GOOD,
        b"te\txt\n\n" + GOOD,
        b"t\xc3\xa9xt\n\n" + GOOD,
        b"text\r\n\n" + GOOD,
        signed(GOOD[:-1]),
        signed(GOOD + b"\n"),
        signed(GOOD + b"x"),
        signed(b"\n" + GOOD),
        signed(GOOD.replace(b"\n", b"\r\n")),
        signed(GOOD.replace("\N{EM DASH}".encode(), b"-")),
        signed(GOOD.replace(b" ", b"  ", 1)),
        signed(GOOD.replace(b"relay", b"re+lay")),
        signed(GOOD.replace(b"AAA", b"A A", 1)),
        signed(GOOD.replace(b"==", b"=").replace(b"=\n", b"\n")),
        signed("\N{EM DASH} w ".encode() + b64encode(b"idid") + b"\n"),
        signed("\N{EM DASH} w é\n".encode()),
        signed("\N{EM DASH} w\n".encode()),
        signed(GOOD * 2),
        signed(b"".join(Signature("w", bytes((0, 0, 0, n)), b"x").encode() for n in range(17))),
    ],
)
def test_what_is_not_in_the_one_form_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        Note.decode(data)


def test_a_note_is_at_most_24_kib() -> None:
    largest = Note(b"x" * (MAX_NOTE - 1 - 1 - len(GOOD)) + b"\n", (LINE,))
    assert len(largest.encode()) == MAX_NOTE
    assert Note.decode(largest.encode()) == largest
    with pytest.raises(MalformedError, match="at most"):
        Note.decode(b"x" + largest.encode())
    assert MAX_SIGNATURES == 16


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_key_has_one_text(algorithm: Algorithm) -> None:
    public = mldsa44_public(bytes(32)) if algorithm is Algorithm.MLDSA44 else PUBLIC
    key = Vkey("w.example/1", algorithm, public)
    text = key.encode()
    assert Vkey.parse(text) == key
    for wrong in (text + "=", text[:-1], text.replace("+", " "), "x" + text, text.upper(), ""):
        with pytest.raises(MalformedError):
            Vkey.parse(wrong)
    with pytest.raises(MalformedError, match="bytes"):
        Vkey("w", algorithm, public + b"\0")


def test_a_key_of_another_kind_or_of_small_order_is_none() -> None:
    typed = b64encode(b"\x02" + PUBLIC).decode()
    with pytest.raises(MalformedError, match="unknown kind"):
        Vkey.parse(f"w+00000000+{typed}")
    with pytest.raises(MalformedError, match="unknown kind"):
        Vkey.parse("w+00000000+")
    with pytest.raises(MalformedError, match="prime order"):
        Vkey("w", Algorithm.ED25519, bytes(32))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "é", "a\n", "a" * 256])
def test_a_name_is_visible_and_short(name: str) -> None:
    with pytest.raises(MalformedError):
        check_name(name)


@pytest.mark.parametrize("text", ["A", "AB==", "AA=", "AA==\n", "é", "A-__", "AAAA=A=="])
def test_base64_has_one_form(text: str) -> None:
    with pytest.raises(MalformedError, match="base64"):
        decode_base64(text)
