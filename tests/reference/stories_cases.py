"""Stories of cases, counts and routes: rules 4, 8 and 10 of borders.md section 4."""

from __future__ import annotations

from .notation import NEW, Story, change, policy, report, withdraw

HOME = "7607GC 12 2026-11"
R1 = "welbions/R1"
VISIT_ON_EVICTION = {"one": "letter", "more": "home-visit", "crisis": {"eviction": "home-visit"}}


def _period_story(kind: str, days: dict[str, str]) -> Story:
    """One report of one water bill a day, each of its own reference; `days` names the period of each."""
    facts = [report(day, day, f"vitens/{day}", at=number) for number, day in enumerate(days, start=1)]
    cases = {f"7607GC {number} {period}": "open letter 1" for number, period in enumerate(days.values(), start=1)}
    name = f"the matching period of a day, by {kind}"
    return Story(name, "4", facts, dict.fromkeys(days, NEW), cases, policies=[policy(period=kind)])


CASES = (
    _period_story("month", {"2026-10-31": "2026-10", "2026-11-01": "2026-11", "2026-11-30": "2026-11"}),
    _period_story(
        "half-month",
        {
            "2026-11-15": "2026-11-H1",
            "2026-11-16": "2026-11-H2",
            "2024-02-29": "2024-02-H2",
            "2027-01-01": "2027-01-H1",
        },
    ),
    _period_story(
        "iso-week",
        {
            "2026-11-02": "2026-W45",
            "2026-11-01": "2026-W44",
            "2026-12-31": "2026-W53",
            "2027-01-03": "2026-W53",
            "2027-01-04": "2027-W01",
            "2025-12-29": "2026-W01",
        },
    ),
    Story(
        "rent and health in one month are one case with a visit",
        "4",
        [report("a", "2026-11-01", R1, "612.50"), report("b", "2026-11-30", "menzis/P9", "150")],
        {"a": NEW, "b": NEW},
        {HOME: "open home-visit 2 multiple"},
        {HOME: {R1: "open 612.50", "menzis/P9": "open 150.00"}},
    ),
    Story(
        "the next month is another case",
        "4",
        [report("a", "2026-11-30", R1), report("b", "2026-12-01", "menzis/P9")],
        {"a": NEW, "b": NEW},
        {HOME: "open letter 1", "7607GC 12 2026-12": "open letter 1 consecutive"},
    ),
    Story(
        "another household is another case",
        "4",
        [report("a", "2026-11-02", R1), report("b", "2026-11-02", "menzis/P9", at="12A")],
        {"a": NEW, "b": NEW},
        {HOME: "open letter 1", "7607GC 12 A 2026-11": "open letter 1"},
    ),
    Story(
        "the period is of the version in force on the day of the signal",
        "4",
        [
            report("a", "2026-11-09", R1),
            report("b", "2026-11-10", "menzis/P9"),
            report("c", "2026-11-16", "vitens/W1"),
        ],
        {"a": NEW, "b": NEW, "c": NEW},
        {
            HOME: "open letter 1",
            "7607GC 12 2026-11-H1": "open letter 1",  # begins on the same day as the month: no earlier period
            "7607GC 12 2026-11-H2": "open letter 1 consecutive",
        },
        policies=[policy(), policy(period="half-month", valid_from="2026-11-10")],
    ),
    Story(
        "a report into a closed case opens it again",
        "4",
        [
            report("a", "2026-11-02", R1),
            withdraw("b", "2026-11-05", R1, "paid"),
            report("c", "2026-11-20", "menzis/P9"),
        ],
        {"a": "other-reason", "c": NEW},
        {HOME: "open letter 1"},
        {HOME: {R1: "withdrawn 100.00", "menzis/P9": "open 100.00"}},
    ),
)

COUNTS = (
    Story(
        "three arrears are a visit",
        "8",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-02", "welbions/R2"),
            report("c", "2026-11-02", "vitens/W1"),
        ],
        {"a": NEW, "b": NEW, "c": NEW},
        {HOME: "open home-visit 3 multiple"},
    ),
    Story(
        "a policy may count partners",
        "8",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-02", "welbions/R2"),
            report("c", "2026-11-02", "vitens/W1", at=14),
        ],
        {"a": NEW, "b": NEW, "c": NEW},
        {HOME: "open letter 1", "7607GC 14 2026-11": "open letter 1"},
        {HOME: {R1: "open 100.00", "welbions/R2": "open 100.00"}},
        policies=[policy(count="partners")],
    ),
    Story(
        "two partners of one sector are two partners",
        "8",
        [report("a", "2026-11-02", R1), report("b", "2026-11-02", "stjoseph/R1")],
        {"a": NEW, "b": NEW},
        {HOME: "open home-visit 2 multiple"},
        policies=[policy(count="partners")],
    ),
    Story(
        "a policy may count sectors",
        "8",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-02", "stjoseph/R1"),
            report("c", "2026-11-02", "menzis/P9", at=14),
        ],
        {"a": NEW, "b": NEW, "c": NEW},
        {HOME: "open letter 1", "7607GC 14 2026-11": "open letter 1"},
        policies=[policy(count="sectors")],
    ),
    Story(
        "a withdrawn partner still counts while another of its arrears is open",
        "8",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-02", "welbions/R2"),
            withdraw("c", "2026-11-03", "welbions/R2", "paid"),
        ],
        {"a": NEW, "b": "other-reason"},
        {HOME: "open letter 1"},
        policies=[policy(count="partners")],
    ),
    Story(
        "a repeat does not count in its month",
        "8",
        [
            report("a", "2026-10-02", R1),
            report("b", "2026-11-02", R1),
            report("c", "2026-11-03", "menzis/P9"),
        ],
        {"a": NEW, "b": "repeat", "c": NEW},
        {"7607GC 12 2026-10": "open letter 1", HOME: "open letter 1 consecutive"},
    ),
    Story(
        "a crisis may have a route of its own, where it is graver",
        "10",
        [report("a", "2026-11-02", R1, crisis="eviction")],
        {"a": NEW},
        {HOME: "open home-visit 1 crisis=eviction"},
        policies=[policy(route=VISIT_ON_EVICTION)],
    ),
    Story(
        "a crisis never lowers the route by count",
        "10",
        [report("a", "2026-11-02", R1, crisis="eviction"), report("b", "2026-11-02", "menzis/P9")],
        {"a": NEW, "b": NEW},
        {HOME: "open home-visit 2 multiple crisis=eviction"},
        policies=[policy(route=VISIT_ON_EVICTION | {"crisis": {"eviction": "letter"}})],
    ),
    Story(
        "the route of a crisis follows a change, up and down",
        "10",
        [
            report("a", "2026-11-02", R1),
            change("b", "2026-11-03", R1, crisis="eviction"),
            report("c", "2026-11-02", "menzis/P9", at=14, crisis="end-of-insurance"),
            report("d", "2026-11-02", "stjoseph/R1", at=16, crisis="eviction"),
            change("e", "2026-11-03", "stjoseph/R1", crisis=None),
        ],
        {"a": NEW, "c": NEW, "d": NEW},
        {
            HOME: "open home-visit 1 crisis=eviction",
            "7607GC 14 2026-11": "open letter 1 crisis=end-of-insurance",
            "7607GC 16 2026-11": "open letter 1",
        },
        policies=[policy(route=VISIT_ON_EVICTION)],
    ),
)

STORIES: tuple[Story, ...] = (*CASES, *COUNTS)
