"""Makes a backup of a relay's folder, whether it is being served or not."""

import shutil
from pathlib import Path

from doorless_server.backup import bundle, copying, demands
from doorless_server.backup.bundle import BLOBS, LOG, RELAY, Bundle
from doorless_server.datadir import DataError
from doorless_server.datadir import copying as copying_lock


def make(folder: Path, to: Path, hour: int, *, with_files: bool = True) -> Bundle:
    """Write a backup of `folder` to the new folder `to`: all of it, or nothing under that name.

    Raises:
        DataError: there is no relay, or `to` is there already.
        TooBusyError, sqlite3.Error: as of `copying.copy_all`.
        OSError: it cannot be written.
    """
    if not (folder / RELAY).is_file():
        raise DataError(f"{folder / RELAY} does not exist: is this a relay's --data?")
    if to.exists():
        raise DataError(f"{to} is there already: name a new folder")
    draft = to.with_name(f"{to.name}.new")
    shutil.rmtree(draft, ignore_errors=True)  # of a backup that was not finished
    draft.mkdir(mode=0o700, parents=True)
    try:
        with copying_lock(folder):
            names = _copy(folder, draft, with_files=with_files)
        made = bundle.write(draft, names, hour)
        draft.replace(to)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    bundle.sync(to.parent)
    return made


def _copy(folder: Path, draft: Path, *, with_files: bool) -> list[str]:
    wanted = (RELAY, LOG, BLOBS) if with_files else (RELAY, LOG)
    databases = [name for name in wanted if (folder / name).is_file()]
    plain = list(bundle.plain_files(folder))
    for name in plain:
        bundle.make_folders(draft, name)
        shutil.copyfile(folder / name, draft / name)
    relay, *others = (folder / name for name in databases)
    copying.copy_all(relay, others, draft)
    names = [*databases, *plain, *_copy_demands(folder, draft)]
    for name in names:
        (draft / name).chmod(0o600)
        bundle.sync(draft / name)
    for inner in {(draft / name).parent for name in names} - {draft}:
        bundle.sync(inner)
    return names


def _copy_demands(folder: Path, draft: Path) -> list[str]:
    """The ledger first: what the demand log has taken in since is no harm."""
    with demands.desk_at_rest(folder):
        plain = list(demands.plain_files(folder))
        for name in plain:
            bundle.make_folders(draft, name)
            shutil.copyfile(folder / name, draft / name)
        databases = [name for name in demands.STEPS if (folder / name).is_file()]
        if databases:
            first, *others = (folder / name for name in databases)
            copying.copy_all(first, others, (draft / databases[0]).parent)
    return [*plain, *databases]
