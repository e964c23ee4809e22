"""What a lock leaves nothing of, beside screens and keys: copies that others keep of text.

Python frees memory and does not overwrite it: what is dropped here can be found by nobody who
asks the program, and perhaps by somebody who reads the memory of the whole computer.
Spec: docs/spec/08-state.md §19.
"""

import asyncio
import contextlib
import functools
import gc
import re
import sys
from asyncio import Event
from collections.abc import Iterable
from typing import Any

from textual.app import App
from textual.cache import FIFOCache, LRUCache
from textual.widget import Widget
from textual.worker import Worker

from doorless_client.core.api import RefusedError
from doorless_client.store.base import StoreError
from doorless_client.tui.conversation import Conversation

UNDER_WAY = ("send", "draft")
"""Groups of workers that are waited for: what was said is stored before the store closes."""

PATIENCE = 2.0
"""Seconds for that. A disk that hangs must not keep the profile open."""

_Remembering = type(functools.lru_cache(len))
_MODULES = re.compile(r"(textual|rich|doorless_client|doorless_protocol)(?!\.(css|color|style))\b")
"""Whose caches are emptied: all but those of looks, which hold no text and are dear to fill."""


async def settle(conversation: Conversation, focused: Widget | None) -> None:
    """Let the keys that were pressed before the lock arrive; store what was sent, and the draft."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await taken_up(focused)
            await done(conversation.workers)
    with contextlib.suppress(RefusedError, StoreError):  # no room for a draft: locked all the same
        await conversation.leave()


async def taken_up(focused: Widget | None) -> None:
    """Until a widget, and what stands around it, did all that they were told so far."""
    for node in focused.ancestors_with_self if focused is not None else ():
        if isinstance(node, App):
            return
        reached = Event()
        if node.call_later(reached.set):
            await reached.wait()


async def done(workers: Iterable[Worker[Any]]) -> None:
    under_way = [one.wait() for one in workers if one.group in UNDER_WAY and not one.is_finished]
    await asyncio.gather(*under_way, return_exceptions=True)


def forget_clipboard(app: App[Any]) -> None:
    """Empty it, if what we put there may be in it still."""
    if app.clipboard:
        app.copy_to_clipboard("")


def forget_watchers(app: App[Any]) -> None:
    """Of widgets that are gone: the app would keep each until what it watched changes again."""
    for watchers in getattr(app, "__watchers", {}).values():  # the toolkit's, by this very name
        watchers[:] = [one for one in watchers if one[0].is_running]


def forget_caches() -> None:
    """Empty what remembers what it was called with, ours and the toolkit's: often that is text."""
    for name, module in list(sys.modules.items()):
        if _MODULES.match(name):
            for thing in list(vars(module).values()):
                _empty(thing)
                if isinstance(thing, type):
                    for inner in list(vars(thing).values()):
                        _empty(inner)
    gc.collect()


def _empty(thing: object) -> None:
    thing = getattr(thing, "__func__", thing)  # of a class or static method
    if isinstance(thing, LRUCache | FIFOCache):
        thing.clear()
    elif isinstance(thing, _Remembering):
        thing.cache_clear()
