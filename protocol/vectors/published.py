"""The vectors as they are published: files of JSON beside this one."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attachments  # noqa: F401  (registers its derivations behind the others)
import keylog  # noqa: F401  (and so do these)
from conversations import CONVERSATIONS, record, replay
from derivations import DERIVATIONS

from doorless_lab.tape import Draw

HERE = Path(__file__).parent


def vectors(random: Callable[[int], bytes] | None = None) -> dict[str, Any]:
    """All of them by file name: values whose bytes are bytes.

    Args:
        random: draw the conversations anew, instead of playing the tapes in their files.
    """
    made: dict[str, Any] = {"derivations.json": [each.vector() for each in DERIVATIONS]}
    for play in CONVERSATIONS:
        name = f"{play.__name__}.json"
        if random is None:
            made[name] = replay(play, tapes(load(HERE / name)))
        else:
            made[name] = record(play, random)
    return made


def tapes(conversation: dict[str, Any]) -> dict[str, list[Draw]]:
    return {name: [Draw(*draw) for draw in tape] for name, tape in conversation["tapes"].items()}


def dumps(value: Any) -> str:
    """JSON. Bytes are {"hex": ...}, or {"b64": ...} above 64 of them."""
    return json.dumps(value, default=_bytes, indent=1, ensure_ascii=False) + "\n"


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"), object_hook=_value)


def _bytes(value: bytes) -> dict[str, str]:
    if len(value) <= 64:
        return {"hex": value.hex()}
    return {"b64": base64.b64encode(value).decode()}


def _value(value: dict[str, Any]) -> Any:
    if value.keys() == {"hex"}:
        return bytes.fromhex(value["hex"])
    if value.keys() == {"b64"}:
        return base64.b64decode(value["b64"], validate=True)
    return value
