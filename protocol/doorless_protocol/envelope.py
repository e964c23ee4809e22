"""The envelope of a first contact: a whole handshake and its first message, sealed once.

    32 KiB = HPKE encapsulation 1,120 | sealed inside 31,632 | tag 16

Who watches the relay sees a recipient and one size. The inside (docs/spec/05-envelope.md §3),
integers big-endian:

    offset  size  field
         0     2  protocol             version and suite
         2     1  kind                 1: start, 2: resync
         3     8  number               of the session
        11     8  known                the highest number that the initiator knew
        19     8  received             what a resync lists as heard; 0 in a start
        27     2  address length       1 to 300
        29   300  address              ASCII, then zeros
       329  8777  staple               the initiator's device, as his manifest lists it
      9106     8  manifest version     of the recipient's manifest that was used
      9114    32  manifest hash
      9146     8  bundle id            of the recipient's prekey bundle that was used
      9154    32  bundle hash
      9186     8  signed prekey id
      9194     1  prekey kind          1: one-time, 2: last resort
      9195     8  prekey id
      9203    32  ephemeral            EKa
      9235  1568  prekey ciphertext    ML-KEM-1024
     10803  1088  identity ciphertext  ML-KEM-768
     11891  8192  message              the ratchet's envelope, always of 8 KiB
     20083     2  log proof length     0 until there is a key log
     20085   ...  log proof            at most 11,264, then zeros to the end
"""

from collections.abc import Iterable
from dataclasses import dataclass

from doorless_protocol.encoding import PROTOCOL, Reader, Writer, read_protocol
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.handshake import Kind, Opening, PrekeyKind, Terms
from doorless_protocol.invite import Address
from doorless_protocol.keys import AccountId, DeviceId
from doorless_protocol.manifest import STAPLE_SIZE, Staple
from doorless_protocol.prekey_secrets import PrekeySecrets, envelope_keys
from doorless_protocol.prekeys import PREKEY_ID_SIZE, PrekeyId
from doorless_protocol.primitives import (
    HPKE_OVERHEAD,
    KEM768_CIPHERTEXT_SIZE,
    KEM1024_CIPHERTEXT_SIZE,
    X25519_SIZE,
    XWingPublic,
    hpke_open,
    hpke_seal,
    parse_x25519,
)
from doorless_protocol.sizes import FIRST_CONTACT_SIZE, KIB

MESSAGE_SIZE = 8 * KIB
"""Bytes of the ratchet's envelope inside: constant, so that the first text's length is hidden."""

MAX_ADDRESS = 300
"""Bytes: a handle of 31, an @, a host name of 253 and a port of 6 fit."""

MAX_LOG_PROOF = 11 * KIB
"""Bytes of a proof from the key log, without witnesses' post-quantum signatures."""

INSIDE_SIZE = FIRST_CONTACT_SIZE - HPKE_OVERHEAD
HASH_SIZE = 32

_LABEL = b"doorless/1 first contact"


@dataclass(frozen=True, slots=True)
class Initial:
    """The inside of a first contact. Its staple verifies; all else is a claim until it opens.

    Attributes:
        kind, number, known, received, address: see handshake.Terms.
        manifest_version, manifest_hash, bundle_hash: what the initiator was shown as ours.
        prekey_id: of the one-time pair, or of the last resort.
        message: the ratchet's envelope.
        log_proof: empty until there is a key log.
    """

    kind: Kind
    number: int
    known: int
    received: int
    address: str
    staple: Staple
    manifest_version: int
    manifest_hash: bytes
    bundle_id: PrekeyId
    bundle_hash: bytes
    signed_prekey_id: PrekeyId
    prekey_kind: PrekeyKind
    prekey_id: PrekeyId
    opening: Opening
    message: bytes
    log_proof: bytes

    @property
    def origin(self) -> bytes:
        """What its session came from, 40 bytes: bundle id || EKa. Of no other session."""
        return origin(self.bundle_id, self.opening)

    @property
    def last_resort(self) -> bool:
        return self.prekey_kind is PrekeyKind.LAST_RESORT

    @property
    def one_time_id(self) -> PrekeyId | None:
        return None if self.last_resort else self.prekey_id


def origin(bundle_id: PrekeyId, opening: Opening) -> bytes:
    """What a responder remembers a handshake by. Spec: docs/spec/03-handshake.md §6.1."""
    return bundle_id + opening.ephemeral


def encode_front(terms: Terms, opening: Opening, staple: Staple) -> bytes:
    """The inside up to the message: the same in every repetition of an initial message."""
    address, prekeys = terms.address.encode(), terms.prekeys
    if not 1 <= len(address) <= MAX_ADDRESS:
        raise ValueError(f"address of {len(address)} bytes, 1 to {MAX_ADDRESS} allowed")
    writer = Writer().raw(PROTOCOL).uint(terms.kind, 1).uint(terms.number, 8).uint(terms.known, 8)
    writer.uint(terms.received, 8)
    writer.uint(len(address), 2).raw(address.ljust(MAX_ADDRESS, b"\0")).raw(staple.encode())
    writer.uint(terms.responder.manifest_version, 8).raw(terms.responder.manifest_hash)
    writer.raw(prekeys.bundle_id).raw(prekeys.bundle_hash).raw(prekeys.signed_id)
    writer.uint(prekeys.kind, 1).raw(prekeys.id).raw(opening.ephemeral)
    return writer.raw(opening.prekey_ciphertext).raw(opening.identity_ciphertext).done()


