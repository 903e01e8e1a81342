"""Reading a policy: every fault at once, in words; and which version is in force on a day."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from signals.errors import FaultsError
from signals.outreach.policy import Policy, PolicyBook, Window, numbered, parse_policy
from signals.policies import shipped
from tests.reference.policy import almelo, hengelo, toml_text

SHIPPED = shipped()
SMALLEST = 'municipality = "0141"\nvalid_from = 2020-01-01\n'


def faults_of(body: str) -> list[str]:
    with pytest.raises(FaultsError) as refused:
        parse_policy(body, "almelo.toml")
    assert refused.value.where == "almelo.toml"
    assert refused.value.exit_code == 2
    return refused.value.faults


@pytest.mark.parametrize(("file", "document"), [("almelo.toml", almelo()), ("hengelo.toml", hengelo())])
def test_a_shipped_policy_says_what_the_borders_say(file: str, document: dict[str, object]) -> None:
    policy = parse_policy(SHIPPED[file], file)
    assert tomllib.loads(SHIPPED[file]).items() >= document.items()
    assert policy.body == SHIPPED[file]
    assert (policy.municipality, policy.name) == (document["municipality"], document["name"])


def test_a_shipped_policy_is_read_into_cents_windows_and_routes() -> None:
    policy = parse_policy(SHIPPED["hengelo.toml"], "hengelo.toml")
    assert policy.threshold == dict.fromkeys(("housing", "energy", "water", "health", "other"), 7500)
    assert policy.window["health"] == Window(30, 100)
    assert policy.window["water"] == Window(30, None)
    assert "other" not in policy.window
    assert policy.route.crisis == {"eviction": "home-visit", "disconnection": "home-visit"}


@pytest.mark.parametrize("file", SHIPPED)
def test_every_line_of_a_shipped_policy_is_documented(file: str) -> None:
    table_is_explained = False
    for number, line in enumerate(SHIPPED[file].splitlines(), 1):
        words = line.strip()
        if words.startswith("["):
            # The windows explain themselves once, under the first of them.
            table_is_explained = "#" in words or words.startswith("[window.")
        if words.startswith(("#", "[")) or not words:
            continue
        assert "#" in words or table_is_explained, f"{file} line {number}: {words}"


def test_what_is_left_out_has_a_default() -> None:
    policy = parse_policy(SMALLEST, "policy")
    assert (policy.period, policy.repeat_window_days, policy.count) == ("month", 92, "arrears")
    assert (policy.threshold, policy.window) == ({}, {})  # no limit: a missing line never closes a door
    assert (policy.route.one, policy.route.more, policy.route.crisis) == ("letter", "home-visit", {})
    assert policy.name == "0141"


def test_every_fault_is_told_at_once() -> None:
    body = """
