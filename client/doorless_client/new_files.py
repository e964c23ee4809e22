"""Files that a person asked for: new, theirs alone, and there only once they are whole."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from doorless_client.core.api import RefusedError
from doorless_client.private_files import open_private, sync_directory

PARTIAL = ".partial"
"""What the name ends in while it is written; a kill leaves it, the next attempt replaces it."""


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """What is written to it is at `path`, mode 0600, when all of it is on the disk.

    Raises:
        RefusedError: something is there already, or the disk does not take it. Nothing is left.
    """
    draft = draft_of(path)
    try:
        _check_free(path)
        draft.unlink(missing_ok=True)
        descriptor = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _publish(draft, path)
            sync_directory(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    except FileExistsError:
        raise RefusedError(f"{path}: exists already; name a new file") from None
    except FileNotFoundError:
        raise RefusedError(f"there is no folder {path.parent}") from None
    except OSError as error:
        raise RefusedError(f"{path}: {error.strerror or 'cannot be written'}") from None


def draft_of(path: Path) -> Path:
    """Where it is written: nobody takes that for the file."""
    return path.with_name(path.name + PARTIAL)


def _check_free(path: Path) -> None:
    if path.is_symlink() or path.exists():
        raise FileExistsError


def _publish(draft: Path, path: Path) -> None:
    """Under its name, in the place of nothing."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:  # a disk without links
        _check_free(path)
        draft.replace(path)
