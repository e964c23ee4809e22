"""A profile to keep, without a profile: for tests and pictures of the screen."""

from pathlib import Path

from doorless_client.core.api import RefusedError
from doorless_client.tui.ports import WrongPassphraseError

OPENS = "correct horse"


class FakeKeeping:
    """Opens with "correct horse"."""

    needs_words = opens_by_itself = False

    def __init__(self) -> None:
        self.changed: list[tuple[str, str]] = []
        self.backups: list[tuple[Path, str]] = []

    async def open_by_itself(self, passphrase: str) -> None:
        if passphrase != OPENS:
            raise WrongPassphraseError("wrong passphrase, or a damaged profile")
        self.opens_by_itself = True

    async def ask_again(self) -> None:
        self.opens_by_itself = False

    async def back_up(self, path: Path, words: str = "") -> int:
        if path.name == "there":
            raise RefusedError(f"{path}: exists already; name a new file")
        self.backups.append((path, words))
        return 264_000

    async def change_passphrase(self, old: str, new: str) -> None:
        if old != OPENS:
            raise WrongPassphraseError("wrong passphrase, or a damaged profile")
        self.changed.append((old, new))
