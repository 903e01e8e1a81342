"""Stories of repeats and changes: rules 3 and 5 of borders.md section 4."""

from __future__ import annotations

from .notation import NEW, Story, change, policy, report, withdraw

HOME = "7607GC 12 2026-11"
R1 = "welbions/R1"

REPEAT = (
    Story(
        "the same amount again is a repeat, in no case",
        "3",
        [report("a", "2026-11-02", R1), report("b", "2026-12-02", R1)],
        {"a": NEW, "b": "repeat"},
        {HOME: "open letter 1"},
    ),
    Story(
        "the 92nd day is included",
        "3",
        [
            report("a", "2026-08-01", R1),
            report("b", "2026-11-01", R1),
            report("c", "2026-08-01", "menzis/R2"),
            report("d", "2026-11-02", "menzis/R2"),
        ],
        {"a": NEW, "b": "repeat", "c": NEW, "d": NEW},
        {"7607GC 12 2026-08": "open home-visit 2 multiple", HOME: "open letter 1 consecutive"},
    ),
    Story(
        "a repeat starts no new window",
        "3",
        [report("a", "2026-08-01", R1), report("b", "2026-10-01", R1), report("c", "2026-11-02", R1)],
        {"a": NEW, "b": "repeat", "c": NEW},
        {"7607GC 12 2026-08": "open letter 1", HOME: "open letter 1 consecutive"},
    ),
    Story(
        "a higher amount must be picked up, in its own period",
        "3",
        [report("a", "2026-10-02", R1, "100.00"), report("b", "2026-11-02", R1, "100.01")],
        {"a": NEW, "b": NEW},
        {"7607GC 12 2026-10": "open letter 1", HOME: "open letter 1 consecutive"},
        {"7607GC 12 2026-10": {R1: "open 100.01"}, HOME: {R1: "open 100.01"}},
    ),
    Story(
        "a higher amount in the same period stays one arrears in one case",
        "3",
        [report("a", "2026-11-02", R1, "100.00"), report("b", "2026-11-09", R1, "150.00")],
        {"a": NEW, "b": NEW},
        {HOME: "open letter 1"},
        {HOME: {R1: "open 150.00"}},
    ),
    Story(
        "above the last known amount is no repeat, though below the earlier report's",
        "3",
        [
            report("a", "2026-11-02", R1, "100.00"),
            change("b", "2026-11-05", R1, "60.00"),
            report("c", "2026-11-09", R1, "80.00"),
        ],
        {"a": NEW, "c": NEW},
        {HOME: "open letter 1"},
        {HOME: {R1: "open 80.00"}},
    ),
    Story(
        "below a raised amount but above the report's is no repeat",
        "3",
        [
            report("a", "2026-11-02", R1, "100.00"),
            change("b", "2026-11-05", R1, "150.00"),
            report("c", "2026-12-09", R1, "150.00"),
            report("d", "2026-12-10", R1, "150.00"),
        ],
        {"a": NEW, "c": NEW, "d": "repeat"},
        {HOME: "open letter 1", "7607GC 12 2026-12": "open letter 1 consecutive"},
    ),
    Story(
        "the last known amount may come from a wrongful report",
        "3",
        [
            report("a", "2026-11-02", R1, "100.00"),
            report("b", "2026-11-03", R1, "60.00", objected=True),
            report("c", "2026-11-04", R1, "80.00"),
        ],
        {"a": NEW, "b": "wrongful", "c": NEW},
        {HOME: "open letter 1"},
    ),
    Story(
        "any one earlier report that meets all of it is enough",
        "3",
        [
            report("a", "2026-11-02", R1, "200.00"),
            report("b", "2026-11-03", R1, "150.00", crisis="eviction"),
            report("c", "2026-11-04", R1, "140.00", crisis="eviction"),
            report("d", "2026-11-05", R1, "130.00", crisis="disconnection"),
        ],
        {"a": NEW, "b": NEW, "c": "repeat", "d": "repeat"},
        {HOME: "open letter 1 crisis=disconnection"},
    ),
    Story(
        "a graver crisis than that report's is no repeat, a lighter one is",
        "3",
        [
            report("a", "2026-11-02", R1, crisis="end-of-delivery"),
            report("b", "2026-11-03", R1, crisis="end-of-insurance"),
            report("c", "2026-11-04", R1, crisis="end-of-delivery"),
            report("d", "2026-11-05", R1),
            report("e", "2026-11-06", R1, crisis="disconnection"),
        ],
        {"a": NEW, "b": NEW, "c": "repeat", "d": "repeat", "e": NEW},
        {HOME: "open letter 1 crisis=disconnection"},
    ),
    Story(
        "the crisis is compared with the report's own, not with a later change",
        "3",
        [
            report("a", "2026-11-02", R1),
            change("b", "2026-11-03", R1, crisis="eviction"),
            report("c", "2026-11-04", R1, crisis="eviction"),
        ],
        {"a": NEW, "c": NEW},
        {HOME: "open letter 1 crisis=eviction"},
    ),
    Story(
        "a withdrawal between makes a later report start afresh",
        "3",
        [
            report("a", "2026-11-02", R1),
            withdraw("b", "2026-11-05", R1, "arrangement"),
            report("c", "2026-11-09", R1),
            report("d", "2026-11-10", R1),
        ],
        {"a": "other-reason", "c": NEW, "d": "repeat"},
        {HOME: "open letter 1"},
        {HOME: {R1: "open 100.00"}},
    ),
    Story(
        "a wrongful report is not in a case, so the next one is no repeat",
        "3",
        [report("a", "2026-11-02", R1, "40.00"), report("b", "2026-11-03", R1, "40.00", crisis="eviction")],
        {"a": "wrongful", "b": NEW},
        {HOME: "open letter 1 crisis=eviction"},
    ),
    Story(
        "a repeat needs the same household: moved there and back starts afresh",
        "3",
        [report("a", "2026-11-02", R1), report("b", "2026-11-03", R1, at=14), report("c", "2026-11-04", R1)],
        {"a": "not-a-resident", "b": "not-a-resident", "c": NEW},
        {HOME: "open letter 1", "7607GC 14 2026-11": "closed none 0"},
    ),
    Story(
        "another arrears of the same partner is never a repeat",
        "3",
        [report("a", "2026-11-02", R1), report("b", "2026-11-03", "welbions/R2")],
        {"a": NEW, "b": NEW},
        {HOME: "open home-visit 2 multiple"},
    ),
    Story(
        "a late event makes what follows it be judged again",
        "3",
        [report("b", "2026-11-20", R1), report("c", "2026-11-21", R1), report("a", "2026-11-02", R1)],
        {"a": NEW, "b": "repeat", "c": "repeat"},
        {HOME: "open letter 1"},
    ),
    Story(
        "the window is that of the policy in force on the new report's day",
        "3",
        [report("a", "2026-10-01", R1), report("b", "2026-11-01", R1), report("c", "2026-11-02", R1)],
        {"a": NEW, "b": "repeat", "c": NEW},
        {"7607GC 12 2026-10": "open letter 1", HOME: "open letter 1 consecutive"},
        policies=[policy(), policy(repeat_window_days=10, valid_from="2026-11-02")],
    ),
)

