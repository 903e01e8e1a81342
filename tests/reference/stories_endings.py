"""Stories of withdrawals, moves, death and priority: rules 6, 7 and 10 of borders.md section 4."""

from __future__ import annotations

from .notation import NEW, Story, change, policy, report, withdraw
from .policy import hengelo

HOME = "7607GC 12 2026-11"
ELSEWHERE = "7607GC 14 2026-11"
R1 = "welbions/R1"


def _reason_story(reason: str, status: str) -> Story:
    return Story(
        f"withdrawn as {reason} gives {status}",
        "6",
        [report("a", "2026-11-02", R1), withdraw("b", "2026-11-05", R1, reason)],
        {"a": status},
        {HOME: "closed none 0"},
        {HOME: {R1: "withdrawn 100.00"}},
        outcomes={HOME: reason},
    )


WITHDRAWN = (
    _reason_story("wrongful", "wrongful"),
    _reason_story("deceased", "deceased"),
    _reason_story("moved", "not-a-resident"),
    _reason_story("paid", "other-reason"),
    _reason_story("arrangement", "other-reason"),
    Story(
        "a withdrawal reaches the arrears' reports of every period",
        "6",
        [
            report("a", "2026-10-02", R1, "100.00"),
            report("b", "2026-11-02", R1, "120.00"),
            withdraw("c", "2026-11-05", R1, "paid"),
        ],
        {"a": "other-reason", "b": "other-reason"},
        {"7607GC 12 2026-10": "closed none 0", HOME: "closed none 0 consecutive"},
        outcomes={"7607GC 12 2026-10": "paid", HOME: "paid"},
    ),
    Story(
        "the first reason stays",
        "6",
        [
            report("a", "2026-11-02", R1),
            withdraw("c", "2026-11-06", R1, "deceased"),
            withdraw("b", "2026-11-05", R1, "paid"),
        ],
        {"a": "other-reason"},
        {HOME: "closed none 0"},
        outcomes={HOME: "paid"},
    ),
    Story(
        "a repeat and a wrongful report keep their status",
        "6",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-03", R1),
            report("c", "2026-11-04", R1, "1.00"),
            withdraw("d", "2026-11-05", R1, "deceased"),
        ],
        {"a": "deceased", "b": "repeat", "c": "wrongful"},
        {HOME: "closed none 0"},
        {HOME: {R1: "withdrawn 1.00"}},
        outcomes={HOME: "deceased"},
    ),
    Story(
        "a later report of another month starts afresh, what was withdrawn stays so in its case",
        "6",
        [
            report("a", "2026-10-02", R1),
            withdraw("b", "2026-10-05", R1, "paid"),
            report("c", "2026-11-02", R1, "90.00"),
        ],
        {"a": "other-reason", "c": NEW},
        {"7607GC 12 2026-10": "closed none 0", HOME: "open letter 1 consecutive"},
        {"7607GC 12 2026-10": {R1: "withdrawn 90.00"}, HOME: {R1: "open 90.00"}},
        outcomes={"7607GC 12 2026-10": "paid"},
    ),
    Story(
        "one of two arrears withdrawn: from visit to letter",
        "8",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-03", "menzis/P9"),
            withdraw("c", "2026-11-05", R1, "paid"),
        ],
        {"a": "other-reason", "b": NEW},
        {HOME: "open letter 1"},
        {HOME: {R1: "withdrawn 100.00", "menzis/P9": "open 100.00"}},
    ),
    Story(
        "a change after the withdrawal opens nothing",
        "6",
        [
            report("a", "2026-11-02", R1),
            withdraw("b", "2026-11-05", R1, "paid"),
            change("c", "2026-11-06", R1, "900.00", crisis="eviction"),
        ],
        {"a": "other-reason"},
        {HOME: "closed none 0"},
        {HOME: {R1: "withdrawn 900.00"}},
        outcomes={HOME: "paid"},
    ),
    Story(
        "the outcome is that of the ending that closed the case",
        "8",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-02", "menzis/P9"),
            withdraw("d", "2026-11-07", R1, "paid"),
            withdraw("c", "2026-11-06", "menzis/P9", "wrongful"),
        ],
        {"a": "other-reason", "b": "wrongful"},
        {HOME: "closed none 0"},
        outcomes={HOME: "paid"},
    ),
)

