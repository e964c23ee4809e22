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
        asker.app.notify(plain(str(refused)).plain, severity="warning", markup=False, timeout=8)
        return False
    return True
