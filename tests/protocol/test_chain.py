"""A chain gives each message a key of its own, and no step can be taken back."""

from hashlib import sha256
from hmac import digest

from doorless_protocol.ratchet.chain import Chain


def test_a_step_is_one_hkdf_expand() -> None:
    key = b"k" * 32
    first = digest(key, b"doorless/1 chain\x01", sha256)
    second = digest(key, first + b"doorless/1 chain\x02", sha256)
    assert Chain(key).step() == (Chain(first, 1), second)


def test_a_walk_is_as_many_steps() -> None:
    walked, keys = Chain(b"k" * 32, 7).walk(5)
    chain, stepped = Chain(b"k" * 32, 7), []
    for _ in range(5):
        chain, key = chain.step()
        stepped.append(key)
    assert (walked, keys) == (chain, stepped)


def test_no_key_comes_twice() -> None:
    _, keys = Chain(b"k" * 32).walk(1000)
    assert len(set(keys)) == 1000


def test_a_chain_does_not_show_its_key() -> None:
    assert "kkk" not in repr(Chain(b"k" * 32))
