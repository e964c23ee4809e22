"""The fields that frames are made of, each with its bounds. Spec: docs/spec/07-relay.md §1.3."""

from typing import Annotated

from msgspec import Meta, Struct

from doorless_protocol.handles import HANDLE_PATTERN
from doorless_protocol.sizes import SIZE_CLASSES

Id = Annotated[bytes, Meta(min_length=16, max_length=16)]
Digest = Annotated[bytes, Meta(min_length=32, max_length=32)]
U32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
U53 = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Handle = Annotated[str, Meta(pattern=HANDLE_PATTERN)]
RelayName = Annotated[str, Meta(max_length=255, pattern=r"\A[!-~]+\Z")]  # visible ASCII
Manifest = Annotated[bytes, Meta(max_length=26 * 1024)]
Bundle = Annotated[bytes, Meta(max_length=8 * 1024)]
Pair = Annotated[bytes, Meta(max_length=2 * 1024)]
Path = Annotated[tuple[Digest, ...], Meta(max_length=16)]
Token = Annotated[bytes, Meta(max_length=16)]  # 16 bytes, or none: then it is a request
Record = Annotated[bytes, Meta(max_length=4 * 1024)]
Opening = Annotated[bytes, Meta(max_length=16)]  # 16 bytes, or none: then there is no record
Left = Annotated[bytes, Meta(min_length=28, max_length=32 * 1024)]
Envelope = Annotated[bytes, Meta(min_length=SIZE_CLASSES[0], max_length=SIZE_CLASSES[-1])]


class Frame(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A list whose first element names the frame."""
