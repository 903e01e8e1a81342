"""Stories of order, household and status: rules 1 and 2 of borders.md section 4."""

from __future__ import annotations

from .notation import NEW, Story, policy, report, withdraw
from .policy import hengelo
from .wire import House, source_of

HOME = "7607GC 12 2026-11"
R1 = "welbions/R1"

ORDER = (
    Story(
        "one report is one case with a letter",
        "8",
        [report("a", "2026-11-02", R1, "612.50")],
        {"a": NEW},
        {HOME: "open letter 1"},
        {HOME: {R1: "open 612.50"}},
    ),
    Story(
        "a second event with the same source and id has no effect",
        "2",
        [report("a", "2026-11-02", R1), report("a", "2026-11-02", R1)],
        {"a": NEW},
        {HOME: "open letter 1"},
    ),
    Story(
        "the order is by signalledOn before time",
        "order",
        [
            report("late", "2026-11-03", R1, "90.00", time="2026-11-03T08:00:00Z"),
            report("early", "2026-11-02", R1, "100.00", time="2026-11-20T08:00:00Z"),
        ],
        {"early": NEW, "late": "repeat"},
        {HOME: "open letter 1"},
        {HOME: {R1: "open 90.00"}},
    ),
    Story(
        "time counts as an instant, not as text",
        "order",
        [
            report("second", "2026-11-02", R1, "90.00", time="2026-11-02T08:30:00Z"),
            report("first", "2026-11-02", R1, "100.00", time="2026-11-02T09:00:00+01:00"),
        ],
        {"first": NEW, "second": "repeat"},
        {HOME: "open letter 1"},
    ),
    Story(
        "digits beyond microseconds are cut, so the id decides",
        "order",
        [
            report("b", "2026-11-02", R1, "90.00", time="2026-11-02T08:00:00.0000011Z"),
            report("a", "2026-11-02", R1, "100.00", time="2026-11-02T08:00:00.0000019Z"),
        ],
        {"a": NEW, "b": "repeat"},
        {HOME: "open letter 1"},
    ),
    Story(
        "a microsecond counts",
        "order",
        [
            report("a", "2026-11-02", R1, "90.00", time="2026-11-02T08:00:00.000002Z"),
            report("b", "2026-11-02", R1, "100.00", time="2026-11-02T08:00:00.000001Z"),
        ],
        {"b": NEW, "a": "repeat"},
        {HOME: "open letter 1"},
    ),
    Story(
        "ids are compared by code point: capitals before small letters, astral signs last",
        "order",
        [
            report("\U0001f3e0", "2026-11-02", R1, "80.00"),
            report("\uffee", "2026-11-02", R1, "90.00"),
            report("a", "2026-11-02", R1, "95.00"),
            report("Z", "2026-11-02", R1, "100.00"),
        ],
        {"Z": NEW, "a": "repeat", "\uffee": "repeat", "\U0001f3e0": "repeat"},
        {HOME: "open letter 1"},
        {HOME: {R1: "open 80.00"}},
    ),
    Story(
        "with the same instant and id the source decides",
        "order",
        [
            report("a", "2026-11-02", R1, "100.00", source=source_of("welbions", "a")),
            withdraw("a", "2026-11-02", R1, "paid", source=source_of("welbions", "b")),
        ],
        {"a": "other-reason"},
        {HOME: "closed none 0"},
        outcomes={HOME: "paid"},
    ),
    Story(
        "the id decides before the source",
        "order",
        [
            report("b", "2026-11-02", R1, "90.00", source=source_of("welbions", "a")),
            report("a", "2026-11-02", R1, "100.00", source=source_of("welbions", "b")),
        ],
        {"a": NEW, "b": "repeat"},
        {HOME: "open letter 1"},
    ),
    Story(
        "the municipality is a wall, also within one reference and one address",
        "order",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-03", R1, municipality="0164"),
            withdraw("c", "2026-11-04", R1, "paid", municipality="0164"),
        ],
        {"a": NEW, "b": "other-reason"},
        {HOME: "open letter 1", f"0164 {HOME}": "closed none 0"},
        policies=[policy(), hengelo()],
    ),
    Story(
        "two partners with the same reference have two arrears",
        "order",
        [
            report("a", "2026-11-02", R1),
            report("b", "2026-11-03", "menzis/R1"),
            withdraw("c", "2026-11-04", R1, "paid"),
        ],
        {"a": "other-reason", "b": NEW},
        {HOME: "open letter 1"},
        {HOME: {R1: "withdrawn 100.00", "menzis/R1": "open 100.00"}},
    ),
    Story(
        "a reference is never trimmed",
        "order",
        [report("a", "2026-11-02", R1), report("b", "2026-11-03", "welbions/R1 ")],
        {"a": NEW, "b": NEW},
        {HOME: "open home-visit 2 multiple"},
    ),
)

HOUSEHOLD = (
    Story(
        "one address is written in many ways",
        "1",
        [
            report("a", "2026-11-02", R1, at=House("12A")),
            report("b", "2026-11-02", "menzis/R1", at=House(12, "a")),
            report("c", "2026-11-02", "vitens/R1", at=House("0012-a", postcode="7607 gc")),
        ],
        {"a": NEW, "b": NEW, "c": NEW},
        {"7607GC 12 A 2026-11": "open home-visit 3 multiple"},
    ),
    Story(
        "nothing of the suffix is de-duplicated",
        "1",
        [
            report("a", "2026-11-02", R1, at=House("12A", "A")),
            report("b", "2026-11-02", "menzis/R1", at=House("12A")),
        ],
        {"a": NEW, "b": NEW},
        {"7607GC 12 AA 2026-11": "open letter 1", "7607GC 12 A 2026-11": "open letter 1"},
    ),
    Story(
        "the suffix keeps ASCII letters and digits only, before capitals are made",
        "1",
        [report("a", "2026-11-02", R1, at=House("12 ß", "-", "1 hoog"))],
        {"a": NEW},
        {"7607GC 12 1HOOG 2026-11": "open letter 1"},
    ),
)

