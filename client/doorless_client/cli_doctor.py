"""doctor: looks at everything that must be right, and says what to do where it is not."""

import argparse
import asyncio
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from doorless_client.cli_context import Now, Random, directory
from doorless_client.cli_context import passphrase as current_passphrase
from doorless_client.cli_outcome import DONE, FAILED, UsageError
from doorless_client.cli_output import line, rfc3339
from doorless_client.core.api import UnreachableError
from doorless_client.core.audit import EVIDENCE as PREKEY_EVIDENCE
from doorless_client.core.failures import in_words
from doorless_client.core.own_devices import LEFT_OUT
from doorless_client.core.prekeys import UNKNOWN_HERE
from doorless_client.core.registration import Newcomer
from doorless_client.core.sign_in import FROZEN
from doorless_client.core.state import leaves_out
from doorless_client.key_file import WrongPassphraseError
from doorless_client.network import RelayNetwork
from doorless_client.opening import home_of
from doorless_client.profile import DamagedProfileError, NoProfileError, Profile
from doorless_client.profile_lock import ProfileInUseError
from doorless_client.registering import is_known
from doorless_client.store.base import DiskError, StoreError
from doorless_client.store.records import Own
from doorless_client.store.sqlcipher import SqlcipherStore, open_store
from doorless_protocol.frames import Hello, RelayInfo
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.manifest import Manifest

LIBRARIES = ("cryptography", "PyNaCl", "sqlcipher3", "websockets", "textual")


@dataclass(frozen=True, slots=True)
class Finding:
    """`verdict` is ok, warn or fail; `line` also says what to do, when it is not ok."""

    verdict: str
    topic: str
    line: str


