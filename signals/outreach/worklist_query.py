"""Which households come next in a queue? The statement that asks for them, piece by piece.

Under `worklist`. Each queue reads an index that keeps its cases in the order of borders.md section 4.10, so that a page
costs the same however long the queue is; nothing is counted. What is followed up goes by its day first, and what is
reviewed by whether somebody looked at it. With a filter that few pass only so many are looked at, and the next page
goes on from there; those of an area or of a person are gathered instead. A household is listed once, at its most urgent
case in the queue. Every `OFFSET 0` keeps a condition what it is, a look at one household's few rows, and no join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signals.outreach.teams import COMMON
from signals.store.urgency import FOLLOW_UP, REVIEW, URGENCY, urgency_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.outreach.teams import Team

_PLACE: Final = "{0}.earliest_on, {0}.period_start, {0}.period"
_WAITS: Final = "{0}.waiting AND NOT {0}.held AND {0}.route = "
_AT_HOUSEHOLD: Final = "EXISTS (SELECT FROM {0} WHERE {1}.household_id = c.household_id AND {2} OFFSET 0)"
VISIT_BESIDE: Final = _AT_HOUSEHOLD.format("cases AS b", "b", "b.state = 'open' AND b.route = 'home-visit'")
# Of a case: a contact attempt since it was received, or written down for it since the day that its first signal bears;
# and the first conversation of those (as its own page has it).
_SINCE: Final = """FROM contact_attempts AS a WHERE a.household_id = {0}.household_id AND a.undone_at IS NULL
    AND (a.on_day >= {0}.received_on OR (a.case_id = {0}.id AND a.on_day >= {0}.earliest_on))"""
ATTEMPTED: Final = f"EXISTS (SELECT {_SINCE} OFFSET 0)"
SPOKEN_ON: Final = f"(SELECT min(a.on_day) {_SINCE} AND a.reached AND a.kind = ANY(%(conversations)s))"

_AREAS: Final = """c.household_id = ANY(ARRAY(
    SELECT home.id FROM unnest(%(areas)s::text[], %(areas_end)s::text[]) AS area(first, beyond)
        JOIN addresses AS there ON there.municipality = %(municipality)s
            AND there.postcode >= area.first AND there.postcode < area.beyond
        JOIN households AS home ON home.address_id = there.id
    UNION SELECT household_id FROM assignments WHERE team = ANY(%(queues)s::text[])))"""


WORKED: Final = "({0}.state = 'open' OR {0}.help_due_on IS NOT NULL)"
"""Whether a person has something to do at a case: also at a closed one whose accepted help asks for a conversation."""


class _Queue(NamedTuple):
    """What its cases are and their order, as the index has them, and what their household must be."""

    belongs: str
    household: str = "true"
    order: str = URGENCY


# Two open cases of one household are worked as one, by the gravest route (borders.md section 4.4): a letter that waits
# beside a visit stands with the visit, which waits too or is followed up. Whoever is under way is followed up until the
# case is closed, with a next step or without: nobody is in no queue at all. Where help was accepted while something
# threatens, until the conversation after that.
_QUEUES: Final = {
    "letters": _Queue(f"{_WAITS} 'letter'", f"NOT {VISIT_BESIDE}"),
    "visits": _Queue(f"{_WAITS} 'home-visit'"),
    "follow-up": _Queue(f"{WORKED} AND NOT {{0}}.waiting AND NOT {{0}}.held", order=FOLLOW_UP),
    "several": _Queue("{0}.state = 'open' AND ({0}.arrears_count > 1 OR {0}.consecutive)"),
    "review": _Queue(
        """{0}.state = 'open'
        AND ({0}.held OR ({0}.crisis IS NOT NULL AND {0}.waiting) OR {0}.letter_fault IS NOT NULL)""",
        order=REVIEW,
    ),
}
# "several" is no queue: it holds where several partners may have written of one person (`outreach.review`).
_IN_ORDER: Final = """SELECT c.id, c.household_id, {urgency} AS urgency, c.earliest_on, postcode, number, suffix
FROM cases AS c JOIN households ON households.id = c.household_id JOIN addresses ON addresses.id = households.address_id
WHERE c.municipality = %(municipality)s AND {belongs} AND {household}
    AND NOT EXISTS (SELECT FROM cases AS o WHERE o.household_id = c.household_id AND {other_belongs}
        AND ({other_urgency}, {other_place}) < ({urgency}, {place}) OFFSET 0)
    AND {which}
