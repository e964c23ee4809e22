"""relay: the keys that relays are known by, and the one way to change one."""

import argparse
import sys

from doorless_client.cli_context import Now, Random, messenger, run
from doorless_client.cli_outcome import DONE, FAILED, UsageError, complain
from doorless_client.cli_output import json_line, line
from doorless_client.core.pins import change_pin, is_known, pin_of, relays
from doorless_client.endpoint import Endpoint
from doorless_client.store.base import Store
from doorless_protocol.errors import MalformedError
from doorless_protocol.invite import RelayAddress, pinned, text_of

NOBODY = "an authority that this computer trusts"


def relay(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    meant = _meant(chosen.address) if chosen.address else None

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            if meant is None:
                _list(opened.store, as_json=chosen.json)
                return DONE
            return _change(opened.store, meant, agreed=chosen.yes)

    return run(work())


def _meant(text: str) -> Endpoint:
    try:
        return Endpoint.parse(text)
    except MalformedError as error:
        raise UsageError(f"that is no relay: {error}") from None


def _list(store: Store, *, as_json: bool) -> None:
    for name in relays(store):
        pin = pin_of(store, name)
        if as_json:
            json_line({"relay": name, "fingerprint": text_of(pin) if pin else None})
        else:
            line(pinned(RelayAddress.parse(name), pin))


def _change(store: Store, meant: Endpoint, *, agreed: bool) -> int:
    name = meant.name
    known = pin_of(store, name)
    if not is_known(store, name):
        raise UsageError(f"{name} is neither your relay nor that of a contact")
    if meant.pin == known:
        line(f"{meant.written} is known as that already")
        return DONE
    for words in warning(name, known, meant.pin):
        complain(words)
    if not (agreed or _says_yes()):
        complain("nothing was changed")
        return FAILED
    change_pin(store, name, meant.pin)
    line(f"{meant.written} it is from now on, on this computer")
    return DONE


def warning(name: str, known: bytes, new: bytes) -> list[str]:
    """What a change means, in plain words."""
    return [
        f"until now, {name} is whoever has: {_of(known)}",
        f"from now on it would be whoever has: {_of(new)}",
        "who has that reads no message, but sees when you are there and whom you write to, can "
        "keep messages back, and show keys of its own for people whom you add",
        "go on only if the relay's operator told you so himself, not in a link or a chat",
    ]


def _of(pin: bytes) -> str:
    return f"the key {text_of(pin)}" if pin else f"a certificate of {NOBODY}"


def _says_yes() -> bool:
    if sys.stdin.isatty():
        line('Type "yes" to change it:')
        sys.stdout.flush()
    return sys.stdin.readline(16).strip() == "yes"
