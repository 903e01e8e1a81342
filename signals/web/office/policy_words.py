"""What does a version of the policy say, in words? Each part of it as pairs of what and how much.

Pure but for the language. The same for every reader: a visible policy answers "why one writes while another calls"
(domain.md section 8).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from signals.contract.codes import OUTCOMES
from signals.contract.partners import SECTORS, partner_name
from signals.outreach.clocks import CLOCK_NAMES, Clocks
from signals.web.texts import days, euros, said
from signals.web.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signals.outreach.clocks import Clock
    from signals.outreach.policy import Policy, Window
    from signals.outreach.teams import Team
    from signals.web.desk import Desk

Rows = list[tuple[str, str]]
PERIODS: Final = {
    "month": said("een kalendermaand"),
    "half-month": said("een halve maand"),
    "iso-week": said("een week"),
}
COUNTS: Final = {
    "arrears": said("elke achterstand telt"),
    "partners": said("elke partner telt één keer"),
    "sectors": said("elke soort achterstand telt één keer"),
}
WINDOW_SIDES: Final = {"left": said("links"), "right": said("rechts")}


@dataclass(frozen=True, slots=True)
class Part:
    """One heading of the policy with its lines."""

    heading: str
    rows: Rows
    lead: str = ""


def parts_of(desk: Desk, policy: Policy) -> list[Part]:
    """All that the version lays down, in the order of the work; a part without lines is left out."""
    text = desk.text
    every = (
        Part(text("Wanneer een signaal meetelt"), [*_thresholds(desk, policy), *_windows(desk, policy)]),
        Part(text("Hoe signalen een zaak worden"), list(_combining(desk, policy))),
        Part(text("Brief of huisbezoek"), list(_routes(desk, policy))),
        Part(
            text("Wat een huishouden meestal per maand betaalt"),
            [(word("sector", one, desk.language), _money(desk, cents)) for one, cents in _bills(policy)],
            text("Zo zijn achterstanden van verschillende soorten te vergelijken."),
        ),
        Part(
            text("Afwegingskader: punten voor de volgorde"),
            list(_points(desk, policy)),
            text("De punten samen, hoogstens 100, bepalen alleen de volgorde. Iedereen krijgt een aanbod."),
        ),
        Part(text("Teams met een eigen werkvoorraad"), [(team.name, _area(desk, team)) for team in policy.teams]),
        Part(text("Termijnen"), [_clock(desk, policy, one.name) for one in fields(Clocks)]),
        Part(text("Doorverwijzen naar"), [(target.name, "") for target in policy.targets]),
        Part(
            text("Uitkomsten die tellen als geaccepteerde hulp"),
            [(word("outcome", one, desk.language), "") for one in OUTCOMES if one in policy.accepted_help],
            text("De partner hoort dat er hulp is. De rapportages tellen deze uitkomsten samen."),
        ),
        Part(text("Wat brieven over de afzender zeggen"), list(_letters(desk, policy))),
    )
    return [part for part in every if part.rows]


def _money(desk: Desk, cents: int) -> str:
    return euros(cents, desk.language)


def _bills(policy: Policy) -> list[tuple[str, int]]:
    bills = policy.scoring.usual_bill_cents
    return [(sector, bills[sector]) for sector in SECTORS if sector in bills]


def _thresholds(desk: Desk, policy: Policy) -> Iterator[tuple[str, str]]:
    for sector in SECTORS:
        name = word("sector", sector, desk.language)
        cents = policy.threshold.get(sector)
        least = desk.text("geen drempel") if cents is None else desk.text("vanaf {amount}", amount=_money(desk, cents))
        yield desk.text("{sector}: bedrag", sector=name), least


def _windows(desk: Desk, policy: Policy) -> Iterator[tuple[str, str]]:
    for sector in SECTORS:
        name = word("sector", sector, desk.language)
        yield desk.text("{sector}: dagen achterstand", sector=name), _window(desk, policy.window.get(sector))


def _window(desk: Desk, window: Window | None) -> str:
    if window is None:
        return desk.text("geen grens")
    if window.last is None:
        return desk.text("vanaf {first} dagen", first=window.first)
    return desk.text("van {first} tot en met {last} dagen", first=window.first, last=window.last)


def _combining(desk: Desk, policy: Policy) -> Iterator[tuple[str, str]]:
    yield desk.text("Signalen komen bij elkaar per huishouden, in"), desk.text(PERIODS[policy.period])
    yield desk.text("Meer dan één (meervoudig)"), desk.text(COUNTS[policy.count])
    yield (
        desk.text("Herhaald signaal"),
        desk.text(
            "binnen {days} dagen na een signaal dat al in een zaak is, en niet hoger", days=policy.repeat_window_days
        ),
    )


def _routes(desk: Desk, policy: Policy) -> Iterator[tuple[str, str]]:
    yield desk.text("Bij één"), word("route", policy.route.one, desk.language)
    yield desk.text("Bij meer"), word("route", policy.route.more, desk.language)
    for crisis, route in policy.route.crisis.items():
        yield word("crisis", crisis, desk.language), word("route", route, desk.language)
    yield (
        desk.text("Niemand thuis"),
        desk.text("na {count} huisbezoeken een kaartje, daarna een brief", count=policy.visits_at_most),
    )
    yield (
        desk.text("Aangekondigd bezoek"),
        desk.text("de brief gaat ten minste {count} dagen ervoor op de post", count=policy.announce_days),
    )


def _letters(desk: Desk, policy: Policy) -> Iterator[tuple[str, str]]:
    """What is absent is absent in the letters too."""
    sender = policy.sender
    known = (
        (desk.text("Afzender"), sender.name),
        (desk.text("Telefoon"), sender.phone),
        (desk.text("E-mail"), sender.email),
        (desk.text("Website"), sender.website),
        (desk.text("Bereikbaar"), sender.hours),
        (desk.text("Retouradres"), sender.return_address),
    )
    yield from ((what, how) for what, how in known if how)
    yield desk.text("Venster van de envelop"), desk.text(WINDOW_SIDES[sender.window])


def _clock(desk: Desk, policy: Policy, name: str) -> tuple[str, str]:
    clock: Clock = getattr(policy.clocks, name)
    dutch, english = CLOCK_NAMES[name.replace("_", "-")]
    return english if desk.language == "en" else dutch, _length(desk, clock)


def _length(desk: Desk, clock: Clock) -> str:
    if clock.unit == "working":
        return desk.text("{count} werkdagen", count=clock.days)
    return days(clock.days, desk.language)


def _points(desk: Desk, policy: Policy) -> Iterator[tuple[str, str]]:
    """Each criterion that gives points, with how many."""
    for reason, points in _criteria(desk, policy):
        if points:
            yield reason, desk.text("1 punt") if points == 1 else desk.text("{count} punten", count=points)


def _criteria(desk: Desk, policy: Policy) -> Iterator[tuple[str, int]]:
    text: Callable[..., str] = desk.text
    framework = policy.scoring
    for crisis, points in framework.crisis.items():
        yield word("crisis", crisis, desk.language), points
    for step in framework.partners:
        yield text("Achterstand bij {count} partners of meer", count=step.start), step.points
    for step in framework.severity:
        yield text("Achterstand van {count} of meer gewone maandbedragen, per soort", count=step.start), step.points
    for step in framework.days:
        yield text("{count} dagen achterstand of langer", count=step.start), step.points
    yield text("Hoger dan bij het vorige signaal"), framework.rise
    for step in framework.past_signals:
        yield text("{count} of meer eerdere signalen in zes maanden", count=step.start), step.points
    yield text("De inwoner vroeg zelf om hulp"), framework.explicit_wish
    yield text("Eerder bereikt"), framework.reached_before
    yield from framework.partner_type.items()


def _area(desk: Desk, team: Team) -> str:
    """Which households come into its queue by themselves."""
    area = [desk.text("postcodes {list}", list=", ".join(sorted(team.postcodes)))] if team.postcodes else []
    if team.partners:
        area.append(desk.text("signalen van {list}", list=", ".join(map(partner_name, sorted(team.partners)))))
    return "; ".join(area) or desk.text("alleen wat iemand erin zet")
