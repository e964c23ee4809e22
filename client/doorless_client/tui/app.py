"""The messenger's app: first whoever sits there opens it, then they talk, and lock it again."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from doorless_client.core.api import Engine, RefusedError
from doorless_client.notifying.desktop import InTurn, Notifier
from doorless_client.tui.base import BaseApp
from doorless_client.tui.copied import Copied
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.idleness import Idleness
from doorless_client.tui.keeping import entries
from doorless_client.tui.keymap import Place
from doorless_client.tui.locking import forget_caches, forget_clipboard, forget_watchers, settle
from doorless_client.tui.midnight import Midnight
from doorless_client.tui.notifying import Notifying
from doorless_client.tui.places import places
from doorless_client.tui.ports import Onboarding
from doorless_client.tui.providers.entry import Entry
from doorless_client.tui.screens.form import Form
from doorless_client.tui.screens.locked import Locked
from doorless_client.tui.screens.main import MainScreen
from doorless_client.tui.screens.onboard import Onboard
from doorless_client.tui.typed_early import TypedEarly

LOOK_EVERY = 5.0
"""Seconds between two looks whether anybody is still there: so late a lock may come, or a day."""


class DoorlessApp(BaseApp[None]):
    """Three modes, one at a time: `onboard` until there is an engine, `main`, and `locked`.

    Locked is no sheet over the conversation: that mode is taken down with all its screens, and
    what was open is closed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "lock", "Lock at once", id="lock", priority=True, show=False),
    ]

    def __init__(
        self,
        onboarding: Onboarding,
        now: Callable[[], int],
        *,
        glyphs: Glyphs | None = None,
        find_notifier: Callable[[], Notifier] = lambda: InTurn(()),
    ) -> None:
        super().__init__(now, preferences=onboarding.preferences, glyphs=glyphs)
        self._onboarding = onboarding
        self._notifying = Notifying(self, find_notifier, now)
        self._locked = asyncio.Event()
        self._copied = Copied(self)
        self._typed_early = TypedEarly()
        self._place = b""

    async def on_mount(self) -> None:
        self._idle = Idleness(self.now, asyncio.get_running_loop().time)
        self._midnight = Midnight(self.now)
        self.set_interval(LOOK_EVERY, self._look_for_life)
        engine = await self._open_by_itself()
        if engine is not None:
            await self._show(engine)
        else:
            self.add_mode("onboard", lambda: Onboard(self._onboarding, self.glyphs))
            await self.switch_mode("onboard")

    async def _open_by_itself(self) -> Engine | None:
        """By the system's keyring; what prevents it is told when the passphrase was typed."""
        with contextlib.suppress(RefusedError):
            return await self._onboarding.by_itself()
        return None

    @on(Onboard.Ready)
    async def begin(self, event: Onboard.Ready) -> None:
        """Leave the first mode for good: what was typed in it goes with it."""
        await self._show(event.engine, instead_of="onboard")
        for line in event.lines:
            self.say(line)
        if event.tour:
            await self.run_action("screen.tour")

    @on(events.DescendantFocus)
    def _asked(self) -> None:
        """Somebody is there to be typed to."""
        self._typed_early.release(self.post_message)

    async def _show(self, engine: Engine, *, instead_of: str = "") -> None:
        self._typed_early.drop()
        place = self._place
        self.add_mode("main", lambda: MainScreen(engine, self.now, self.glyphs, at=place))
        await self.switch_mode("main")
        if instead_of:
            await self.remove_mode(instead_of)
        self._notifying.begin(engine)

    def places(self) -> Sequence[Place]:
        return places(type(self))

    def entries(self) -> Iterable[Entry]:
        """What the palette offers of the profile as a whole, while one is open."""
        return entries(self._onboarding.keeping, self._ask)

    def _ask(self, form: Form) -> None:
        self.push_screen(form, self._told)

    def _told(self, done: str | None) -> None:
        if done:
            self.say(done)

    # --- locking ---------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent | events.Paste):
            self._idle.touch()
        if self._typed_early.takes(event):
            return
        await super().on_event(event)

    async def _look_for_life(self) -> None:
        self._midnight.look(self.screen_stack[0].query("LogView, ChatList"))
        after = self.settings.lock_after * 60
        if after and self._idle.seconds >= after:
            await self.action_lock()

    async def action_lock(self) -> None:
        """Cover the screen at once, then close all that is open."""
        if self.current_mode != "main":
            return
        self._locked.clear()
        main, focused = self.screen_stack[0], self.focused
        self.add_mode("locked", lambda: Locked(self._unlock, self.glyphs))
        await self.switch_mode("locked")
        forget_clipboard(self)
        self.clear_notifications()
        self._notifying.end()  # what it shows elsewhere is put away
        if isinstance(main, MainScreen):
            self.run_worker(self._close(main, focused), group="lock")

    async def _close(self, main: MainScreen, focused: Widget | None) -> None:
        chat = main.conversation.chat
        self._place = chat.conversation if chat is not None else b""
        await settle(main.conversation, focused)
        del main, focused
        await self.remove_mode("main")
        await self._onboarding.close()
        forget_watchers(self)
        forget_caches()
        self._locked.set()

    def push_screen(self, *args: Any, **kwargs: Any) -> Any:
        """Nothing comes over a lock: what was asked for just before it goes down with the rest."""
        if self.current_mode == "locked":
            kwargs["mode"] = "main"
        return super().push_screen(*args, **kwargs)

    def notify(self, message: str, **kwargs: Any) -> None:
        """A line in the corner, once, never markup; none while it is locked, whatever it says."""
        is_told = any(one.message == message for one in self._notifications)
        if self.current_mode != "locked" and not is_told:
            kwargs.pop("markup", None)
            super().notify(message, markup=False, **kwargs)

    def copy_to_clipboard(self, text: str) -> None:
        if self.current_mode != "locked" or not text:
            super().copy_to_clipboard(text)
            self._copied.begin(text, self.settings.copied_for)

    async def _unlock(self, passphrase: str) -> Engine:
        """Raises RefusedError: it stays locked."""
        await self._locked.wait()
        return await self._onboarding.unlock(passphrase)

    @on(Locked.Unlocked)
    async def resume(self, event: Locked.Unlocked) -> None:
        """Back to where it was locked."""
        await self._show(event.engine, instead_of="locked")