STATUS = (
    Story(
        "what a register says goes before everything",
        "2",
        [report("a", "2026-11-02", R1, "1.00", objected=True), report("b", "2026-11-03", R1)],
        {"a": "known-to-debt-help", "b": NEW},
        {HOME: "open letter 1"},
        verdicts={"a": "known-to-debt-help"},
    ),
    Story(
        "a legal person is not picked up",
        "2",
        [
            report("a", "2026-11-02", "welbions/A", surname=None, business_name="Bakkerij De Hoek b.v."),
            report("b", "2026-11-02", "welbions/B", surname="  ", business_name="STICHTING Warmte"),
            report("c", "2026-11-02", "welbions/C", surname=None, business_name="Zuivelco\u006f\u0308peratie"),
            report("d", "2026-11-02", "welbions/D", surname=None, business_name="De coo\u0308peratieve bakker"),
            report("e", "2026-11-02", "welbions/E", surname=None, business_name="(NV)Stroom"),
        ],
        {"a": "other-reason", "b": "other-reason", "c": NEW, "d": "other-reason", "e": "other-reason"},
        {HOME: "open letter 1"},
    ),
    Story(
        "a legal form inside a longer word, or beside a surname, is none",
        "2",
        [
            report("a", "2026-11-02", "welbions/A", surname=None, business_name="BV_Oost"),
            report("b", "2026-11-02", "welbions/B", surname=None, business_name="ABV"),
            report("c", "2026-11-02", "welbions/C", surname="Jansen", business_name="Jansen B.V."),
            report("d", "2026-11-02", "welbions/D", surname=None, business_name="Bouw B.V.2"),
        ],
        {"a": NEW, "b": NEW, "c": NEW, "d": NEW},
        {HOME: "open home-visit 4 multiple"},
    ),
    Story(
        "a bewindvoerder stands in for a resident",
        "2",
        [
            report("a", "2026-11-02", "welbions/A", surname=None, business_name="Stichting Beschermingsbewind"),
            report("b", "2026-11-02", "welbions/B", surname=None, business_name="Balans BV INZAKE J. Jansen"),
            report("c", "2026-11-02", "welbions/C", surname=None, business_name="J. Jansen c/o Stichting Balans"),
        ],
        {"a": NEW, "b": NEW, "c": NEW},
        {HOME: "open home-visit 3 multiple"},
    ),
    Story(
        "below the threshold is wrongful, the threshold itself is not",
        "2",
        [report("a", "2026-11-02", "welbions/A", "49.99"), report("b", "2026-11-02", "welbions/B", "50.00")],
        {"a": "wrongful", "b": NEW},
        {HOME: "open letter 1"},
    ),
    Story(
        "the threshold is that of the sector",
        "2",
        [report("a", "2026-11-02", "vitens/A", "60.00"), report("b", "2026-11-02", "menzis/B", "60.00")],
        {"a": "wrongful", "b": NEW},
        {HOME: "open letter 1"},
        policies=[policy(threshold={"water": "60.01", "health": "60.00"})],
    ),
    Story(
        "the days in arrears count from both ends of the window",
        "2",
        [
            report("29", "2026-11-02", "menzis/A", arisen="2026-10-04"),
            report("30", "2026-11-02", "menzis/B", arisen="2026-10-03"),
            report("100", "2026-11-02", "menzis/C", arisen="2026-07-25"),
            report("101", "2026-11-02", "menzis/D", arisen="2026-07-24"),
        ],
        {"29": "wrongful", "30": NEW, "100": NEW, "101": "wrongful"},
        {HOME: "open home-visit 2 multiple"},
    ),
    Story(
        "housing has no upper end, other has no window, no arisenOn no window",
        "2",
        [
            report("a", "2026-11-02", R1, arisen="2020-10-04"),
            report("b", "2026-11-02", "kredietbank/B", arisen="2026-11-02"),
            report("c", "2026-11-02", "menzis/C"),
            report("d", "2026-11-02", "stjoseph/D", arisen="2026-10-04"),
        ],
        {"a": NEW, "b": NEW, "c": NEW, "d": "wrongful"},
        {HOME: "open home-visit 3 multiple"},
    ),
    Story(
        "a crisis is exempt from threshold and window, an objection is not",
        "2",
        [
            report("a", "2026-11-02", "menzis/A", "1.00", arisen="2026-11-01", crisis="end-of-insurance"),
            report("b", "2026-11-02", "stroom/B", "1.00", crisis="end-of-delivery"),
            report("c", "2026-11-02", "welbions/C", "900.00", objected=True, crisis="eviction"),
        ],
        {"a": NEW, "b": NEW, "c": "wrongful"},
        {HOME: "open home-visit 2 multiple crisis=end-of-insurance"},
    ),
)

STORIES: tuple[Story, ...] = (*ORDER, *HOUSEHOLD, *STATUS)
