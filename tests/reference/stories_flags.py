"""Stories of flags, last known values and the policy in force: rules 9 and 11 of borders.md section 4."""

from __future__ import annotations

from .notation import NEW, Story, policy, report, withdraw
from .policy import hengelo

HOME = "7607GC 12 2026-11"
R1 = "welbions/R1"

CONSECUTIVE = (
    Story(
        "the same day six months before is included",
        "9",
        [report("a", "2026-05-02", R1), report("b", "2026-11-02", "menzis/P9")],
        {"a": NEW, "b": NEW},
        {"7607GC 12 2026-05": "open letter 1", HOME: "open letter 1 consecutive"},
    ),
    Story(
        "a day more is too long ago",
        "9",
        [report("a", "2026-05-01", R1), report("b", "2026-11-02", "menzis/P9")],
        {"a": NEW, "b": NEW},
        {"7607GC 12 2026-05": "open letter 1", HOME: "open letter 1"},
    ),
    Story(
        "six months before 31 August is 28 February",
        "9",
        [
            report("a", "2026-02-28", R1),
            report("b", "2026-08-31", "menzis/P9"),
            report("c", "2026-02-27", "vitens/W1", at=14),
            report("d", "2026-08-31", "vitens/W2", at=14),
        ],
        {"a": NEW, "b": NEW, "c": NEW, "d": NEW},
        {
            "7607GC 12 2026-02": "open letter 1",
            "7607GC 12 2026-08": "open letter 1 consecutive",
            "7607GC 14 2026-02": "open letter 1",
            "7607GC 14 2026-08": "open letter 1",
        },
    ),
    Story(
        "six months before the end of August 2024 is 29 February",
        "9",
        [
            report("a", "2024-02-29", R1),
            report("b", "2024-08-30", "menzis/P9"),
            report("c", "2024-02-28", "vitens/W1", at=14),
            report("d", "2024-08-31", "vitens/W2", at=14),
        ],
        {"a": NEW, "b": NEW, "c": NEW, "d": NEW},
        {
            "7607GC 12 2024-02": "open letter 1",
            "7607GC 12 2024-08": "open letter 1 consecutive",
            "7607GC 14 2024-02": "open letter 1",
            "7607GC 14 2024-08": "open letter 1",
        },
    ),
    Story(
        "the same arrears in an earlier period counts too",
        "9",
        [report("a", "2026-10-02", R1), report("b", "2026-11-02", R1, "120.00")],
        {"a": NEW, "b": NEW},
        {"7607GC 12 2026-10": "open letter 1", HOME: "open letter 1 consecutive"},
    ),
    Story(
        "an earlier report in the same period does not count",
        "9",
        [report("a", "2026-11-01", R1), report("b", "2026-11-30", R1, "120.00")],
        {"a": NEW, "b": NEW},
        {HOME: "open letter 1"},
    ),
    Story(
        "a repeat counts, in the period of its own day",
        "9",
        [
            report("a", "2026-03-10", R1),
            report("b", "2026-06-01", R1),
            report("c", "2026-11-02", "menzis/P9"),
        ],
        {"a": NEW, "b": "repeat", "c": NEW},
        {"7607GC 12 2026-03": "open letter 1", HOME: "open letter 1 consecutive"},
    ),
    Story(
        "taken out as paid or arrangement counts, also for a closed case",
        "9",
        [
            report("a", "2026-10-02", R1),
            withdraw("b", "2026-10-20", R1, "paid"),
            report("c", "2026-11-02", "menzis/P9"),
            withdraw("d", "2026-11-20", "menzis/P9", "arrangement"),
            report("e", "2026-12-02", "vitens/W1"),
            withdraw("f", "2026-12-03", "vitens/W1", "wrongful"),
        ],
        {"a": "other-reason", "c": "other-reason", "e": "wrongful"},
        {
            "7607GC 12 2026-10": "closed none 0",
            HOME: "closed none 0 consecutive",
            "7607GC 12 2026-12": "closed none 0 consecutive",
        },
        outcomes={"7607GC 12 2026-10": "paid", HOME: "arrangement", "7607GC 12 2026-12": "wrongful"},
    ),
    Story(
        "wrongful, deceased, moved and other reasons do not count",
        "9",
        [
            report("a", "2026-10-01", "welbions/A"),
            withdraw("b", "2026-10-02", "welbions/A", "wrongful"),
            report("c", "2026-10-01", "welbions/C"),
            withdraw("d", "2026-10-02", "welbions/C", "moved"),
            report("e", "2026-10-01", "welbions/E", surname=None, business_name="De Hoek BV"),
            withdraw("f", "2026-10-02", "welbions/E", "paid"),
            report("g", "2026-10-01", "vitens/G", "1.00"),
            report("h", "2026-10-01", "vitens/H"),
            withdraw("i", "2026-10-03", "vitens/H", "deceased"),
            report("z", "2026-11-02", "menzis/P9"),
        ],
        {
            "a": "wrongful",
            "c": "not-a-resident",
            "e": "other-reason",
            "g": "wrongful",
            "h": "deceased",
            "z": NEW,
        },
        {"7607GC 12 2026-10": "closed none 0", HOME: "open letter 1"},
        outcomes={"7607GC 12 2026-10": "deceased"},
    ),
    Story(
        "the earliest report counts although it was withdrawn",
        "9",
        [
            report("a", "2026-05-10", R1),
            report("b", "2026-11-02", "menzis/P9"),
            withdraw("c", "2026-11-03", "menzis/P9", "wrongful"),
            report("d", "2026-11-20", "vitens/W1"),
        ],
        {"a": NEW, "b": "wrongful", "d": NEW},
        {"7607GC 12 2026-05": "open letter 1", HOME: "open letter 1 consecutive"},
    ),
    Story(
        "what the household left behind elsewhere does not count",
        "9",
        [report("a", "2026-10-02", R1, at=14), report("b", "2026-11-02", R1)],
        {"a": "not-a-resident", "b": NEW},
        {"7607GC 14 2026-10": "closed none 0", HOME: "open letter 1"},
        outcomes={"7607GC 14 2026-10": "moved-to-another-address"},
    ),
    Story(
        "a report that arrives late makes a known case consecutive",
        "9",
        [report("b", "2026-11-02", "menzis/P9"), report("a", "2026-10-02", R1)],
        {"a": NEW, "b": NEW},
        {"7607GC 12 2026-10": "open letter 1", HOME: "open letter 1 consecutive"},
    ),
)

