"""Completing what is typed: emoji after a colon, commands after a slash, saved replies by name."""

from collections.abc import Sequence
from contextlib import suppress

from doorless_client.core import saved
from doorless_client.core.api import RefusedError
from doorless_client.core.saved_api import SavedReplies
from doorless_client.tui import saved_names, short_names, slash
from doorless_client.tui.widgets.composer import Composer
from doorless_client.tui.widgets.proposals import Proposals


class Proposing:
    """Between a composer and the list over it."""

    def __init__(self, composer: Composer, proposals: Proposals, replies: SavedReplies) -> None:
        self._composer, self._proposals, self._replies = composer, proposals, replies
        self._looked_at = ("", "")
        composer.offer = self.obey

    def look(self) -> None:
        """Propose what fits what stands before the cursor now, or nothing."""
        rows: Sequence[tuple[str, str]] = ()
        text = self._composer.text
        self._looked_at = self._standing
        if self._composer.is_command and " " not in text:
            rows = [(f"/{name}", does) for name, does in slash.completions(text[1:])]
        elif (name := short_names.begun(self._composer.text_before_cursor)) is not None:
            rows = short_names.proposals(name)
        elif (name := self._begun_reply()) is not None:
            rows = saved_names.proposals(self._replies.every(), name)
        self._show(rows)

    def end(self) -> None:
        self._show(())

    def take(self, value: str) -> None:
        """Put it in place of what was begun."""
        self.end()
        if value.startswith("/"):
            self._composer.begin_command(f"{value} ")
        elif self._begun_reply() is not None:
            self._take_reply(value)
        else:
            self._composer.replace_begun(value, ":")
        self._composer.focus()

    def _begun_reply(self) -> str | None:
        """In a message alone: with a text of several lines in it, a command would be none."""
        is_command = self._composer.is_command
        return None if is_command else saved_names.begun(self._composer.text_before_cursor)

    def _take_reply(self, value: str) -> None:
        with suppress(RefusedError):  # deleted meanwhile
            reply = saved.find(self._replies.every(), value)
            self._composer.replace_begun(reply.text, saved.SIGN)

    @property
    def _standing(self) -> tuple[str, str]:
        return self._composer.text, self._composer.text_before_cursor

    def obey(self, what: str) -> bool:
        """Do what a key asks: "up", "down", "take", "enter" or "close". Returns whether that was
        for the list: Enter is not, behind a command that is written to its end.

        The list may be of what stood there some letters ago, where somebody types faster than
        the screen is drawn: then it is made anew first.
        """
        if self._looked_at != self._standing:
            self.look()
        if not self._proposals.is_open:
            return False
        chosen = self._proposals.chosen
        match what:
            case "enter" if chosen == self._composer.text and self._composer.is_command:
                self.end()
                return False
            case "take" | "enter":
                self.take(chosen)
            case "close":
                self.end()
            case _:
                self._proposals.move(-1 if what == "up" else 1)
        return True

    def _show(self, rows: Sequence[tuple[str, str]]) -> None:
        if rows or self._proposals.is_open:
            self._proposals.propose(rows)