def first_contact_info(account: AccountId, device: DeviceId, envelope_id: PrekeyId) -> bytes:
    """What the seal is bound to: the recipient, down to the key."""
    return _LABEL + account + device + envelope_id


def seal_initial(
    theirs: XWingPublic, info: bytes, front: bytes, message: bytes, log_proof: bytes = b""
) -> bytes:
    """An envelope of 32 KiB, whatever it says. Draws inside the library.

    Args:
        front: from `encode_front`.
        message: the ratchet's envelope of MESSAGE_SIZE bytes.
    """
    if len(message) != MESSAGE_SIZE or len(log_proof) > MAX_LOG_PROOF:
        raise ValueError(f"message of {len(message)}, log proof of {len(log_proof)} bytes")
    inside = Writer().raw(front).raw(message).prefixed(log_proof, 2).done()
    return hpke_seal(theirs, info, inside.ljust(INSIDE_SIZE, b"\0"))


def open_initial(
    envelope: bytes, account: AccountId, device: DeviceId, held: Iterable[PrekeySecrets]
) -> Initial:
    """Unseal a first contact and check its form and its staple. Nothing changes.

    Args:
        account, device: ours.
        held: the private halves of our bundles, the newest first. Each envelope key is tried
            once, at most MAX_ENVELOPE_KEYS of them.

    Raises:
        ForgedError: no key of ours opens it, or the staple does not verify.
        ProofError: the staple's path does not lead to its head.
        MalformedError: the inside is not in its one form.

    Spec: docs/spec/05-envelope.md §3.
    """
    if len(envelope) != FIRST_CONTACT_SIZE:
        raise ForgedError(f"a first contact has {FIRST_CONTACT_SIZE} bytes, not {len(envelope)}")
    held = tuple(held)
    for secrets in envelope_keys(held):
        info = first_contact_info(account, device, secrets.envelope_id)
        try:
            inside = hpke_open(secrets.envelope, info, envelope)
        except ForgedError:
            continue
        initial = _decode(inside)
        check_named(initial.bundle_id, secrets.envelope_id, held)
        return initial
    raise ForgedError("no envelope key of ours opens it")


def check_named(bundle: PrekeyId, envelope_id: PrekeyId, held: Iterable[PrekeySecrets]) -> None:
    """Raises MalformedError: the key that opened it is not of the bundle that it names."""
    if not any((one.bundle_id, one.envelope_id) == (bundle, envelope_id) for one in held):
        raise MalformedError("sealed to the envelope key of another bundle than it names")


def _decode(inside: bytes) -> Initial:
    reader = Reader(inside, "initial message")
    read_protocol(reader)
    initial = Initial(
        kind=read_kind(reader),
        number=reader.number(),
        known=reader.number(),
        received=reader.number(),
        address=_read_address(reader),
        staple=Staple.decode(reader.raw(STAPLE_SIZE)),
        manifest_version=reader.number(),
        manifest_hash=reader.raw(HASH_SIZE),
        bundle_id=PrekeyId(reader.raw(PREKEY_ID_SIZE)),
        bundle_hash=reader.raw(HASH_SIZE),
        signed_prekey_id=PrekeyId(reader.raw(PREKEY_ID_SIZE)),
        prekey_kind=_read_prekey_kind(reader),
        prekey_id=PrekeyId(reader.raw(PREKEY_ID_SIZE)),
        opening=Opening(
            parse_x25519(reader.raw(X25519_SIZE)),
            reader.raw(KEM1024_CIPHERTEXT_SIZE),
            reader.raw(KEM768_CIPHERTEXT_SIZE),
        ),
        message=reader.raw(MESSAGE_SIZE),
        log_proof=reader.prefixed(2, MAX_LOG_PROOF),
    )
    if initial.number <= initial.known:
        raise MalformedError("session number that is not above the highest one known")
    check_received(initial.kind, initial.received)
    check_rest(reader.rest())
    return initial


def read_kind(reader: Reader) -> Kind:
    """Raises MalformedError: a kind of handshake that there is not."""
    number = reader.uint(1)
    try:
        return Kind(number)
    except ValueError:
        raise MalformedError(f"handshake of kind {number}") from None


def check_received(kind: Kind, received: int) -> None:
    """Raises MalformedError: a start that lists something, as if it had heard us before."""
    if kind is Kind.START and received:
        raise MalformedError("a first handshake that lists what was heard")


def _read_address(reader: Reader) -> str:
    size = reader.uint(2)
    padded = reader.raw(MAX_ADDRESS)
    address = padded[:size]
    if size > MAX_ADDRESS or padded[size:].strip(b"\0") or not address.isascii():
        raise MalformedError("address is not in its one form")
    text = address.decode("ascii")
    if str(Address.parse(text)) != text:
        raise MalformedError("address is not in its one form")
    return text


def _read_prekey_kind(reader: Reader) -> PrekeyKind:
    number = reader.uint(1)
    try:
        return PrekeyKind(number)
    except ValueError:
        raise MalformedError(f"prekey of kind {number}") from None


def check_rest(rest: bytes) -> None:
    """Raises MalformedError: room that is not in use does not hold zeros."""
    if rest.strip(b"\0"):
        raise MalformedError("initial message whose spare bytes are not zero")
