"""A second way into a profile, on this computer alone: without typing, while its keyring is open.

The raw key, wrapped by a random key that the keyring of the system holds. Neither the file nor
the keyring opens anything without the other. Big-endian:

    offset  size  field
         0     8  form    "dl-kr\\0\\1"
         8    16  name    of the entry in the keyring, random
        24    12  nonce
        36    48  sealed  the raw key 32 and a tag 16, ChaCha20-Poly1305 bound to bytes 0 to 35
"""

from struct import Struct
from typing import Final

from doorless_client.key_file import RAW_KEY_SIZE
from doorless_client.profile import DamagedProfileError, Profile
from doorless_client.system_keyring import INSTALL, Keyring, KeyringError
from doorless_protocol.errors import ForgedError
from doorless_protocol.primitives import AEAD_KEY_SIZE, Random, aead_open, aead_seal

_FORM: Final = b"dl-kr\x00\x01"
_HEADER: Final = Struct(">8s16s12s")
_SIZE: Final = _HEADER.size + RAW_KEY_SIZE + 16


def use_keyring(profile: Profile, passphrase: str, keyring: Keyring | None, random: Random) -> None:
    """From now on it opens without the passphrase, where the keyring is open.

    Raises:
        WrongPassphraseError, KeyringError, DamagedProfileError: it does not.
    """
    raw_key = profile.unlock(passphrase)
    if keyring is None:
        raise KeyringError(INSTALL)
    keep_in_keyring(profile, raw_key, keyring, random)


def keep_in_keyring(profile: Profile, raw_key: bytes, keyring: Keyring, random: Random) -> None:
    """A new entry, and a new file: in this order, so that no file waits for an entry."""
    forget_in_keyring(profile, keyring)
    key, header = random(AEAD_KEY_SIZE), _HEADER.pack(_FORM, random(16), random(12))
    keyring.put(_name(header), key)
    profile.keep_keyring_file(header + aead_seal(key, header[24:], raw_key, header))


def forget_in_keyring(profile: Profile, keyring: Keyring | None) -> bool:
    """From now on only the passphrase opens it. Whether anything else did before.

    Raises:
        KeyringError: the keyring keeps an entry that opens nothing any more.
    """
    wrapped = profile.keyring_file()
    if wrapped is None:
        return False
    profile.drop_keyring_file()
    if keyring is not None and len(wrapped) == _SIZE:
        keyring.drop(_name(wrapped))
    return True


def key_by_keyring(profile: Profile, keyring: Keyring | None) -> bytes | None:
    """The raw key; None: it was never asked for, or the keyring does not give it."""
    wrapped = profile.keyring_file()
    if wrapped is None or keyring is None or len(wrapped) != _SIZE:
        return None
    header, sealed = wrapped[: _HEADER.size], wrapped[_HEADER.size :]
    try:
        key = keyring.get(_name(header))
        if key is None or len(key) != AEAD_KEY_SIZE or not header.startswith(_FORM):
            return None
        return aead_open(key, header[24:], sealed, header)
    except (KeyringError, ForgedError, DamagedProfileError):
        return None


def _name(header: bytes) -> str:
    return header[8:24].hex()
