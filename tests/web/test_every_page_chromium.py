"""Every page in every state, in a real browser: axe finds nothing, and each is kept as a picture.

The first state of a page is looked at in Dutch on a wide screen and in English on a phone, the others, which have the
same frame and the same translations, in Dutch on a phone. On a phone nothing sticks out of any of them. The states
stand in `states`; a page without a line there fails.
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


def is_looked_at(state: State, language: str) -> bool:
    return language == "nl" or (state.name in FIRST and not state.briefly)


EVERY: Final = (
    *((name, state) for name, states in STATES.items() for state in states),
    *((None, state) for state in FAULTS),
)
FIRST: Final = frozenset(states[0].name for states in (*STATES.values(), FAULTS))
IN_TURN: Final = tuple(
    (who, language)
    for who in dict.fromkeys(state.who for _, state in EVERY)
    for language in ("nl", "en")
    if any(state.who == who and is_looked_at(state, language) for _, state in EVERY)
)


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
    """On a wide screen if it is in Dutch, then on a phone; axe once in a language, a picture where it looks new."""
    both = is_looked_at(state, "en")
    if language == "nl" and not state.briefly:
        opened.check(f"{state.name}-wide", axe=both)
    opened.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    name = f"{state.name}-phone" if language == "nl" else f"{state.name}-en"
    opened.check(name, axe=language == "en" or not both, picture=language == "en" or state.briefly)


@pytest.mark.parametrize(("who", "language"), IN_TURN, ids=lambda one: str(getattr(one, "id", one)))
def test_axe_finds_nothing(browser: Browser, stage: Stage, who: Role | User | None, language: str) -> None:
    mine = [(name, state) for name, state in EVERY if state.who == who and is_looked_at(state, language)]
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
