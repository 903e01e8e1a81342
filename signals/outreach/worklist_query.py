"""Which households come next in a queue? The statement that asks for them, piece by piece.

Under `worklist`. Each queue reads an index that keeps its cases in the order of borders.md section 4.10, so that a page
costs the same however long the queue is; nothing is counted. A household is listed once, at its most urgent case in the
queue. Every `OFFSET 0` keeps a condition what it is, a look at one household's few rows, and no join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signals.store.urgency import urgency_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.outreach.teams import Team

_PLACE: Final = "{0}.earliest_on, {0}.period_start, {0}.period"
_WAITS: Final = "{0}.waiting AND NOT {0}.held AND {0}.route = "
_AT_HOUSEHOLD: Final = "EXISTS (SELECT FROM {0} WHERE {1}.household_id = c.household_id AND {2} OFFSET 0)"
_VISIT_BESIDE: Final = _AT_HOUSEHOLD.format("cases AS b", "b", "b.state = 'open' AND b.route = 'home-visit'")
ATTEMPTED: Final = _AT_HOUSEHOLD.format("contact_attempts AS a", "a", "a.undone_at IS NULL")


class _Queue(NamedTuple):
    """What its cases are, as the index has it that keeps them in order, and what their household must be."""

    belongs: str
    household: str = "true"


# Two open cases of one household are worked as one, by the gravest route (borders.md section 4.4): a letter that waits
# beside a visit stands with the visit, which waits too or is followed up. Whoever is under way is followed up until the
# case is closed, with a next step or without: nobody is in no queue at all.
_QUEUES: Final = {
    "letters": _Queue(f"{_WAITS} 'letter'", f"NOT {_VISIT_BESIDE}"),
    "visits": _Queue(f"{_WAITS} 'home-visit'"),
    "follow-up": _Queue("{0}.state = 'open' AND NOT {0}.waiting AND NOT {0}.held"),
    "review": _Queue("{0}.state = 'open' AND ({0}.held OR ({0}.crisis IS NOT NULL AND {0}.waiting))"),
}
_PAGE: Final = """SELECT c.id, c.household_id, {urgency} AS urgency, c.earliest_on, postcode, number, suffix
FROM cases AS c JOIN households ON households.id = c.household_id JOIN addresses ON addresses.id = households.address_id
WHERE c.municipality = %(municipality)s AND {belongs} AND {household}
    AND NOT EXISTS (SELECT FROM cases AS o WHERE o.household_id = c.household_id AND {other_belongs}
        AND ({other_urgency}, {other_place}) < ({urgency}, {place}) OFFSET 0)
    AND {wanted}
ORDER BY {urgency}, c.earliest_on, postcode, number, suffix, c.period_start, c.period LIMIT {size}"""
# The first line bounds the index; the second is the place itself, whose address stands in another table.
AFTER: Final = f"""({urgency_of("c")}, c.earliest_on) >= (%(urgency)s::int, %(earliest_on)s::date)
    AND ({urgency_of("c")}, c.earliest_on, postcode, number, suffix, c.period_start, c.period) > (
        SELECT %(urgency)s::int, %(earliest_on)s::date, last_address.postcode, last_address.number, last_address.suffix,
            last.period_start, last.period
        FROM cases AS last JOIN households AS last_household ON last_household.id = last.household_id
        JOIN addresses AS last_address ON last_address.id = last_household.address_id WHERE last.id = %(case)s)"""  # noqa: S608 - our own texts
# A household passes when one of its open cases is as wanted.
CASE_WANTED: Final = """EXISTS (SELECT FROM cases AS f
    WHERE f.household_id = c.household_id AND f.state = 'open' AND {0} OFFSET 0)"""
ROUTE: Final = "f.route = %(route)s"
CRISIS: Final = "f.crisis = ANY(%(crises)s)"
CONSECUTIVE: Final = "f.consecutive = %(consecutive)s"
SECTOR: Final = """EXISTS (SELECT FROM reports JOIN arrears ON arrears.id = reports.arrears_id
    WHERE reports.case_id = f.id AND reports.withdrawn IS NULL AND arrears.sector = %(sector)s OFFSET 0)"""
# Clocks run by the policy of the case: `through` is the last day of receipt that makes it due.
DUE: Final = f"""EXISTS (SELECT FROM unnest(%(policies)s::bigint[], %(deliveries)s::boolean[], %(attempted)s::boolean[],
        %(through)s::date[]) AS clock(policy, delivery, attempted, through)
    WHERE clock.policy = f.policy_id AND clock.delivery = (f.crisis IS NOT DISTINCT FROM 'end-of-delivery')
    AND clock.attempted = {ATTEMPTED} AND f.received_on <= clock.through OFFSET 0)"""  # noqa: S608 - our own texts
POSTCODE: Final = "postcode >= %(postcode)s AND postcode < %(postcode_end)s"
# A person holds few of many: all of theirs are asked for at once.
MINE: Final = "c.household_id = ANY(ARRAY(SELECT household_id FROM claims WHERE user_id = %(user)s))"
UNCLAIMED: Final = f"NOT {_AT_HOUSEHOLD.format('claims', 'claims', 'true')}"
_ASSIGNED: Final = _AT_HOUSEHOLD.format("assignments", "assignments", "true")
_ASSIGNED_TO: Final = "(SELECT team FROM assignments WHERE assignments.household_id = c.household_id)"
_HAS_PARTNER: Final = """EXISTS (SELECT FROM cases AS own JOIN reports ON reports.case_id = own.id
    JOIN arrears ON arrears.id = reports.arrears_id WHERE own.household_id = c.household_id AND own.state = 'open'
    AND reports.withdrawn IS NULL AND arrears.partner_id = ANY(%({0})s) OFFSET 0)"""


def page_query(queue: str, wanted: Sequence[str], size: int) -> str:
    """The statement for the next `size` households of `queue`, which all conditions in `wanted` let pass.

    Its columns: the first case, its household, urgency, earliest day, postcode, number, suffix.
    """
    belongs, household = _QUEUES[queue]
    return _PAGE.format(
        urgency=urgency_of("c"),
        other_urgency=f"{urgency_of('o')} + 0",  # no index knows it so
        place=_PLACE.format("c"),
        other_place=_PLACE.format("o"),
        belongs=belongs.format("c"),
        other_belongs=belongs.format("o"),
        household=household,
        wanted=" AND ".join([*wanted, "true"]),
        size=size,
    )


def team_condition(teams: Sequence[Team], team: str | None) -> tuple[str, dict[str, Any]]:
    """Whether a household stands in the queue of `team` (None: the common one), as `teams.team_of` says; parameters."""
    named: dict[str, Any] = {"team": team}
    choices = []
    for number, one in enumerate(teams):
        fits = []
        if one.postcodes:
            named[f"postcodes_{number}"] = sorted(one.postcodes)
            fits.append(f"(postcode = ANY(%(postcodes_{number})s) OR left(postcode, 4) = ANY(%(postcodes_{number})s))")
        if one.partners:
            named[f"partners_{number}"] = sorted(one.partners)
            fits.append(_HAS_PARTNER.format(f"partners_{number}"))
        if fits:
            named[f"team_{number}"] = one.key
            choices.append(f"WHEN {' AND '.join(fits)} THEN %(team_{number})s::text")
    by_policy = f"CASE {' '.join(choices)} END" if choices else "NULL::text"
    return (
        f"(CASE WHEN {_ASSIGNED} THEN {_ASSIGNED_TO} ELSE {by_policy} END) IS NOT DISTINCT FROM %(team)s::text",
        named,
    )
