"""Reading a code from a picture file: a photograph, or a picture of a screen.

The file may come from anybody. It is decoded in a process apart (`picture_decoder.py`), with what
is left of the environment's rights taken away; what that process says is bounded and checked here
like a peer's words. Spec: docs/spec/02-identities.md §6.4, docs/spec/11-devices.md §2.1.
"""

import os
import stat
import sys
from pathlib import Path

import msgspec

from doorless_client import decoding
from doorless_client.core.api import RefusedError
from doorless_client.picture_decoder import CODES, MAX_CODES, MAX_TEXT, NOT_INSTALLED
from doorless_client.typed_paths import path_of
from doorless_protocol.linking.link import PREFIX as LINK_PREFIX
from doorless_protocol.verification import CODE_PREFIX

MAX_FILE = CODES.file
"""Bytes of a picture that is read."""

MAX_SAID = MAX_CODES * (6 * MAX_TEXT + 4)
"""Bytes of the decoder's answer: every character escaped."""

SUFFIXES = (".png", ".jpg", ".jpeg")

_MISSING = (
    "reading a picture needs two more packages: pip install '.[scan]' in the folder of doorless's "
    "source, where you installed it from"
)
_UNREADABLE = "that is not a PNG or JPEG picture that can be read here"


class PictureError(RefusedError):
    """No code came out of this file; the message says why."""


def looks_like_path(text: str) -> bool:
    """Whether somebody means a picture file, and not a number or a link."""
    return text.strip().lower().endswith(SUFFIXES)


def read_code(path: Path) -> str:
    """The text of the one code of a safety number in a picture. Takes about half a second.

    Raises:
        PictureError: no file, no picture, none or several codes in it, or what reads pictures is
            not installed.
    """
    return _only(path, CODE_PREFIX, "that of a safety number")


def read_link(path: Path) -> str:
    """The text of the one link of a device in a picture: not checked yet. As `read_code`."""
    return _only(path, LINK_PREFIX, "the link of a device")


def _only(path: Path, prefix: str, what: str) -> str:
    texts = _decode(path)
    ours = sorted({text for text in texts if text.startswith(prefix)})
    if len(ours) == 1:
        return ours[0]
    if ours:
        raise PictureError("there are several codes in this picture: take a picture of one alone")
    if texts:
        raise PictureError(f"the code in this picture is not {what}")
    raise PictureError("no code was found in this picture: try a sharper, larger one")


def _decode(path: Path) -> list[str]:
    if sys.platform == "win32":
        raise PictureError("pictures are not read on Windows: paste the text of the code")
    try:
        picture = os.open(path_of(path), os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError, RuntimeError):
        raise PictureError("there is no such file, or it cannot be read") from None
    try:
        facts = os.fstat(picture)
        if not stat.S_ISREG(facts.st_mode):
            raise PictureError("that is not a file")
        if facts.st_size > MAX_FILE:
            raise PictureError(f"a picture has at most {MAX_FILE // 2**20} MiB")
        with os.fdopen(picture, "rb", closefd=False) as file:
            data = file.read(MAX_FILE + 1)
    except OSError:
        raise PictureError("the file cannot be read") from None
    finally:
        os.close(picture)
    code, said = decoding.decode("codes", data, MAX_SAID)
    if code == NOT_INSTALLED:
        raise PictureError(_MISSING)
    if code:
        raise PictureError(_UNREADABLE)
    return _texts(said)


def _texts(said: bytes) -> list[str]:
    """Raises PictureError: not a list of a few texts, so the decoder was not itself any more."""
    try:
        return msgspec.json.decode(said, type=list[str])
    except msgspec.MsgspecError:
        raise PictureError(_UNREADABLE) from None