ORDER BY {urgency}, c.earliest_on, postcode, number, suffix, c.period_start, c.period"""
# The first line bounds the index; the second is the place itself, whose address stands in another table.
_AFTER: Final = """({urgency}, c.earliest_on) >= (%(urgency)s::int, %(earliest_on)s::date)
    AND ({urgency}, c.earliest_on, postcode, number, suffix, c.period_start, c.period) > (
        SELECT %(urgency)s::int, %(earliest_on)s::date, last_address.postcode, last_address.number, last_address.suffix,
            last.period_start, last.period
        FROM cases AS last JOIN households AS last_household ON last_household.id = last.household_id
        JOIN addresses AS last_address ON last_address.id = last_household.address_id WHERE last.id = %(case)s)"""
# A household passes when one of its open cases is as wanted.
CASE_WANTED: Final = f"""EXISTS (SELECT FROM cases AS f
    WHERE f.household_id = c.household_id AND {WORKED.format("f")} AND {{0}} OFFSET 0)"""
ROUTE: Final = "f.route = %(route)s"
CRISIS: Final = "f.crisis = ANY(%(crises)s)"
CONSECUTIVE: Final = "f.consecutive = %(consecutive)s"
SECTOR: Final = """EXISTS (SELECT FROM reports JOIN arrears ON arrears.id = reports.arrears_id
    WHERE reports.case_id = f.id AND reports.withdrawn IS NULL AND arrears.sector = %(sector)s OFFSET 0)"""
# Clocks run by the policy of the case. `began` has for each of them the last day on which it began to be due by then.
_DUE: Final = """EXISTS (SELECT FROM unnest(%(policies)s::bigint[], %(attempt)s::date[], %(conversation)s::date[],
        %(decision)s::date[], %(contract_end)s::date[]) AS began(policy, attempt, conversation, decision, contract_end)
    WHERE began.policy = f.policy_id AND ({0}) OFFSET 0)"""
DUE: Final = {
    "contact-attempt": f"(f.state = 'open' AND f.received_on <= began.attempt AND NOT {ATTEMPTED.format('f')})",
    "first-conversation": f"""(f.state = 'open' AND f.received_on <= began.conversation
        AND {SPOKEN_ON.format("f")} IS NULL)""",
    "decision": f"(f.state = 'open' AND {SPOKEN_ON.format('f')} <= began.decision)",
    "threatening-help": "f.help_due_on <= %(due_before)s::date",
    "contract-end": "(f.state = 'open' AND f.crisis = 'end-of-delivery' AND f.received_on <= began.contract_end)",
}
"""The clocks of a case by name, and when one of case `f` ended by the day that is asked for."""
POSTCODE: Final = "postcode >= %(postcode)s AND postcode < %(postcode_end)s"
# A person holds few of many: all of theirs are asked for at once.
MINE: Final = "c.household_id = ANY(ARRAY(SELECT household_id FROM claims WHERE user_id = %(user)s))"
GIVEN: Final = """c.household_id = ANY(ARRAY(
    SELECT household_id FROM claims WHERE user_id = %(user)s AND given_by IS NOT NULL))"""
UNCLAIMED: Final = f"NOT {_AT_HOUSEHOLD.format('claims', 'claims', 'true')}"
# Several partners wrote of one person, and nobody decided for all of them whether they mean the same one; or there are
# two persons, who may be one (whether they may, `households.likeness` says of those that were found).
TO_LINK: Final = """(EXISTS (SELECT FROM cases AS own JOIN reports ON reports.case_id = own.id
    JOIN arrears ON arrears.id = reports.arrears_id
    LEFT JOIN person_links AS link ON link.person_id = reports.person_id AND link.undone_at IS NULL
    WHERE own.household_id = c.household_id AND own.state = 'open' AND reports.withdrawn IS NULL
    GROUP BY reports.person_id, link.partners
    HAVING count(DISTINCT arrears.partner_id) > 1
        AND NOT coalesce(link.partners @> array_agg(arrears.partner_id), false) OFFSET 0)
    OR EXISTS (SELECT FROM cases AS own JOIN reports ON reports.case_id = own.id
        WHERE own.household_id = c.household_id AND own.state = 'open' AND reports.withdrawn IS NULL
        HAVING min(reports.person_id) < max(reports.person_id) OFFSET 0))"""
# A team that the policy has no more is nobody's queue.
_ASSIGNED: Final = _AT_HOUSEHOLD.format(
    "assignments", "assignments", "(assignments.team IS NULL OR assignments.team = ANY(%(team_keys)s))"
)
_ASSIGNED_TO: Final = "(SELECT team FROM assignments WHERE assignments.household_id = c.household_id)"
_HAS_PARTNER: Final = """EXISTS (SELECT FROM cases AS own JOIN reports ON reports.case_id = own.id
    JOIN arrears ON arrears.id = reports.arrears_id WHERE own.household_id = c.household_id
    AND (own.state = 'open' OR own.help_due_on IS NOT NULL)
    AND reports.withdrawn IS NULL AND arrears.partner_id = ANY(%({0})s) OFFSET 0)"""


def page_query(queue: str, which: Sequence[str], wanted: Sequence[str], size: int, looked_at: int) -> str:
    """The statement for the next `size` households of `queue` that pass `wanted`, of the first `looked_at`.

    However few pass, it costs no more than looking at so many. `which` holds in all of them, such as `AFTER`. Its
    columns: the first case, its household, urgency, earliest day, postcode, number, suffix.
    """
    walk = _in_order(queue, which)
    if not wanted:
        return f"{walk} LIMIT {size}"
    return f"SELECT * FROM ({walk} LIMIT {looked_at}) AS c WHERE {' AND '.join(wanted)} LIMIT {size}"  # noqa: S608 - our own texts


def last_looked_at_query(queue: str, which: Sequence[str], looked_at: int) -> str:
    """The statement for the last household that `page_query` looked at; none when the queue ends before it."""
    return f"{_in_order(queue, which)} OFFSET {looked_at - 1} LIMIT 1"


def gathering_query(queue: str, which: Sequence[str], wanted: Sequence[str], size: int) -> str:
    """As `page_query`, of all the queue: for where the few households that pass are found quicker than in its order."""
    return f"{_in_order(queue, [*which, *wanted])} LIMIT {size}"


def after(queue: str) -> str:
    """What lies behind the place that the parameters name, in this queue's order."""
    return _AFTER.replace("{urgency}", urgency_of("c", _QUEUES[queue].order))


