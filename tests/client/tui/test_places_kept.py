"""Who comes back to a chat finds it where it was left; where something new came, that."""


async def test_a_chat_is_found_where_it_was_left(engine, opened, screen_of) -> None:
    other = engine.person("Grace Hopper")
    engine.arrive(other, "hello", at=engine.now - 50, seen=True)
    long = engine.person("Ada Lovelace")
    for number in range(120):
        engine.arrive(long, f"message {number}", at=engine.now - 40, seen=True)
    async with opened(engine) as pilot:
        log = screen_of(pilot).conversation.messages
        log.scroll_to(y=30, animate=False, immediate=True, force=True)
        await pilot.pause()
        left = log.place
        assert left is not None
        await pilot.press("alt+2")
        await pilot.pause()
        await pilot.press("alt+1")
        await pilot.pause()
        assert log.place == left
        await pilot.press("alt+2")
        await pilot.pause()
        engine.arrive(long, "something new", at=engine.now)
        await pilot.pause()
        await pilot.press("alt+1")
        await pilot.pause()
        assert log.place != left
