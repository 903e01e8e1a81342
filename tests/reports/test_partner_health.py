"""How a partner fares, read from a database that a walk has filled."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from signals.contract.moments import AMSTERDAM
from signals.contract.partners import Partner
from signals.outreach import registers
from signals.reports.partner_health import Shares, partner_courses, refused_of, refused_records, strangers
from signals.reports.rhythm import Rhythm
from signals.store import pauses
from signals.store.database import transaction
from signals.store.partner_contacts import Contact, contacts_of, write_contact
from tests.outreach.desk import PARTNERS
from tests.reference.notation import report, withdraw

if TYPE_CHECKING:
    from signals.reports.partner_health import PartnerCourse, RefusedRecord
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

TODAY = date(2026, 11, 20)
RENT, WATER = "arrears.housing.welbions", "arrears.water.vitens"
ALL = tuple(sorted(partner.id for partner in PARTNERS))


def courses(
    desk: Desk, *municipalities: str, partner: str | None = None, today: date = TODAY
) -> dict[str, PartnerCourse]:
    with transaction(desk.system.engine) as cursor:
        found = partner_courses(cursor, municipalities or ("0141",), today, partner)
    return {one.id: one for one in found}


def refused(desk: Desk, partner: str, **which: str | int | None) -> list[RefusedRecord]:
    with transaction(desk.system.engine) as cursor:
        return refused_records(cursor, partner, **which)  # type: ignore[arg-type]  # as the test gives them


@pytest.fixture
def town(desk: Desk) -> Desk:
    """Good signals, some below the threshold or withdrawn, a duplicate, and bad records on two topics."""
    twice = report("a", "2026-11-02", "welbions/R1", "612.50")
    desk.take_in(
        twice,
        twice,
        report("b", "2026-11-03", "welbions/R2", "7.00", at=14),
        report("c", "2026-11-03", "welbions/R3", "7.00", at=16, crisis="eviction"),
        report("d", "2026-11-03", "welbions/R4", "90.00", at=18, objected=True),
        report("e", "2026-11-04", "welbions/R5", "60.00", at=20, municipality="0164"),
        report("f", "2026-11-04", "vitens/W1", "60.00", at=22),
        withdraw("g", "2026-11-05", "vitens/W1", "moved"),
        report("h", "2026-01-05", "welbions/R9", "60.00", at=24),
    )
    desk.intake.store([desk.record(RENT, b"{"), desk.record(RENT, b"[]"), desk.record(WATER, b"{")])
    return desk


def test_a_partner_with_something_of_everything(town: Desk) -> None:
    welbions = courses(town)["welbions"]
    assert (welbions.sector, welbions.topic, welbions.municipalities) == ("housing", RENT, None)
    assert welbions.shares == Shares(signals=4, below_threshold=1, not_resident=0)
    assert (welbions.volume.recent, welbions.volume.last_on) == (4, date(2026, 11, 3))
    assert (welbions.stored, welbions.duplicates, welbions.id_reused) == (6, 1, 0)
    assert (welbions.refused, welbions.quarantined) == ({"envelope-invalid": 1, "not-json": 1}, 2)
    assert welbions.last_delivery is not None
    assert welbions.pause is None


def test_a_share_is_of_the_threshold_of_the_municipality_that_judged(town: Desk) -> None:
    assert courses(town, "0164")["welbions"].shares == Shares(1, 1, 0)  # 60 euros at Hengelo's 75
    assert courses(town, "0141", "0164")["welbions"].shares == Shares(5, 2, 0)
    assert courses(town)["vitens"].shares == Shares(1, 0, 1)


def test_who_never_sent_anything_is_new_and_has_nothing(town: Desk) -> None:
    menzis = courses(town)["menzis"]
    assert (menzis.last_delivery, menzis.volume.rhythm, menzis.shares) == (None, Rhythm.NEW, Shares())
    assert (menzis.stored, menzis.refused) == (0, {})


def test_silent_is_nobody_who_was_first_heard_of_here_less_than_four_weeks_ago(town: Desk) -> None:
    """By the day of receipt: the signals themselves are of any date. Each municipality has heard of its own."""
    ((received,),) = town.system.rows("SELECT max(received_at) FROM events")
    later = received.astimezone(AMSTERDAM).date() + timedelta(days=27)
    assert {one.volume.rhythm for one in courses(town, today=later).values()} == {Rhythm.NEW}
    later += timedelta(days=300)
    almelo, hengelo = (
        {name: one.volume.rhythm for name, one in courses(town, where, today=later).items()}
        for where in ("0141", "0164")
    )
    assert (almelo["welbions"], almelo["vitens"], almelo["menzis"]) == (Rhythm.SILENT, Rhythm.SILENT, Rhythm.NEW)
    assert (hengelo["welbions"], hengelo["vitens"], hengelo["menzis"]) == (Rhythm.SILENT, Rhythm.NEW, Rhythm.NEW)
    assert courses(town, partner="vitens", today=later)["vitens"].volume.rhythm == Rhythm.SILENT


def test_one_partner_alone_is_counted_by_its_own_topics(town: Desk) -> None:
    """Also by that of another sector: what it sent there is refused, and its own."""
    town.intake.store([town.record("arrears.water.welbions", b"{")])
    town.system.rows("UPDATE quarantine SET resolved_at = now(), resolution = 'stored' WHERE topic = %s", WATER)
    everyone = courses(town)
    assert everyone["welbions"].refused == {"envelope-invalid": 1, "not-json": 2}
    assert (everyone["vitens"].refused, everyone["vitens"].stored) == ({}, 3)
    for name in ALL:
        assert courses(town, partner=name) == {name: everyone[name]}
    assert [one.topic for one in refused(town, "welbions")] == ["arrears.water.welbions", RENT, RENT]


def test_only_partners_that_may_signal_to_one_of_the_municipalities(town: Desk) -> None:
    assert tuple(courses(town)) == ALL
    assert tuple(courses(town, partner="vitens")) == ("vitens",)
    elsewhere = Partner(
        "elsewhere", "water", frozenset({"urn:nld:oin:00000000000000009999:systeem:incasso"}), frozenset({"0164"})
    )
    with transaction(town.system.engine) as cursor:
        registers.register_partners(cursor, [elsewhere], actor="test")
    assert "elsewhere" not in courses(town)
    assert courses(town, partner="elsewhere") == {}
    assert courses(town, "0164")["elsewhere"].municipalities == ("0164",)


def test_a_pause_is_told_with_its_reason(town: Desk) -> None:
    with transaction(town.system.engine) as cursor:
        pauses.pause(cursor, RENT, "200 in a row")
    found = courses(town)
    assert found["vitens"].pause is None
    assert found["welbions"].pause is not None
    assert found["welbions"].pause.reason == "200 in a row"


def test_refused_records_come_in_pages_newest_first(town: Desk) -> None:
    newest, oldest = refused(town, "welbions")
    assert (newest.code, oldest.code) == ("envelope-invalid", "not-json")
    assert newest.id > oldest.id
    assert refused(town, "welbions", size=1) == [newest]
    assert refused(town, "welbions", after=newest.id) == [oldest]
    assert refused(town, "welbions", code="not-json") == [oldest]
    assert [one.topic for one in refused(town, "vitens")] == [WATER]


def test_only_open_rows_of_the_partner_itself_are_its(town: Desk) -> None:
    (water,) = refused(town, "vitens")
    newest, oldest = refused(town, "welbions")
    town.system.rows("UPDATE quarantine SET resolved_at = now(), resolution = 'stored' WHERE id = %s", newest.id)
    with transaction(town.system.engine) as cursor:
        assert refused_of(cursor, "welbions", [newest.id, oldest.id, water.id, 10**9]) == [oldest.id]
    assert courses(town)["welbions"].refused == {"not-json": 1}


def test_records_of_nobody_who_is_registered(town: Desk) -> None:
    stranger = "arrears.water.nobody"
    town.intake.store([town.record(stranger, b"{"), town.record(stranger, b"{")])
    with transaction(town.system.engine) as cursor:
        assert strangers(cursor) == [(stranger, "not-json", 2)]


def test_a_contact_is_kept_for_its_municipality_and_the_log_says_only_that(town: Desk) -> None:
    contact = Contact("Team incasso", "incasso@welbions.example", None)
    with transaction(town.system.engine) as cursor:
        assert write_contact(cursor, "welbions", "0141", contact, actor="petra")
        assert not write_contact(cursor, "nobody", "0141", contact, actor="petra")
        assert not write_contact(cursor, "welbions", "0141", Contact("Balie"), actor="petra", before=Contact("Anders"))
        registers.register_partners(cursor, PARTNERS, actor="test")
        assert contacts_of(cursor, "welbions", ["0141", "0164"]) == {"0141": contact, "0164": Contact()}
        assert write_contact(cursor, "welbions", "0141", Contact("Balie"), actor="petra", before=contact)
        assert contacts_of(cursor, "welbions", ["0141"]) == {"0141": Contact("Balie")}
    rows = town.system.rows("SELECT actor, subject, detail, municipality FROM audit WHERE action = 'partner-contact'")
    assert rows == [("petra", "welbions", {}, "0141")] * 2