CHANGED = (
    Story(
        "a change gives the arrears a new amount and crisis, the report keeps its status",
        "5",
        [report("a", "2026-11-02", R1), change("b", "2026-11-05", R1, "20.00", crisis="disconnection")],
        {"a": NEW},
        {HOME: "open letter 1 crisis=disconnection"},
        {HOME: {R1: "open 20.00"}},
    ),
    Story(
        "absent is as it was, null is over",
        "5",
        [
            report("a", "2026-11-02", R1, crisis="eviction"),
            change("b", "2026-11-05", R1, "120.00"),
            report("c", "2026-11-02", "menzis/R1", crisis="end-of-insurance", at=14),
            change("d", "2026-11-05", "menzis/R1", crisis=None),
        ],
        {"a": NEW, "c": NEW},
        {HOME: "open letter 1 crisis=eviction", "7607GC 14 2026-11": "open letter 1"},
        {HOME: {R1: "open 120.00"}, "7607GC 14 2026-11": {"menzis/R1": "open 100.00"}},
    ),
    Story(
        "a report without crisis ends an earlier one",
        "5",
        [report("a", "2026-11-02", R1, crisis="eviction"), report("b", "2026-11-05", R1)],
        {"a": NEW, "b": "repeat"},
        {HOME: "open letter 1"},
    ),
    Story(
        "a change that lifts a wrongful report above the threshold changes no status",
        "5",
        [report("a", "2026-11-02", R1, "40.00"), change("b", "2026-11-05", R1, "400.00")],
        {"a": "wrongful"},
        {},
    ),
    Story(
        "a change of crisis does not exempt a later report",
        "5",
        [
            report("a", "2026-11-02", R1),
            change("b", "2026-11-05", R1, crisis="eviction"),
            report("c", "2026-11-09", R1, "40.00"),
        ],
        {"a": NEW, "c": "wrongful"},
        {HOME: "open letter 1"},
        {HOME: {R1: "open 40.00"}},
    ),
    Story(
        "a change before the first report has no effect, whenever it arrives",
        "5",
        [
            change("b", "2026-11-01", R1, "20.00", crisis="eviction"),
            report("a", "2026-11-02", R1, "100.00"),
            report("c", "2026-11-03", R1, "90.00"),
        ],
        {"a": NEW, "c": "repeat"},
        {HOME: "open letter 1"},
    ),
    Story(
        "a withdrawal before the first report has no effect",
        "5",
        [
            report("a", "2026-11-02", R1),
            withdraw("b", "2026-11-01", R1, "deceased"),
            report("c", "2026-11-03", R1),
        ],
        {"a": NEW, "c": "repeat"},
        {HOME: "open letter 1"},
    ),
    Story(
        "a change or withdrawal of an arrears never reported makes nothing",
        "5",
        [change("a", "2026-11-02", R1, "100.00"), withdraw("b", "2026-11-03", "menzis/R1", "paid")],
        {},
        {},
    ),
)

STORIES: tuple[Story, ...] = (*REPEAT, *CHANGED)