municipality = "141"
name = ""
valid_from = "2020-01-01"
perod = "month"
period = "week"
repeat_window_days = -1
count = "heads"
household = "linked"
letters = "Mooie Brieven"
visits_at_most = 0
announce_days = 0
[[team]]
key = "W"
postcodes = ["760"]
street = "here"
[[referral]]
key = "nsr"
[threshold]
housing = 50.5
watr = "50.00"
energy = "1,00"
[window.health]
from = 100
to = 30
till = 40
[window.housing]
from = true
[route]
one = "none"
more = "telephone"
[route.crisis]
evicton = "home-visit"
disconnection = "none"
[clocks]
contact_attempt = { days = 14, unit = "weeks" }
[scoring]
rise = "much"
"""
    faults = faults_of(body)
    assert {fault.partition(":")[0] for fault in faults} >= {
        "municipality",
        "name",
        "valid_from",
        "perod",
        "period",
        "repeat_window_days",
        "count",
        "household",
        "letters",
        "visits_at_most",
        "announce_days",
        "team, number 1",
        "referral, number 1",
        "threshold.housing",
        "threshold.watr",
        "threshold.energy",
        "window.health.to",
        "window.health.till",
        "window.housing.from",
        "route.one",
        "route.more",
        "route.crisis.evicton",
        "route.crisis.disconnection",
    }
    assert any(fault.startswith("clocks.contact_attempt") for fault in faults)
    assert any(fault.startswith("scoring.rise") for fault in faults)
    assert not [fault for fault in faults if ".clocks." in fault or ".scoring." in fault]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("perod = 'month'", "perod: is not a key of a policy; did you mean period?"),
        ("xyz = 1", "xyz: is not a key of a policy; known here are municipality, name"),
        ("[threshold]\nwatr = '1'", "threshold.watr: is not a key of a policy; did you mean water?"),
        ("period = 'week'", "period: must be one of month, half-month, iso-week"),
        ("repeat_window_days = true", "repeat_window_days: must be a whole number from 0 to 100000"),
        ("repeat_window_days = 92.0", "repeat_window_days: must be a whole number from 0 to 100000"),
        ("household = 'linked'", 'household: "linked" is not available yet: write "address"'),
        ("threshold = 50", "threshold: must be a table: write [threshold] on a line of its own"),
        ("[threshold]\nwater = -1", 'threshold.water: must be an amount in euros between quotes, such as "50.00"'),
        ("[threshold]\nwater = true", 'threshold.water: must be an amount in euros between quotes, such as "50.00"'),
        ("[window]\nwater = 30", "window.water: must be a table: write [window.water] on a line of its own"),
    ],
)
def test_a_fault_says_where_and_what_to_write(line: str, fault: str) -> None:
    assert [told for told in faults_of(SMALLEST + line) if told.startswith(fault)], faults_of(SMALLEST + line)


@pytest.mark.parametrize("line", ['municipality = ""', "municipality = 141", "municipality = '01 41'"])
def test_a_municipality_is_a_code_of_four_digits(line: str) -> None:
    assert faults_of(f"{line}\nvalid_from = 2020-01-01")[0].startswith("municipality: must be the four-digit")


@pytest.mark.parametrize("moment", ["'2020-01-01'", "2020-01-01T00:00:00", "08:00:00", "2020"])
def test_valid_from_is_a_date(moment: str) -> None:
    assert faults_of(f'municipality = "0141"\nvalid_from = {moment}') == [
        "valid_from: must be a date without quotes, such as 2026-01-01"
    ]


@pytest.mark.parametrize("body", ["municipality = ", "a = 1\na = 2", "[", "\0"])
def test_what_is_no_toml_is_one_fault(body: str) -> None:
    (fault,) = faults_of(body)
    assert fault.startswith("is not TOML: ")


@pytest.mark.parametrize(("written", "cents"), [('"50.00"', 5000), ('"50"', 5000), ('"0.5"', 50), ('"0"', 0)])
def test_a_threshold_in_cents(written: str, cents: int) -> None:
    assert parse_policy(f"{SMALLEST}[threshold]\nwater = {written}", "policy").threshold == {"water": cents}


@pytest.mark.parametrize("written", ["500", "50.10", "true", '"50,00"', '"€ 50"', '"-1"', '""'])
def test_a_threshold_is_an_amount_between_quotes(written: str) -> None:
    (fault,) = faults_of(f"{SMALLEST}[threshold]\nwater = {written}")
    assert fault == 'threshold.water: must be an amount in euros between quotes, such as "50.00"'


@pytest.mark.parametrize(
    ("window", "days", "holds"),
    [
        (Window(30, 100), 29, False),
        (Window(30, 100), 30, True),
        (Window(30, 100), 100, True),
        (Window(30, 100), 101, False),
        (Window(30), 10_000, True),
        (Window(), 0, True),
        (Window(), -1, False),
    ],
)
def test_both_ends_of_a_window_are_in_it(window: Window, days: int, holds: bool) -> None:
    assert window.holds(days) is holds


def version(number: int, **changes: object) -> Policy:
    return numbered(parse_policy(toml_text(almelo() | changes), "policy"), number)


BOOK = PolicyBook(
    [
        version(3, valid_from=date(2026, 11, 10)),
        version(1, valid_from=date(2020, 1, 1)),
        version(2, valid_from=date(2026, 1, 1)),
        version(4, municipality="0164", valid_from=date(2026, 6, 1)),
    ]
)


@pytest.mark.parametrize(
    ("municipality", "day", "number"),
    [
        ("0141", "2019-12-31", 1),  # before the first the oldest
        ("0141", "2020-01-01", 1),
        ("0141", "2025-12-31", 1),
        ("0141", "2026-01-01", 2),
        ("0141", "2026-11-09", 2),
        ("0141", "2026-11-10", 3),
        ("0141", "2026-11-11", 3),
        ("0164", "2026-05-31", 4),
        ("0164", "2026-06-01", 4),
    ],
)
def test_version_in_force(municipality: str, day: str, number: int) -> None:
    assert BOOK.in_force(municipality, date.fromisoformat(day)).id == number


def test_a_book_knows_its_municipalities_and_versions() -> None:
    assert BOOK.municipalities == {"0141", "0164"}
    assert [policy.id for policy in BOOK.versions()] == [1, 2, 3, 4]
    assert BOOK.by_id[3].valid_from == date(2026, 11, 10)
    with pytest.raises(KeyError):
        BOOK.in_force("0001", date(2026, 1, 1))
