"""Every page in every state, in a real browser: axe finds nothing, in Dutch and English, wide and on a phone.

Each is kept as a picture. The states stand in `states`; a page without a line there fails.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from signals.web import routes
from tests.conftest import create_database, drop_database
from tests.web import trial_pages
from tests.web.chromium import MILLISECONDS, PHONE, WIDE, window
from tests.web.office import office_on
from tests.web.route_table import PAGES
from tests.web.stage import staged
from tests.web.states import FAULTS, LEADS_ON, STATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Response

    from signals.web.people import Role, User
    from tests.web.chromium import Window
    from tests.web.stage import Stage
    from tests.web.states import State

pytestmark = pytest.mark.database
EVERY: Final = (
    *((name, state) for name, states in STATES.items() for state in states),
    *((None, state) for state in FAULTS),
)
EVERYBODY: Final = tuple(dict.fromkeys(state.who for _, state in EVERY))


@pytest.fixture(scope="module")
def stage(postgres: str, months_template: str) -> Iterator[Stage]:
    url = create_database(postgres, months_template)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routes, "MODULES", (*routes.MODULES, trial_pages))
        with office_on(url) as running:
            yield staged(running)
    drop_database(postgres, url)


def test_every_route_is_looked_at_or_leads_on() -> None:
    assert not set(STATES) & set(LEADS_ON)
    assert set(STATES) | set(LEADS_ON) == set(PAGES)
    names = [state.name for _, state in EVERY]
    assert len(names) == len(set(names)), "two pictures of one name"


class Answers:
    """What the server answered last to the window itself."""

    def __init__(self, opened: Window) -> None:
        self.last: Response | None = None
        opened.page.on("response", self._note)

    def _note(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.last = response

    def require(self, name: str | None, state: State) -> None:
        """The page of this name, with the status of the state."""
        assert self.last is not None
        assert self.last.status == state.status
        if name is not None:
            path = re.sub(r"\{[^}]*\}", "[^/]+", PAGES[name].path)
            assert self.last.request.method == PAGES[name].method
            assert re.fullmatch(rf"https?://[^/]+{path}(\?.*)?", self.last.url), self.last.url


def show(opened: Window, answers: Answers, name: str | None, state: State, stage: Stage) -> None:
    """Come to the state; it must be the page's own answer."""
    opened.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    opened.open(state.path.format(**stage.cases))
    if state.then:
        state.then(opened.page, stage)
    answers.require(name, state)


def look(opened: Window, state: State, language: str) -> None:
    """Axe in Dutch on a wide screen and in English on a phone, with a picture of both; nothing sticks out in Dutch."""
    if language == "nl" and not state.briefly:
        opened.check(f"{state.name}-wide")
    opened.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    name = f"{state.name}-phone" if language == "nl" else f"{state.name}-en"
    new = language == "en" or state.briefly
    opened.check(name, axe=new, picture=new)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: str(getattr(who, "id", who)))
def test_axe_finds_nothing(browser: Browser, stage: Stage, who: Role | User | None, language: str) -> None:
    mine = [(name, state) for name, state in EVERY if state.who == who and not (state.briefly and language == "en")]
    faults = []
    with window(browser, stage.office, who, language=language) as opened:
        opened.page.set_default_timeout(MILLISECONDS // 3)  # one that does not come costs the others no time
        answers = Answers(opened)
        for name, state in mine:
            try:
                show(opened, answers, name, state, stage)
                look(opened, state, language)
            except Exception as fault:  # noqa: BLE001 - all states are looked at, then all faults are told
                faults.append(f"{state.name}: {type(fault).__name__}: {fault}")
            opened.complaints.clear()
    assert not faults, "\n".join(faults)