LAST_KNOWN = (
    Story(
        "an older case shows the last known amount and crisis",
        "9",
        [report("a", "2026-10-02", R1), report("b", "2026-11-02", R1, "200.00", crisis="eviction")],
        {"a": NEW, "b": NEW},
        {
            "7607GC 12 2026-10": "open letter 1 crisis=eviction",
            HOME: "open letter 1 consecutive crisis=eviction",
        },
        {"7607GC 12 2026-10": {R1: "open 200.00"}},
    ),
    Story(
        "a wrongful report gives the last known amount, also for what was withdrawn",
        "9",
        [
            report("a", "2026-11-02", R1),
            withdraw("b", "2026-11-03", R1, "paid"),
            report("c", "2026-11-04", R1, "10.00"),
        ],
        {"a": "other-reason", "c": "wrongful"},
        {HOME: "closed none 0"},
        {HOME: {R1: "withdrawn 10.00"}},
        outcomes={HOME: "paid"},
    ),
    Story(
        "the gravest crisis of the open arrears; a withdrawn one does not count",
        "9",
        [
            report("a", "2026-11-02", R1, crisis="eviction"),
            report("b", "2026-11-02", "menzis/P9", crisis="end-of-insurance"),
            report("c", "2026-11-02", "stroom/E1", crisis="end-of-delivery"),
            withdraw("d", "2026-11-03", R1, "arrangement"),
        ],
        {"a": "other-reason", "b": NEW, "c": NEW},
        {HOME: "open home-visit 2 multiple crisis=end-of-insurance"},
    ),
    Story(
        "multiple follows what the policy counts",
        "9",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-03", "menzis/P9"),
            withdraw("c", "2026-11-04", R1, "paid"),
        ],
        {"a": "other-reason", "b": NEW},
        {HOME: "open letter 1"},
    ),
)

IN_FORCE = (
    Story(
        "before the first version the oldest applies",
        "11",
        [report("a", "2019-05-01", R1, "60.00"), report("b", "2026-11-02", "menzis/P9", "60.00")],
        {"a": NEW, "b": "wrongful"},
        {"7607GC 12 2019-05": "open letter 1"},
        policies=[policy(), policy(hengelo(), valid_from="2026-11-02") | {"municipality": "0141"}],
    ),
    Story(
        "a report is judged by its day, a case by the first day of its period",
        "11",
        [
            report("a", "2026-11-09", R1, "60.00"),
            report("b", "2026-11-10", "welbions/R2", "60.00"),
            report("c", "2026-11-10", "welbions/R3", "80.00"),
        ],
        {"a": NEW, "b": "wrongful", "c": NEW},
        {HOME: "open home-visit 2 multiple"},
        policies=[policy(), policy(hengelo(), valid_from="2026-11-10") | {"municipality": "0141"}],
    ),
    Story(
        "the first year there is has no six months before it",
        "9",
        [
            report("a", "0001-01-01", R1, time="2026-11-02T08:00:00Z"),
            report("b", "0001-03-01", "menzis/P9", time="2026-11-02T08:00:00Z"),
        ],
        {"a": NEW, "b": NEW},
        {"7607GC 12 0001-01": "open letter 1", "7607GC 12 0001-03": "open letter 1 consecutive"},
    ),
)

STORIES: tuple[Story, ...] = (*CONSECUTIVE, *LAST_KNOWN, *IN_FORCE)