def due(clock: str | None) -> str:
    """Whether this clock of case `f`, or any of them, ended by then."""
    return _DUE.format(" OR ".join(DUE.values()) if clock is None else DUE[clock])


def standing(queues: Sequence[str]) -> str:
    """Rows for `VALUES`: each of these queues, and whether case `c` makes its household stand there."""
    return ", ".join(
        f"('{queue}', {_QUEUES[queue].belongs.format('c')} AND {_QUEUES[queue].household})" for queue in queues
    )


def _in_order(queue: str, which: Sequence[str]) -> str:
    belongs, household, order = _QUEUES[queue]
    return _IN_ORDER.format(
        urgency=urgency_of("c", order),
        other_urgency=f"{urgency_of('o', order)} + 0",  # no index knows it so
        place=_PLACE.format("c"),
        other_place=_PLACE.format("o"),
        belongs=belongs.format("c"),
        other_belongs=belongs.format("o"),
        household=household,
        which=" AND ".join([*which, "true"]),
    )


def area_condition(teams: Sequence[Team], queues: Sequence[str]) -> tuple[str, dict[str, Any]] | None:
    """Where the households of these queues can be: in the areas of the teams, or assigned; None: anywhere."""
    wanted = [team for team in teams if team.key in queues]
    if COMMON in queues or not all(team.postcodes for team in wanted):
        return None
    areas = sorted({area for team in wanted for area in team.postcodes})
    return _AREAS, {"areas": areas, "areas_end": [f"{area}~" for area in areas], "queues": list(queues)}


def team_condition(teams: Sequence[Team], queues: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Whether a household stands in one of these queues (keys of teams, `COMMON`), as `team_at` says; parameters."""
    named: dict[str, Any] = {"team_keys": [team.key for team in teams], "queues": list(queues), "common": COMMON}
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
    team = f"CASE WHEN {_ASSIGNED} THEN {_ASSIGNED_TO} ELSE {by_policy} END"
    return f"coalesce({team}, %(common)s::text) = ANY(%(queues)s::text[])", named
