"""Asking the engine for something that it may refuse."""

from collections.abc import Coroutine
from typing import Any

from textual.dom import DOMNode

from doorless_client.core.api import RefusedError
from doorless_client.tui.plain import plain


def attempt(asker: DOMNode, asked: Coroutine[Any, Any, Any]) -> None:
    """Begin it; a refusal is told in one line, anything else is our mistake and ends the app."""
    asker.run_worker(tell_refusal(asker, asked), group="attempt")


async def tell_refusal(asker: DOMNode, asked: Coroutine[Any, Any, Any]) -> bool:
    """Wait for it. Returns whether it was done."""
    try:
        await asked
    except RefusedError as refused:
        asker.app.notify(in_a_line(refused), severity="warning", markup=False, timeout=8)
        return False
    return True


def in_a_line(refused: RefusedError) -> str:
    """An error begins in small letters, in the middle of a line of output; here it stands alone."""
    told = plain(str(refused)).plain
    return told[:1].upper() + told[1:] if told.partition(" ")[0].isalpha() else told
