"""The classroom in a real browser without a screen: Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def needs_browser() -> Any:
    """Skips a module, visibly, where there is none."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium; apt-get install chromium", allow_module_level=True)


class Complaints(list[str]):
    """What the pages of a browser complained of: errors, violations of the policy, dialogs."""


@asynccontextmanager
async def launched() -> AsyncIterator[Any]:
    """One browser, for all tests of a module: to start it takes a second."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def browsing(
    browser: Any, *, width: int = 1024, height: int = 768, **context: Any
) -> AsyncIterator[tuple[Any, Complaints]]:
    """Windows that know nothing of others, and what their pages complain of."""
    found = await browser.new_context(viewport={"width": width, "height": height}, **context)
    complaints = Complaints()
    found.on("page", lambda page: _listen(page, complaints))
    try:
        yield found, complaints
    finally:
        await found.close()


def _listen(page: Any, complaints: Complaints) -> None:
    def said(message: Any) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    async def asked(dialog: Any) -> None:
        complaints.append(dialog.message)
        await dialog.dismiss()

    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", asked)


async def shows(page: Any, selector: str, text: str) -> None:
    """Wait until the first of these elements has this text in it."""
    has = "([s, t]) => document.querySelector(s)?.textContent.includes(t)"
    await page.wait_for_function(has, arg=[selector, text], timeout=5000)