DECEASED = (
    Story(
        "after deceased the household's other open cases are held, and nothing else changes",
        "6",
        [
            report("a", "2026-10-02", R1),
            report("b", "2026-11-02", "menzis/P9"),
            withdraw("c", "2026-11-05", "menzis/P9", "deceased"),
            report("d", "2026-10-02", "vitens/W1", at=14),
        ],
        {"a": NEW, "b": "deceased", "d": NEW},
        {
            "7607GC 12 2026-10": "open letter 1",
            HOME: "closed none 0 consecutive",
            "7607GC 14 2026-10": "open letter 1",
        },
        held=frozenset({"7607GC 12 2026-10"}),
    ),
    Story(
        "the case of the deceased itself is held while another arrears keeps it open",
        "6",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-02", "menzis/P9"),
            withdraw("c", "2026-11-05", "menzis/P9", "deceased"),
        ],
        {"a": NEW, "b": "deceased"},
        {HOME: "open letter 1"},
        held=frozenset({HOME}),
    ),
    Story(
        "a case that begins later is not held",
        "6",
        [
            report("a", "2026-10-02", R1),
            withdraw("b", "2026-10-05", R1, "deceased"),
            report("c", "2026-11-02", "menzis/P9"),
        ],
        {"a": "deceased", "c": NEW},
        {"7607GC 12 2026-10": "closed none 0", HOME: "open letter 1"},
    ),
)

MOVED = (
    Story(
        "a report elsewhere ends what waited at the old address",
        "7",
        [report("a", "2026-11-02", R1), report("b", "2026-11-09", R1, at=14)],
        {"a": "not-a-resident", "b": NEW},
        {HOME: "closed none 0", ELSEWHERE: "open letter 1"},
        {HOME: {R1: "withdrawn 100.00"}, ELSEWHERE: {R1: "open 100.00"}},
        outcomes={HOME: "moved-to-another-address"},
    ),
    Story(
        "whatever the status of the report elsewhere",
        "7",
        [report("a", "2026-11-02", R1), report("b", "2026-11-09", R1, "1.00", at=14)],
        {"a": "not-a-resident", "b": "wrongful"},
        {HOME: "closed none 0"},
        {HOME: {R1: "withdrawn 1.00"}},
    ),
    Story(
        "the old case stays open while another arrears is left",
        "7",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-03", "menzis/P9"),
            report("c", "2026-11-09", R1, at=14),
        ],
        {"a": "not-a-resident", "b": NEW, "c": NEW},
        {HOME: "open letter 1", ELSEWHERE: "open letter 1"},
    ),
    Story(
        "a repeat at the old address keeps its status",
        "7",
        [report("a", "2026-11-02", R1), report("b", "2026-11-03", R1), report("c", "2026-11-09", R1, at=14)],
        {"a": "not-a-resident", "b": "repeat", "c": NEW},
        {HOME: "closed none 0", ELSEWHERE: "open letter 1"},
    ),
    Story(
        "a withdrawal after the move reaches the new address only",
        "7",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-09", R1, at=14),
            withdraw("c", "2026-11-10", R1, "paid"),
        ],
        {"a": "not-a-resident", "b": "other-reason"},
        {HOME: "closed none 0", ELSEWHERE: "closed none 0"},
        outcomes={HOME: "moved-to-another-address", ELSEWHERE: "paid"},
    ),
    Story(
        "back at the first address in the same month the case opens again",
        "7",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-09", R1, at=14),
            report("c", "2026-11-16", R1, "90.00"),
        ],
        {"a": "not-a-resident", "b": "not-a-resident", "c": NEW},
        {HOME: "open letter 1", ELSEWHERE: "closed none 0"},
        {HOME: {R1: "open 90.00"}},
    ),
    Story(
        "what was already withdrawn keeps its reason when the arrears moves",
        "7",
        [
            report("a", "2026-11-02", R1),
            withdraw("b", "2026-11-05", R1, "paid"),
            report("c", "2026-11-09", R1, at=14),
        ],
        {"a": "other-reason", "c": NEW},
        {HOME: "closed none 0", ELSEWHERE: "open letter 1"},
        outcomes={HOME: "paid"},
    ),
    Story(
        "another arrears of the same person does not move along",
        "7",
        [report("a", "2026-11-02", R1), report("b", "2026-11-09", "welbions/R2", at=14)],
        {"a": NEW, "b": NEW},
        {HOME: "open letter 1", ELSEWHERE: "open letter 1"},
    ),
)

