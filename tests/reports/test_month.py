"""A month's figures, read from a database that a walk has filled."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from signals.contract.codes import STATUSES
from signals.contract.partners import SECTORS
from signals.outreach.policy import ROUTES
from signals.reports.month import CLASSES, Month, last_month, read_month
from signals.reports.national import ALMELO_A_MONTH, LATEST, NATIONAL, Usual, latest
from signals.store.database import transaction
from tests.reference.notation import report, withdraw

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

NOVEMBER = date(2026, 11, 1)
R1, R2, P9, W1, E1 = "welbions/R1", "welbions/R2", "menzis/P9", "vitens/W1", "cogas/E1"


def month_of(desk: Desk, first: date = NOVEMBER, municipality: str = "0141") -> Month:
    with transaction(desk.system.engine) as cursor:
        return read_month(cursor, municipality, first)


def last_of(desk: Desk, today: str, municipality: str = "0141") -> date | None:
    with transaction(desk.system.engine) as cursor:
        return last_month(cursor, municipality, date.fromisoformat(today))


@pytest.fixture
def town(desk: Desk) -> Desk:
    """Three months; in November a visit, a consecutive letter, a case that closed, and two signals of no case."""
    duplicate = report("a", "2026-11-01", R1, "612.50")
    desk.take_in(
        report("0", "2026-04-30", "welbions/R0", at=20),
        report("1", "2026-10-31", "menzis/P1", "110.00", at=14),
        duplicate,
        duplicate,
        report("b", "2026-11-30", P9, "120.00", at=12),
        report("c", "2026-11-02", R2, "90.00", at=14),
        report("d", "2026-11-02", W1, "80.00", at=16),
        withdraw("e", "2026-11-09", W1, "paid"),
        report("f", "2026-11-02", E1, "7.00", at=18),
        report("g", "2026-11-03", R2, "90.00", at=14),
        report("h", "2026-11-04", P9, "90.00", at=12, municipality="0164"),
    )
    desk.intake.store([desk.record("arrears.housing.welbions", b"{")])
    return desk


def test_a_month_with_something_of_everything(town: Desk) -> None:
    month = month_of(town)
    assert month == Month(
        municipality="0141",
        first=NOVEMBER,
        sectors={"housing": 3, "energy": 1, "health": 1, "water": 1},
        in_case={"housing": 2, "health": 1, "water": 1},
        refused={"repeat": 1, "wrongful": 1},
        withdrawn={"paid": 1},
        routes={"home-visit": 1, "letter": 1, "none": 1},
        classes={"consecutive": 1, "multiple": 1, "single": 1},
        looked_back=1,
    )
    assert list(month.sectors) == ["housing", "energy", "health", "water"]  # most first
    assert (month.signals, month.cases) == (6, 3)


def test_the_first_and_the_last_day_belong_to_a_month_and_months_do_not_mix(town: Desk) -> None:
    october = month_of(town, date(2026, 10, 1))
    assert (october.sectors, october.classes, october.looked_back) == ({"health": 1}, {"single": 1}, 1)
    assert month_of(town, date(2026, 12, 1)).signals == 0
    assert month_of(town, date(2027, 4, 1)).looked_back == 2
    assert month_of(town, municipality="0164").sectors == {"health": 1}


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati"])
def test_the_time_zone_of_the_session_moves_no_day_to_another_month(town: Desk, zone: str) -> None:
    with transaction(town.system.engine) as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", (zone,))
        november = read_month(cursor, "0141", NOVEMBER)
        may = read_month(cursor, "0141", date(2026, 5, 1))
        last = last_month(cursor, "0141", date(2026, 12, 1))
    assert (november, may.looked_back, last) == (month_of(town), 1, NOVEMBER)


def test_six_months_are_looked_back_and_each_counts_once(town: Desk) -> None:
    starts = [date(2026, 10, 1), NOVEMBER, date(2026, 12, 1), date(2027, 4, 1), date(2027, 5, 1), date(2027, 6, 1)]
    assert [month_of(town, first).looked_back for first in starts] == [1, 1, 2, 2, 1, 0]


def test_a_removed_case_is_no_case_of_the_month(desk: Desk) -> None:
    desk.take_in(report("b", "2026-11-02", R1))
    desk.take_in(report("a", "2026-10-20", R1))
    month = month_of(desk)
    assert (month.cases, month.refused, month.looked_back) == (0, {"repeat": 1}, 1)


@pytest.mark.parametrize(
    ("today", "first"),
    [("2026-12-01", "2026-11-01"), ("2026-11-30", "2026-10-01"), ("2026-05-01", "2026-04-01"), ("2026-04-30", None)],
)
def test_the_last_month_is_one_that_is_over(town: Desk, today: str, first: str | None) -> None:
    assert last_of(town, today) == date.fromisoformat(first or "2026-11-01")


def test_without_signals_there_is_no_month(desk: Desk) -> None:
    assert last_of(desk, "2026-12-01") is None
    assert month_of(desk) == Month("0141", NOVEMBER, {}, {}, {}, {}, {}, {}, 0)


def test_the_national_figures_are_of_something_that_a_month_has() -> None:
    on_the_screen = {"signals_per_1000", "cases_per_1000", "in_case", "not_picked_up"}
    to_calibrate = {"signals_per_case", "two_arrears", "three_arrears", "more_arrears", "reached", "accepted"}
    assert set(NATIONAL) <= on_the_screen | to_calibrate | set(CLASSES) | set(SECTORS) | set(STATUSES)
    assert set(ALMELO_A_MONTH) <= set(ROUTES)


def test_the_latest_national_figure_is_that_of_its_last_year() -> None:
    assert {max(years) for years in NATIONAL.values()} == {2023, LATEST}
    assert (latest("in_case"), latest("single"), latest("health")) == (
        Usual(0.83, 2024),
        Usual(0.50, 2023),
        Usual(0.41, 2024),
    )
    assert latest("other") is None


def test_the_parts_of_a_whole_are_all_of_it_but_for_rounding() -> None:
    wholes = [("in_case", "not_picked_up"), CLASSES, ("two_arrears", "three_arrears", "more_arrears"), SECTORS[:4]]
    for names in wholes:
        for year in set.intersection(*(set(NATIONAL[name]) for name in names)):
            assert sum(NATIONAL[name][year] for name in names) == pytest.approx(1, abs=0.011), (names, year)
