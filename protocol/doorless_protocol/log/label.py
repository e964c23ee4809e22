"""Where an account stands in the log: under its handle, at an index that only the log can find.

An account without a handle stands under its account id, in hex. Handles have at most 31
characters and ids have 64, so that neither passes for the other.
Spec: docs/spec/09-key-log.md §3.1.
"""

import re
from typing import NewType

from doorless_protocol.encoding import Writer
from doorless_protocol.errors import MalformedError
from doorless_protocol.handles import HANDLE_PATTERN
from doorless_protocol.keys import ACCOUNT_ID_SIZE
from doorless_protocol.log.vrf import VrfKey, VrfPublic, output_of, verify
from doorless_protocol.log_primitives import POINT_SIZE, Point

Label = NewType("Label", str)  # ASCII, at most 64 characters
Index = NewType("Index", bytes)  # 32 bytes

INDEX_SIZE = 32
MAX_LABEL = 2 * ACCOUNT_ID_SIZE  # 64

_FORM = re.compile(rf"(?:{HANDLE_PATTERN})|\A[0-9a-f]{{64}}\Z")
_CONTEXT = b"kt-label/v1"
_HANDLE = 2  # the type of label; 1, an account id that maps to keys, is not needed: ids are hashes


def parse_label(text: str) -> Label:
    """Raises MalformedError: neither a handle nor an account id in lower-case hex."""
    if not _FORM.match(text):
        raise MalformedError(f"label of {len(text)} characters is neither a handle nor an id")
    return Label(text)


def vrf_input(label: Label) -> bytes:
    """What the VRF is asked. Spec: docs/spec/09-key-log.md §3.1."""
    return Writer().raw(_CONTEXT).uint(_HANDLE, 1).prefixed(label.encode("ascii"), 2).done()


def locate(key: VrfKey, label: Label) -> tuple[Index, bytes]:
    """The label's index, and the 80 bytes that prove it. The same each time: worth keeping."""
    proof = key.prove(vrf_input(label))
    return located(proof), proof


def verify_location(public: VrfPublic, label: Label, proof: bytes) -> Index:
    """Raises ProofError: this is not where the label stands."""
    return Index(verify(public, vrf_input(label), proof)[:INDEX_SIZE])


def located(proof: bytes) -> Index:
    """The index that a proof was verified, or made, to give."""
    return Index(output_of(Point(proof[:POINT_SIZE]))[:INDEX_SIZE])