PRIORITY = (
    Story(
        "gravity, then score, then date, then household, then period",
        "10",
        [
            report("a", "2026-11-02", "welbions/A", at=1, crisis="end-of-insurance"),
            report("b", "2026-11-02", "welbions/B", at=2, crisis="disconnection"),
            report("c", "2026-11-02", "welbions/C", at=3, crisis="eviction"),
            report("d", "2026-11-02", "welbions/D", at=4, crisis="end-of-delivery"),
            report("e", "2026-11-02", "welbions/E", at=10),
            report("f", "2026-11-02", "welbions/F", at=9),
            report("g", "2026-11-01", "welbions/G", at=11),
            report("h", "2026-11-02", "welbions/H", at="9A"),
            report("i", "2026-11-03", "welbions/I", at=20),
        ],
        dict.fromkeys("abcdefghi", NEW),
        {
            "7607GC 1 2026-11": "open letter 1 crisis=end-of-insurance",
            "7607GC 2 2026-11": "open letter 1 crisis=disconnection",
            "7607GC 3 2026-11": "open letter 1 crisis=eviction",
            "7607GC 4 2026-11": "open letter 1 crisis=end-of-delivery",
            "7607GC 9 2026-11": "open letter 1",
            "7607GC 9 A 2026-11": "open letter 1",
            "7607GC 10 2026-11": "open letter 1",
            "7607GC 11 2026-11": "open letter 1",
            "7607GC 20 2026-11": "open letter 1",
        },
        scores={"7607GC 20 2026-11": 30, "7607GC 4 2026-11": 20},
        order=[
            "7607GC 3 2026-11",
            "7607GC 2 2026-11",
            "7607GC 1 2026-11",
            "7607GC 20 2026-11",  # end-of-delivery only adds points
            "7607GC 4 2026-11",
            "7607GC 11 2026-11",
            "7607GC 9 2026-11",
            "7607GC 9 A 2026-11",
            "7607GC 10 2026-11",
        ],
    ),
    Story(
        "a withdrawn report still dates the case; closed cases have no priority",
        "10",
        [
            report("a", "2026-11-02", "welbions/A"),
            withdraw("b", "2026-11-03", "welbions/A", "paid"),
            report("c", "2026-11-20", "menzis/C"),
            report("d", "2026-11-10", "welbions/D", at=2),
            report("e", "2026-11-01", "welbions/E", at=1),
            withdraw("f", "2026-11-03", "welbions/E", "paid"),
        ],
        {"a": "other-reason", "c": NEW, "d": NEW, "e": "other-reason"},
        {HOME: "open letter 1", "7607GC 2 2026-11": "open letter 1", "7607GC 1 2026-11": "closed none 0"},
        order=[HOME, "7607GC 2 2026-11"],
    ),
    Story(
        "the order counts anew in each municipality, over both routes",
        "10",
        [
            report("a", "2026-11-02", "welbions/A"),
            report("b", "2026-11-02", "menzis/B"),
            report("c", "2026-11-01", "welbions/C", at=14),
            report("d", "2026-11-01", "welbions/C", at=14, municipality="0164"),
        ],
        dict.fromkeys("abcd", NEW),
        {
            HOME: "open home-visit 2 multiple",
            ELSEWHERE: "open letter 1",
            f"0164 {ELSEWHERE}": "open letter 1",
        },
        policies=[policy(), hengelo()],
        order=[ELSEWHERE, HOME, f"0164 {ELSEWHERE}"],
    ),
)

STORIES: tuple[Story, ...] = (*WITHDRAWN, *DECEASED, *MOVED, *PRIORITY)
