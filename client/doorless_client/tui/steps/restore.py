"""An account whose devices are gone, from its recovery words, and from a backup if there is one."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from doorless_client.recovery_words import WORDS, seed_of
from doorless_client.restored_words import restored_words
from doorless_client.tui.plain import plain
from doorless_client.tui.steps.named import wrong_handle, wrong_relay
from doorless_client.tui.steps.seal import Seal
from doorless_client.tui.steps.step import Step, in_a_sentence
from doorless_client.tui.widgets.line import Line
from doorless_client.typed_paths import path_of

WHAT = (
    "The words bring back the account and its name, with this computer as its only device: every "
    "other one is cut off, and your contacts see it. Who they are and what was said is not in "
    "the words but in a backup, if you made one; relay and handle are in it, too."
)


class Restore(Step):
    TITLE: ClassVar[str] = "The account from its words"

    def content(self) -> ComposeResult:
        yield Static(plain(WHAT), classes="quiet gap")
        yield Line("The 24 recovery words", id="words", password=True)
        yield Line("Backup: its path, if you have one", id="backup")
        yield Line("Without one, the relay: host, or host:port", id="relay")
        yield Line("and your handle there", id="handle")

    def complaint(self) -> str:
        count = len(self.value("words").split())
        if count != WORDS:
            return f"There are {WORDS} recovery words; these are {count}."
        try:
            seed_of(self.value("words"))
        except ValueError as misread:
            return in_a_sentence(str(misread))
        if backup := self.value("backup").strip():
            return "" if at(backup).is_file() else "There is no such file."
        if not self.value("relay").strip():
            return "Which relay? Or give the path of a backup."
        if not self.value("handle").strip():
            return "Which handle?"
        return wrong_relay(self.value("relay")) or wrong_handle(self.value("handle"))

    async def go_on(self) -> None:
        relay, handle = self.value("relay").strip(), self.value("handle").strip()
        words, backup = self.value("words"), self.value("backup").strip()

        async def restore(step: Step, passphrase: str) -> None:
            if backup:
                engine, came = await self.onboarding.restore_backup(at(backup), words, passphrase)
                step.post_message(self.Done(engine, lines=restored_words(came)))
            else:
                engine = await self.onboarding.restore(relay, handle, words, passphrase)
                step.post_message(self.Done(engine))

        meanwhile = "Reading the backup…" if backup else "Asking the relay…"
        self.post_message(
            self.Next(Seal(self.onboarding, self.glyphs, restore, meanwhile=meanwhile))
        )


def at(path: str) -> Path:
    """What a person types may begin with ~."""
    return path_of(path)
