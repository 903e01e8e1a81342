"""Does the page of a partner, and the list of them, show what the database says of its delivery?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import pytest

from signals.reports.partner_health import PartnerCourse, Shares, partner_courses
from signals.reports.rhythm import Rhythm, Volume
from signals.store.database import transaction
from signals.web.office import partners
from signals.web.office.partners import RHYTHMS
from signals.web.people import Role
from signals.web.texts import day, moment, number, today_of, utc_now
from signals.web.words import word
from tests.web.client import text_of
from tests.web.office import ALMELO
from tests.web.test_office import LISTED, cells
from tests.web.troubles import PARTNER

if TYPE_CHECKING:
    from tests.web.client import Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

MADE: Final = PartnerCourse(
    id=PARTNER,
    sector="housing",
    topic=f"arrears.housing.{PARTNER}",
    municipalities=(ALMELO,),
    last_delivery=datetime(2026, 11, 3, 8, 15, tzinfo=UTC),
    volume=Volume(((date(2026, 10, 12), 31),), 1234, 567.6, date(2026, 10, 29), Rhythm.USUAL),
    shares=Shares(signals=200, below_threshold=14, not_resident=9),
    stored=300,
    duplicates=41,
    id_reused=23,
    refused={"not-json": 17},
    pause=None,
)
"""Each figure another one, so that none can stand in the place of another."""


def share(part: int, whole: int) -> str:
    return f"{number(part)} ({round(100 * part / whole)}%)" if whole else number(part)


def told(page: Sheet) -> dict[str, str]:
    """The list of label and text of the delivery."""
    (section,) = [one for one in page.all("section") if one.get("aria-labelledby") == "delivery"]
    labels, texts = ([text_of(one) for one in section.iter(tag)] for tag in ("dt", "dd"))
    return dict(zip(labels, texts, strict=True))


def expected_of(course: PartnerCourse) -> dict[str, str]:
    volume, shares = course.volume, course.shares
    return {
        "Sector": word("sector", course.sector, "nl"),
        "Gemeenten": "Almelo",
        "Laatste bericht": moment(course.last_delivery) if course.last_delivery else "–",
        "Laatste signaal voor uw gemeenten": day(volume.last_on) if volume.last_on else "–",
        "Signalen in de laatste 4 weken": number(volume.recent),
        "Verwacht in 4 weken": "–" if volume.expected is None else number(round(volume.expected)),
        "Onder het drempelbedrag": share(shares.below_threshold, shares.signals),
        "Geen inwoner (meer)": share(shares.not_resident, shares.signals),
        "Dubbel gestuurd": number(course.duplicates),
        "Nummer opnieuw gebruikt voor iets anders": number(course.id_reused),
    }


def test_the_page_of_every_partner_says_what_the_database_says(shared_office: RunningOffice) -> None:
    with transaction(shared_office.engine) as cursor:
        courses = partner_courses(cursor, {ALMELO}, today_of(utc_now()))
    browser = shared_office.signed_in(Role.PARTNER_MANAGER)
    assert len(courses) > 3
    for course in courses:
        assert told(browser.get(f"/partners/{course.id}")) == expected_of(course)


@pytest.mark.parametrize("rhythm", Rhythm)
def test_every_figure_has_its_place_and_the_rhythm_its_words(
    shared_office: RunningOffice, monkeypatch: pytest.MonkeyPatch, rhythm: Rhythm
) -> None:
    course = replace(MADE, volume=replace(MADE.volume, rhythm=rhythm))
    monkeypatch.setattr(partners, "partner_courses", lambda *_: [course])
    browser = shared_office.signed_in(Role.PARTNER_MANAGER)
    page = browser.get(f"/partners/{PARTNER}")
    assert told(page) == expected_of(course)
    badge, kind, meaning = RHYTHMS[rhythm]
    classes = {"danger": "danger", "warning": "warning", "ok": "safe", "neutral": "neutral"}
    (shown,) = [one for one in page.all("span", class_="utrecht-badge-status") if text_of(one) == badge]
    assert f"utrecht-badge-status--{classes[kind]}" in shown.get("class", "").split()
    assert f"{badge} {meaning}" in page.texts("p")
    (row,) = cells(browser.get("/partners"), LISTED)
    assert row[0].startswith(course.name)
    assert row[1:] == [badge, "3 november 2026", "29 oktober 2026", "1.234", "568", "7%", "4%", "17"]


def test_what_is_not_known_is_a_dash(shared_office: RunningOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Volume(MADE.volume.weeks, 0, None, None, Rhythm.NEW)
    course = replace(MADE, last_delivery=None, volume=nothing, shares=Shares(), duplicates=0, id_reused=0, refused={})
    monkeypatch.setattr(partners, "partner_courses", lambda *_: [course])
    browser = shared_office.signed_in(Role.PARTNER_MANAGER)
    assert told(browser.get(f"/partners/{PARTNER}")) == expected_of(course)
    (row,) = cells(browser.get("/partners"), LISTED)
    assert row[2:] == ["–", "–", "0", "–", "–", "–", "0"]
