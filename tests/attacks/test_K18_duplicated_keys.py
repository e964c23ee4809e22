"""K18: two devices with the same keys, because a source of randomness repeated itself.

What a relay refuses is in test_K07_registering_the_keys_of_others.py. Here: where the programs get
their randomness, it does not repeat itself after a fork, and is looked at when they start.
"""

import os
import pickle
import secrets
from collections.abc import Callable
from dataclasses import replace
from random import Random as Seeded
from typing import Any

import pytest

from doorless_client import __main__ as client
from doorless_client import cli
from doorless_client.core import keyring, prekeys
from doorless_client.core.contacts import BusyError
from doorless_client.core.prekeys import SAME_KEYS
from doorless_client.core.views import Notice
from doorless_lab.world import World
from doorless_protocol import primitives
from doorless_protocol.keys import DeviceKeys, Purpose, SigningKey
from doorless_server import __main__ as relay
from doorless_server.commands import serve

CHILDREN, DAY = 3, 86_400


def in_children(draw: Callable[[], Any]) -> list[Any]:
    """What each of some forked copies of this process draws, and then this process itself."""
    drawn = []
    for _ in range(CHILDREN):
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            try:
                os.write(writing, pickle.dumps(draw()))
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as answered:
            drawn.append(pickle.loads(answered.read()))
        os.waitpid(child, 0)
    return [*drawn, draw()]


@pytest.mark.attack(
    "K18",
    "prekeys that one device serves are refused from another one, and drawn anew",
    weaken={"doorless_server.prekey_desk.bindings": lambda _bundle: ()},
)
@pytest.mark.parametrize("key", ["signed_prekey", "last_resort", "envelope"])
def test_prekeys_of_another_device_are_refused(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with World() as world:
        bob, eve = world.people("bob", "eve")
        (bobs, *_) = keyring.bundles(bob.store)
        world.now += 6 * DAY
        draw = prekeys.draw_bundle

        def again(*given: Any) -> prekeys.Drawn:
            """Eve's source of randomness repeats what Bob's gave for one of his keys."""
            secrets = replace(draw(*given)[2], **{key: getattr(bobs, key)})
            return prekeys.refill_bundle(secrets, given[0], given[1], world.random)

        with monkeypatch.context() as patch:
            patch.setattr(prekeys, "draw_bundle", again)
            with pytest.raises(BusyError):
                eve.run(eve.engine.home.prekeys.renew())
        assert len(keyring.bundles(eve.store)) == 1
        eve.run(eve.engine.home.prekeys.renew())
        assert len(keyring.bundles(eve.store)) == 2
        bob.run(bob.engine.home.prekeys.renew())  # whose own keys are free to be replaced
        assert [event.text for event in eve.shown if isinstance(event, Notice)] == [SAME_KEYS]


PUBLIC = primitives.kem1024_public(primitives.KemSeed(bytes(range(64))))
SIGNING = SigningKey.draw(Seeded(18).randbytes)


def everything_drawn() -> tuple[bytes, ...]:
    """By the source that the programs choose, and inside each library that draws for itself."""
    random = client.secrets.token_bytes
    secret, _ = primitives.kem1024_encapsulate(PUBLIC)
    return (
        random(32),
        DeviceKeys.draw(random).encode(),
        secret,
        SIGNING.sign(Purpose.PREKEY_BUNDLE, b"the same"),
    )


@pytest.mark.attack(
    "K18",
    "a forked process draws other bytes, and so do the libraries in it",
    weaken={"secrets.token_bytes": Seeded(18).randbytes},
)
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_draws_other_bytes() -> None:
    assert client.secrets is relay.secrets is secrets
    drawn = in_children(everything_drawn)
    for number, what in enumerate(("bytes", "device keys", "encapsulations", "signatures")):
        assert len({each[number] for each in drawn}) == CHILDREN + 1, what


@pytest.mark.attack(
    "K18",
    "no program draws a key from a source that is plainly broken",
    weaken={
        "doorless_protocol.randomness.check_random": lambda _random: None,
        "doorless_server.commands.serve.check_random": lambda _random: None,
    },
)
def test_a_broken_source_starts_nothing(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = ["--profile", str(tmp_path / "profile")]
    assert cli.run([*profile, "doctor"], now=lambda: 0.0, random=bytes) == 1
    monkeypatch.setattr(relay.secrets, "token_bytes", bytes)
    monkeypatch.setattr(serve, "_serve", serves_nothing)
    assert relay.main(["serve", "--data", str(tmp_path / "relay")]) == 1
    assert capsys.readouterr().err.count("source of randomness") == 2


async def serves_nothing(*_: object) -> None:
    """In the twin the relay would begin to serve."""
