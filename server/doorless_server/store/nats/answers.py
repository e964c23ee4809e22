"""What JetStream answers, read: refusals become errors, and whatever is no answer as well."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from doorless_server.store.base import UnavailableError
from doorless_server.store.nats.errors import ApiError, WrongLastError

WRONG_LAST, WRONG_LAST_IN_FLIGHT = 10071, 10164
"""Numbers of the refusal; the second one where what lies there is still being written."""

encode_json = msgspec.json.Encoder().encode


class _Error(Struct):
    code: int = 0
    err_code: int = 0
    description: str = ""


class _Stored(Struct):
    seq: int = 0
    error: _Error | None = None


class _Answer(Struct):
    error: _Error | None = None


_stored = msgspec.json.Decoder(_Stored).decode
_answer = msgspec.json.Decoder(_Answer).decode
_mapping = msgspec.json.Decoder(dict[str, object]).decode


def sequence_in(payload: bytes) -> int:
    """Of what a stream says that it stored. Raises WrongLastError, ApiError, UnavailableError."""
    try:
        said = _stored(payload)
    except msgspec.MsgspecError:
        raise UnavailableError("that is no answer of a stream") from None
    if said.error is not None:
        raise _refusal(said.error)
    if said.seq < 1:
        raise UnavailableError("that is no answer of a stream")
    return said.seq


def answer_in(payload: bytes) -> Mapping[str, object]:
    """Of JetStream's API. Raises ApiError, UnavailableError."""
    try:
        refused, said = _answer(payload).error, _mapping(payload)
    except msgspec.MsgspecError:
        raise UnavailableError("that is no answer of JetStream") from None
    if refused is not None:
        raise _refusal(refused)
    return said


def _refusal(error: _Error) -> ApiError:
    if error.err_code in {WRONG_LAST, WRONG_LAST_IN_FLIGHT}:
        last = error.description.rpartition(": ")[2]
        sequence = int(last) if last.isascii() and last.isdigit() else None
        return WrongLastError(error.code, error.err_code, error.description, sequence)
    return ApiError(error.code, error.err_code, error.description)
