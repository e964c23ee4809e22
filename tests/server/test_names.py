"""Which names a relay gives out, and what it answers who asks for another."""

from typing import Any

import pytest
from msgspec import structs

from doorless_protocol.frames import CloseAccount, Done, Refusal, Refused

DONE = Done()


def reason(answered: Any) -> Refusal:
    assert isinstance(answered, Refused)
    return Refusal(answered.reason)


@pytest.mark.parametrize(
    ("handle", "why"),
    [
        ("al\u0456ce", Refusal.UNFIT_HANDLE),
        ("ali\u200bce", Refusal.UNFIT_HANDLE),
        ("\u202eecila", Refusal.UNFIT_HANDLE),
        ("Alice", Refusal.UNFIT_HANDLE),
        ("alice.", Refusal.UNFIT_HANDLE),
        ("postmaster", Refusal.UNFIT_HANDLE),
        ("a1ice", Refusal.LOOKALIKE),
        ("al_ice", Refusal.LOOKALIKE),
    ],
)
async def test_whoever_asks_for_a_name_that_nobody_gets_is_told_which_kind(
    world: Any, alice: Any, mallory: Any, handle: str, why: Refusal
) -> None:
    await world.registered(alice)
    talk = await world.signed_in(mallory)
    asked = mallory.register()  # with a record, which no name that is none can have
    assert reason(await talk.ask(structs.replace(asked, handle=handle))) is why
    assert await talk.ask(asked) == DONE


async def test_nobody_takes_over_the_name_of_somebody_who_left(
    world: Any, alice: Any, mallory: Any
) -> None:
    talk = await world.registered(alice)
    assert await talk.ask(CloseAccount()) == DONE
    mallory.handle = "alice"
    talk = await world.signed_in(mallory)
    assert reason(await talk.ask(mallory.register())) is Refusal.RELEASED