def doctor(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    failed = False
    for finding in _findings(chosen, now, random):
        line(f"{finding.verdict:4}  {finding.topic}: {finding.line}")
        sys.stdout.flush()
        failed = failed or finding.verdict == "fail"
    return FAILED if failed else DONE


def _findings(chosen: argparse.Namespace, now: Now, random: Random) -> Iterator[Finding]:
    yield from _versions()
    yield from _terminal()
    place = directory(chosen)
    try:
        profile = Profile.hold(place)
    except NoProfileError as error:
        yield Finding("warn", "profile", str(error))
        return
    except (ProfileInUseError, DamagedProfileError) as error:
        yield Finding("fail", "profile", str(error))
        return
    with profile:
        yield Finding("ok", "profile", f"{place}, private and not in use by another process")
        try:
            profile.settings()
            yield Finding("ok", "settings", "understood")
        except DamagedProfileError as error:
            yield Finding("fail", "settings", f"{error}; correct or delete the file")
        yield from _store(profile, chosen, now, random)


def _versions() -> Iterator[Finding]:
    yield Finding("ok", "doorless", f"{version('doorless')}, Python {platform.python_version()}")
    for library in LIBRARIES:
        try:
            yield Finding("ok", library, version(library))
        except PackageNotFoundError:
            yield Finding("fail", library, "is missing; install doorless again")


def _terminal() -> Iterator[Finding]:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if encoding != "utf8":
        yield Finding("warn", "terminal", "is not UTF-8; set LANG to a UTF-8 locale")
    elif not sys.stdout.isatty():
        yield Finding("ok", "terminal", "UTF-8; not a terminal, so the messenger cannot open here")
    elif os.environ.get("TERM", "") in ("", "dumb"):
        yield Finding("warn", "terminal", "TERM says that it cannot draw; set TERM")
    else:
        size = os.get_terminal_size()
        fits = size.columns >= 80 and size.lines >= 24
        advice = "" if fits else "; the messenger wants 80x24"
        found = f"UTF-8, {size.columns}x{size.lines}{advice}"
        yield Finding("ok" if fits else "warn", "terminal", found)


def _store(
    profile: Profile, chosen: argparse.Namespace, now: Now, random: Random
) -> Iterator[Finding]:
    try:
        key = profile.unlock(current_passphrase(chosen))
        store = open_store(profile.store_path, key)
    except UsageError as error:
        yield Finding("warn", "store", f"not checked: {error}")
        return
    except WrongPassphraseError as error:
        yield Finding("fail", "passphrase", str(error))
        return
    except DiskError as error:
        yield Finding("fail", "store", str(error))
        return
    except StoreError as error:
        yield Finding("fail", "store", f"{error}; restore the profile from a backup of the disk")
        return
    try:
        yield from _integrity(store)
        own = store.own.last()
        if own is None:
            yield Finding("fail", "account", "never registered; delete the directory, and register")
            return
        yield Finding("ok", "account", f"{own.handle}@{own.relay}")
        if is_removed(store, own):
            yield Finding("fail", "device", LEFT_OUT)
            return
        if own.frozen:
            yield Finding("fail", "copy", FROZEN)
        yield _unopened(store)
        yield _clock(store, now)
        yield _prekeys(store)
        relay = asyncio.run(_relay(own, random))
        yield relay
        if relay.verdict == "ok" and own.registered:
            yield asyncio.run(_account(store, own, random))
    finally:
        store.close()


def is_removed(store: SqlcipherStore, own: Own) -> bool:
    """Whether the newest list of our devices that was seen here leaves this one out."""
    held, ours = store.own_manifests.last(), DeviceKeys.decode(own.device_keys).device
    return held is not None and leaves_out(Manifest.decode(held.manifest), ours)


def _integrity(store: SqlcipherStore) -> Iterator[Finding]:
    damage = store.damage()
    if damage:
        advice = "restore the profile from a backup of the disk"
        yield Finding("fail", "store", f"{len(damage)} damaged places ({damage[0]}); {advice}")
    else:
        yield Finding("ok", "store", "every page authenticates, and the tables are whole")


def _unopened(store: SqlcipherStore) -> Finding:
    counts = {row.reason: row.count for row in store.failures.find()}
    if not counts:
        return Finding("ok", "envelopes", "all that came could be opened")
    return Finding("ok", "envelopes", f"could not be opened, ever: {in_words(counts)}")


def _clock(store: SqlcipherStore, now: Now) -> Finding:
    held = store.own_manifests.last()
    since = Manifest.decode(held.manifest).head.not_before if held else 0
    if now() < since:
        return Finding("fail", "clock", f"says {rfc3339(now())}, before the account; set the clock")
    return Finding("ok", "clock", rfc3339(now()))


def _prekeys(store: SqlcipherStore) -> Finding:
    """What looking at them brought up: docs/spec/08-state.md §11.3."""
    different = len(store.evidence.find(what=PREKEY_EVIDENCE))
    if different:
        advice = "ask who runs the relay; compare safety numbers with your contacts"
        words = f"the relay gave out others than this device left there, {different} times"
        return Finding("fail", "prekeys", f"{words}; {advice}")
    return Finding("ok", "prekeys", "the relay was never seen to give out others than ours")


async def _relay(own: Own, random: Random) -> Finding:
    home = home_of(own)
    network = RelayNetwork(home, random)
    try:
        answered = await network.anonymous(home.name, Hello())
    except UnreachableError as error:
        return Finding("warn", "relay", f"{error}; what is sent is queued until it is back")
    finally:
        await network.close()
    if not isinstance(answered, RelayInfo):
        return Finding("warn", "relay", f"{home.name} answers, but not as a relay does")
    known = ", known by its key" if home.pin else ""
    return Finding("ok", "relay", f"{home.name} answers{', over TLS' if home.tls else ''}{known}")


async def _account(store: SqlcipherStore, own: Own, random: Random) -> Finding:
    """Whether the relay still has it."""
    try:
        known = await is_known(Newcomer(store, new=False), RelayNetwork(home_of(own), random))
    except UnreachableError as error:
        return Finding("warn", "sign-in", f"{error}; what is sent is queued until then")
    return Finding("ok", "sign-in", "done") if known else Finding("fail", "sign-in", UNKNOWN_HERE)
