"""Other people's ratchets, made to do the same work. Install them with the extra `bench`.

Both are used as their own documentation says; each function returns microseconds a message.
"""

import asyncio
from collections.abc import Callable
from time import process_time
from typing import Any

Work = Callable[[int], float]
TEXT_CONTEXT = b"benchmark".ljust(64, b"\0")


def double_ratchet(text: bytes) -> dict[str, Work]:
    """Python DoubleRatchet: recommended classes, SHA-256, AES-256-CBC with HMAC, open headers.

    Raises ImportError: it is not installed.
    """
    from doubleratchet import DoubleRatchet, EncryptedMessage, Header
    from doubleratchet.recommended import (
        HashFunction,
        aead_aes_hmac,
        diffie_hellman_ratchet_curve25519,
        kdf_hkdf,
        kdf_separate_hmacs,
    )

    class Ratchet(DoubleRatchet):
        @staticmethod
        def _build_associated_data(associated_data: bytes, header: Header) -> bytes:
            previous = header.previous_sending_chain_length.to_bytes(8, "big")
            number = header.sending_chain_length.to_bytes(8, "big")
            return associated_data + header.ratchet_pub + previous + number

    class RootKdf(kdf_hkdf.KDF):
        @staticmethod
        def _get_hash_function() -> HashFunction:
            return HashFunction.SHA_256

        @staticmethod
        def _get_info() -> bytes:
            return b"benchmark root"

    class ChainKdf(kdf_separate_hmacs.KDF):
        @staticmethod
        def _get_hash_function() -> HashFunction:
            return HashFunction.SHA_256

    class Aead(aead_aes_hmac.AEAD):
        @staticmethod
        def _get_hash_function() -> HashFunction:
            return HashFunction.SHA_256

        @staticmethod
        def _get_info() -> bytes:
            return b"benchmark aead"

    settings: dict[str, Any] = {
        "diffie_hellman_ratchet_class": diffie_hellman_ratchet_curve25519.DiffieHellmanRatchet,
        "root_chain_kdf": RootKdf,
        "message_chain_kdf": ChainKdf,
        "message_chain_constant": b"\x01\x02",
        "dos_protection_threshold": 2000,
        "max_num_skipped_message_keys": 2000,
        "aead": Aead,
        "shared_secret": b"s" * 32,
        "associated_data": TEXT_CONTEXT,
    }

    async def pair() -> tuple[Any, Any]:
        private = b"p" * 32
        public = diffie_hellman_ratchet_curve25519.DiffieHellmanRatchet._derive_pub(private)
        alice, first = await Ratchet.encrypt_initial_message(
            recipient_ratchet_pub=public, message=text, **settings
        )
        bob, _ = await Ratchet.decrypt_initial_message(
            own_ratchet_priv=private, message=first, **settings
        )
        await alice.decrypt_message(await bob.encrypt_message(text, TEXT_CONTEXT), TEXT_CONTEXT)
        await bob.decrypt_message(await alice.encrypt_message(text, TEXT_CONTEXT), TEXT_CONTEXT)
        return alice, bob

    async def one_way(count: int, backwards: bool) -> tuple[float, float]:
        alice, bob = await pair()
        messages: list[EncryptedMessage] = []
        started = process_time()
        for _ in range(count):
            messages.append(await alice.encrypt_message(text, TEXT_CONTEXT))
        sealed = process_time()
        for message in reversed(messages) if backwards else messages:
            await bob.decrypt_message(message, TEXT_CONTEXT)
        return (sealed - started) / count * 1e6, (process_time() - sealed) / count * 1e6

    async def ping_pong(count: int) -> float:
        alice, bob = await pair()
        started = process_time()
        for _ in range(count):
            alice, bob = bob, alice
            message = await alice.encrypt_message(text, TEXT_CONTEXT)
            await bob.decrypt_message(message, TEXT_CONTEXT)
        return (process_time() - started) / count * 1e6

    return {
        "seal": lambda count: asyncio.run(one_way(count, False))[0],
        "open": lambda count: asyncio.run(one_way(count, False))[1],
        "reverse": lambda count: asyncio.run(one_way(count, True))[1],
        "ping-pong": lambda count: asyncio.run(ping_pong(count)),
    }


def vodozemac(text: bytes) -> dict[str, Work]:
    """vodozemac's Python binding (Rust, Olm). Raises ImportError: it is not installed."""
    import vodozemac as olm

    def pair() -> tuple[Any, Any]:
        one, other = olm.Account(), olm.Account()
        other.generate_one_time_keys(1)
        key = next(iter(other.one_time_keys.values()))
        alice = one.create_outbound_session(other.curve25519_key, key)
        first = alice.encrypt(text).to_pre_key()
        if first is None:
            raise RuntimeError("the first message of a session opens it")
        bob, _ = other.create_inbound_session(one.curve25519_key, first)
        alice.decrypt(bob.encrypt(text))
        bob.decrypt(alice.encrypt(text))
        return alice, bob

    def one_way(count: int) -> tuple[float, float]:
        alice, bob = pair()
        started = process_time()
        messages = [alice.encrypt(text) for _ in range(count)]
        sealed = process_time()
        for message in messages:
            bob.decrypt(message)
        return (sealed - started) / count * 1e6, (process_time() - sealed) / count * 1e6

    def ping_pong(count: int) -> float:
        alice, bob = pair()
        started = process_time()
        for _ in range(count):
            alice, bob = bob, alice
            bob.decrypt(alice.encrypt(text))
        return (process_time() - started) / count * 1e6

    def set_up(count: int) -> float:
        one, other = olm.Account(), olm.Account()
        other.generate_one_time_keys(1)
        identity, key = other.curve25519_key, next(iter(other.one_time_keys.values()))
        started = process_time()
        for _ in range(count):
            one.create_outbound_session(identity, key)
        return (process_time() - started) / count * 1e6

    return {
        "seal": lambda count: one_way(count)[0],
        "open": lambda count: one_way(count)[1],
        "ping-pong": ping_pong,
        "set-up": set_up,
    }


def x3dh(text: bytes) -> dict[str, Work]:
    """Python X3DH, the handshake that goes with python DoubleRatchet, with a one-time prekey.

    The session's set-up is the agreement from a fetched bundle, its signature checked. Raises
    ImportError: it is not installed.
    """
    from x3dh import BaseState, HashFunction, IdentityKeyFormat

    class State(BaseState):
        @staticmethod
        def _encode_public_key(_: IdentityKeyFormat, pub: bytes) -> bytes:
            return pub

    one, other = (
        State.create(IdentityKeyFormat.ED_25519, HashFunction.SHA_256, b"benchmark")
        for _ in range(2)
    )
    other.generate_pre_keys(1)
    bundle = other.bundle

    async def agree(count: int) -> float:
        started = process_time()
        for _ in range(count):
            await one.get_shared_secret_active(bundle, text)
        return (process_time() - started) / count * 1e6

    return {"set-up": lambda count: asyncio.run(agree(count))}
