"""A real browser for tests: Debian's Chromium by Playwright, axe on every page, and the pages as pictures.

The pictures are kept in `artefacts/pages/`, for people to look at: of tests that are run by themselves (`-n 0`), and of
all where SIGNALS_PICTURES is set. A whole run keeps none: they take a sixth of the time of looking at every page.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

    from signals.web.people import Role, User
    from tests.web.office import RunningOffice

INSIST_CHROMIUM: Final = bool(os.environ.get("SIGNALS_INSIST_CHROMIUM"))
"""Fail where there is no Chromium, as `.ci/run` asks; else what needs it is skipped."""
PICTURES: Final = Path(__file__).parents[2] / "artefacts" / "pages"
KEEP_PICTURES: Final = "PYTEST_XDIST_WORKER" not in os.environ or bool(os.environ.get("SIGNALS_PICTURES"))
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES: Final = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]},
    "resultTypes": ["violations"],  # of what holds no list is made: on a long page that takes longer than looking
}
LOCALES: Final = {"nl": "nl-NL", "en": "en-GB"}
WIDE: Final = (1280, 900)
PHONE: Final = (360, 740)
MILLISECONDS: Final = 15_000
# On a phone the rows of a table stand one under the other; a wide one may be scrolled in its own frame.
STICKING_OUT: Final = """() => window.innerWidth > 640 ? [] :
    Array.from(document.querySelectorAll("tbody td, tbody th"))
    .filter((cell) => cell.getBoundingClientRect().right > window.innerWidth).map((cell) => cell.textContent.trim())"""


@dataclass
class Window:
    """A browser of one person; what the page's scripts complain of is a fault of the test."""

    page: Page
    address: str
    complaints: list[str]

    def open(self, path: str) -> Page:
        """Go to a path of the office."""
        self.page.goto(f"{self.address}{path}")
        return self.page

    def check(self, name: str, *, picture: bool = True, axe: bool = True) -> None:
        """Axe finds nothing, nothing sticks out sideways, and no script complained; the page is kept as a picture."""
        if picture and KEEP_PICTURES:
            PICTURES.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=PICTURES / f"{name}.jpeg", type="jpeg", quality=80, full_page=True)
        found = violations(self.page) if axe else []
        assert not found, f"{name}: {found}"
        wide, shown = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= shown, f"{name}: the page is {wide} wide in a window of {shown}"
        assert self.page.evaluate(STICKING_OUT) == [], f"{name}: cells of tables that fall off the screen"
        assert not self.complaints, self.complaints


def violations(page: Page) -> list[str]:
    """What axe finds: the rule and where."""
    response = Axe().run(page, options=RULES).response
    return [
        f"{one['id']} ({one['help']}): {[node['target'] for node in one['nodes']]}" for one in response["violations"]
    ]


def place_of_chromium(*, insist: bool = INSIST_CHROMIUM) -> str:
    """Where the browser stands; without one the test is skipped, or fails if `insist`."""
    place = shutil.which("chromium")
    if place is not None:
        return place
    missing = "there is no chromium here: `python -m tests.setup` installs it as root on Debian"
    if insist:
        pytest.fail(f"SIGNALS_INSIST_CHROMIUM is set and {missing}", pytrace=False)
    pytest.skip(missing)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; where there is none the test is skipped, or fails if a Chromium is insisted on."""
    place = place_of_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(
    browser: Browser,
    office: RunningOffice,
    who: Role | User | None,
    *,
    size: tuple[int, int] = WIDE,
    scripts: bool = True,
    language: str = "nl",
) -> Iterator[Window]:
    """A window of its own for `who` (None: nobody is signed in), without scripts if asked for.

    Axe itself is a script: `Window.check` needs a window with scripts.
    """
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=scripts,
        locale=LOCALES[language],
        reduced_motion="reduce",
    )
    context.set_default_timeout(MILLISECONDS)
    try:
        _sign_in(context, office, who)
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
        yield Window(page, office.address, complaints)
    finally:
        context.close()


def _is_complaint(said: ConsoleMessage) -> bool:
    """An error, but not that a page was answered with a status such as 404 or 422."""
    return said.type == "error" and "the server responded with a status of" not in said.text


def _sign_in(context: BrowserContext, office: RunningOffice, who: Role | User | None) -> None:
    kept: dict[str, Any] = office.session(who) if who is not None else {}
    for name, value in kept.items():
        context.add_cookies([{"name": name, "value": value, "url": office.address, "httpOnly": True}])
