"""What should I do next? The pages of the queues, and taking up or letting go of a household in them.

A queue is read by `outreach.worklist`; filters stand in the address, because they hold nothing of a person: an area is
given by at most the four digits of a postcode. Whoever takes up a household comes back to the same place in the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode

from signals.contract.codes import CRISES
from signals.contract.partners import SECTORS, partner_name
from signals.outreach.clocks import CLOCK_NAMES
from signals.outreach.policy import ROUTES
from signals.outreach.visits.unsafe import unsafe_at
from signals.outreach.work.claims import claim, let_go
from signals.outreach.work.people import Actor, NotPossibleError, TakenError
from signals.outreach.work_items import Key
from signals.outreach.worklist import QUEUES, HandedOver, WorkFilter, handed_over, household_of, work_page
from signals.outreach.worklist_query import DUE
from signals.web.desk import NotFoundError, Page
from signals.web.people import CASE_WORKERS, Role
from signals.web.texts import number_of, said
from signals.web.words import options, word
from signals.web.work.links import LACKS, beside_review
from signals.web.work.teams import chosen_team, default_choice, team_choices, wanted_team
from signals.web.work.whom import birth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from starlette.responses import Response

    from signals.outreach.work_items import WorkItem
    from signals.outreach.worklist import WorkPage
    from signals.web.desk import Desk

NAMES: Final = {
    "visits": said("Huisbezoeken"),
    "letters": said("Brieven"),
    "follow-up": said("Vervolg"),
    "review": said("Beoordelen"),
}
LEADS: Final = {
    "visits": said(
        "Huishoudens die op een huisbezoek wachten. Bovenaan staat wie het eerst aan de beurt is: eerst bij een "
        "dreigende huisuitzetting, dan bij afsluiting, dan bij het einde van de zorgverzekering, daarna de hoogste "
        "score. De score bepaalt alleen de volgorde: iedereen krijgt een aanbod."
    ),
    "letters": said(
        "Huishoudens die op een brief wachten. Bovenaan staat wie het eerst aan de beurt is: eerst bij een "
        "dreigende huisuitzetting, dan bij afsluiting, dan bij het einde van de zorgverzekering, daarna de hoogste "
        "score. De score bepaalt alleen de volgorde: iedereen krijgt een aanbod."
    ),
    "follow-up": said(
        "Huishoudens waar het werk is begonnen. Zij staan onder de dag waarop er iets moet gebeuren, en blijven hier "
        "tot de zaak is afgesloten."
    ),
    "review": said(
        "Huishoudens die iemand eerst moet bekijken: een overlijden is gemeld, of er dreigt iets ergs. Wat nog niemand "
        "bekeek, staat bovenaan."
    ),
}
DAYS: Final = (said("Blijven liggen"), said("Vandaag"), said("Later"))
TAKEN: Final = said("{name} heeft dit huishouden al opgepakt. Kies een ander, of overleg met elkaar.")
CLOSED: Final = said("Dit huishouden heeft geen open zaak meer.")
_PLANNED: Final = frozenset({"visits", "follow-up"})  # whom one goes to see: an area is for planning a round only
_AREA_DIGITS: Final = 4  # more would be an address, which no page puts into an address bar
_CLAIMS: Final = ("mine", "given", "unclaimed")
_SOON_DAYS: Final = 7
# What the filter may hold, in the order of its fields; nothing else of an address is kept.
_FIELDS: Final = (
    *("claim", "due", "clock", "route", "sector", "crisis", "consecutive", "team", "municipality", "postcode"),
    "after",
)
_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "claim": frozenset(_CLAIMS),
    "due": frozenset({"late", "today", "soon"}),
    "clock": frozenset(DUE),
    "route": frozenset(ROUTES[1:]),
    "sector": frozenset(SECTORS),
    "crisis": frozenset({"any", *CRISES}),
    "consecutive": frozenset({"yes", "no"}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the fields of the filter as they were chosen, and what is wrong with them."""

    queue: str
    chosen: Mapping[str, str]
    faults: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.chosen.get(name, "")

    @property
    def is_planned(self) -> bool:
        """Whether one goes to see these households, so that an area can be chosen."""
        return self.queue in _PLANNED

    @property
    def narrowed(self) -> int:
        """How many fields of the filter are in use."""
        return sum(1 for name in self.chosen if name != "after")

    @property
    def kept(self) -> str:
        """All of it as one text, for a form that comes back here."""
        return urlencode(self.chosen)


def show_queue(desk: Desk) -> Response:
    """One page of a queue."""
    return _shown(desk, _asked(desk, desk.query))


def take_up(desk: Desk) -> Response:
    """Claim the household of a case in the list, and come back; 409 when a colleague was first."""
    return _act(
        desk, "claim", claim, said("U hebt het huishouden opgepakt."), said("U had dit huishouden al opgepakt.")
    )


def hand_back(desk: Desk) -> Response:
    """Let go of the household of a case in the list, and come back."""
    done, already = said("U hebt het huishouden teruggegeven."), said("Niemand had dit huishouden nog opgepakt.")
    return _act(desk, "let-go", let_go, done, already)


def _act(desk: Desk, action: str, perform: Callable[..., bool], done: str, already: str) -> Response:
    """Do it and come back; pressed once more it was so `already`, and nothing is written."""
    asked = _asked(desk, dict(parse_qsl(desk.form.get("back")[:500])))
    case = number_of(desk.form.get("case"))
    found = household_of(desk.cursor, case) if case is not None else None
    if found is None:
        raise NotFoundError("there is no such case")
    desk.may_see(found[1])
    try:
        with desk.cursor.connection.transaction():  # what is refused keeps no household locked while the page is made
            is_new = perform(desk.cursor, found[0], Actor(desk.user.id, desk.user.name))
    except TakenError as taken:
        return _shown(desk, asked, status=409, problem=desk.text(TAKEN, name=taken.name))
    except NotPossibleError:
        return _shown(desk, asked, status=409, problem=desk.text(CLOSED))
    if is_new:
        desk.did(action, f"case {case}", households=[found[0]])
    notice = desk.text(done if is_new else already)
    # Back at the row, so that the keys go on from there and what was done is said in view.
    return desk.go("queue", queue=asked.queue, notice=notice, at=f"zaak-{case}", **asked.chosen)


def _asked(desk: Desk, fields: Mapping[str, str]) -> Asked:
    """The filter in these fields; what no form of ours sends is left out."""
    queue = desk.path["queue"]
    if queue not in QUEUES:
        raise NotFoundError("there is no such queue")
    chosen = {name: fields[name].strip() for name in _FIELDS if fields.get(name, "").strip()}
    chosen = {name: value for name, value in chosen.items() if name not in _KNOWN or value in _KNOWN[name]}
    if "due" not in chosen:
        chosen.pop("clock", None)  # which of those that end then
    if chosen_team(chosen.get("team", "")) in {"", default_choice(desk.user)}:
        chosen.pop("team", None)
    if queue not in _PLANNED:
        chosen.pop("postcode", None)
    postcode = chosen.get("postcode", "")
    if postcode and not (postcode.isascii() and postcode.isdigit() and len(postcode) <= _AREA_DIGITS):
        fault = desk.text("Vul hoogstens de vier cijfers van een postcode in, bijvoorbeeld 7607.")
        del chosen["postcode"]  # whatever was typed there goes into no link
        return Asked(queue, chosen, (("postcode", fault),))
    return Asked(queue, chosen)


def _filter(desk: Desk, asked: Asked) -> WorkFilter:
    user, crisis = desk.user, asked["crisis"]
    return WorkFilter(
        queue=asked.queue,
        municipalities=_municipalities_of(desk, asked),
        today=desk.today,
        route=asked["route"] or None,
        sector=asked["sector"] or None,
        crises=CRISES if crisis == "any" else (crisis,) if crisis else (),
        consecutive={"yes": True, "no": False}.get(asked["consecutive"]),
        due_before=_due_before(asked["due"], desk.today),
        clock=asked["clock"] or None,
        postcode=asked["postcode"],
        claim=asked["claim"] or "anyone",
        user=user.id,
        team=wanted_team(user, asked["team"]),
    )


def _municipalities_of(desk: Desk, asked: Asked) -> frozenset[str]:
    own, only = desk.user.municipalities, asked["municipality"]
    return own & {only} if only else own


def _due_before(due: str, today: date) -> date | None:
    days = {"late": -1, "today": 0, "soon": _SOON_DAYS}.get(due)
    return None if days is None else today + timedelta(days=days)


def _shown(desk: Desk, asked: Asked, *, status: int = 200, problem: str | None = None) -> Response:
    page = work_page(desk.cursor, _filter(desk, asked), Key.parse(asked["after"]))
    beside = beside_review(desk, _municipalities_of(desk, asked), asked.chosen) if asked.queue == "review" else None
    households = [item.household for item in page.items]
    told = beside.told if beside else None
    households += [home.place.household for home in beside.homes] if beside else []
    households += [told.household] if told else []
    desk.viewed("view-queue", f"queue {asked.queue}", households=households)
    given = _given(desk) if page.given else HandedOver(0, {})
    first = {name: value for name, value in asked.chosen.items() if name != "after"}
    following = {**first, "after": page.next.text} if page.next else None
    return desk.page(
        "work/queue.html",
        status=422 if asked.faults else status,
        problem=problem,
        asked=asked,
        errors=dict(asked.faults),
        page=page,
        groups=_groups(desk, asked, page),
        places=[*(f"zaak-{item.first.id}" for item in page.items), *([desk.notice_at] if told else [])],
        name=NAMES[asked.queue],
        lead=LEADS[asked.queue],
        queues=[(key, name, desk.url("queue", queue=key), key == asked.queue) for key, name in NAMES.items()],
        first=desk.url("queue", queue=asked.queue, **first) if asked["after"] else None,
        following=desk.url("queue", queue=asked.queue, **following) if following else None,
        choices=_choices(desk, page),
        given=given,
        given_in=[(NAMES[one], count, _given_at(desk, one)) for one, count in given.queues.items()],
        team=asked["team"] or default_choice(desk.user),
        beside=beside,
        unsafe=unsafe_at(desk.cursor, households) if asked.queue != "letters" else {},  # a letter harms nobody
        lacks=LACKS,
        birth=birth,
        partner_name=partner_name,
        quarantine=desk.url("partners") if Role.PARTNER_MANAGER in desk.user.roles else None,
        word=partial(_word, desk.language),
        late=partial(_days_left, desk.today),
        may_take=partial(_may_take, desk.user.id),
    )


def _groups(desk: Desk, asked: Asked, page: WorkPage) -> list[tuple[str, list[WorkItem]]]:
    """The households under their headings: of "follow-up" those of the days, by municipality; else all under none."""
    found: list[tuple[str, list[WorkItem]]] = []
    for item in page.items:
        heading = _heading(desk, page, item) if asked.queue == "follow-up" else ""
        if not found or found[-1][0] != heading:
            found.append((heading, []))
        found[-1][1].append(item)
    return found


def _heading(desk: Desk, page: WorkPage, item: WorkItem) -> str:
    left = _days_left(desk.today, item.comes_up_on)
    heading = desk.text(DAYS[0 if left < 0 else 1 if left == 0 else 2])
    several = len(desk.user.municipalities) > 1
    return f"{page.municipalities.get(item.municipality, item.municipality)}: {heading}" if several else heading


def _given(desk: Desk) -> HandedOver:
    return handed_over(desk.cursor, desk.user.id, desk.user.municipalities, desk.today)


def _given_at(desk: Desk, queue: str) -> str:
    return desk.url("queue", queue=queue, claim="given")


def _word(language: str, what: str, code: str) -> str:
    return word(what, code, language)


def _days_left(today: date, due: date) -> int:
    return (due - today).days


def _may_take(user: str, item: WorkItem) -> str:
    """Which button an item has: "claim", "let-go", or none because a colleague holds it."""
    if item.claim is None:
        return "claim"
    return "let-go" if item.claim.by.id == user else ""


def _choices(desk: Desk, page: WorkPage) -> dict[str, list[tuple[str, str]]]:
    """What each field of the filter offers; a choice of one is none."""
    text, language = desk.text, desk.language
    every = {
        "claim": [
            ("mine", text("Van mij")),
            ("given", text("Aan mij overgedragen, nog niet geopend")),
            ("unclaimed", text("Nog door niemand opgepakt")),
        ],
        "clock": [(name, CLOCK_NAMES[name][language == "en"]) for name in DUE],
        "due": [
            ("late", text("Te laat")),
            ("today", text("Vandaag of eerder")),
            ("soon", text("Binnen {days} dagen", days=_SOON_DAYS)),
        ],
        "route": options("route", language, without=frozenset({"none"})),
        "sector": options("sector", language),
        "crisis": [("any", text("Er dreigt iets")), *options("crisis", language)],
        "consecutive": [("yes", text("Ja")), ("no", text("Nee"))],
        "municipality": _municipalities(desk, page),
    }
    narrowing = {name: [("", text("Alles")), *offered] if offered else [] for name, offered in every.items()}
    return {**narrowing, "team": team_choices(desk, page.teams)}


def _municipalities(desk: Desk, page: WorkPage) -> list[tuple[str, str]]:
    """Those of the user, when there are more."""
    own = sorted(desk.user.municipalities)
    return [(code, page.municipalities.get(code, code)) for code in own] if len(own) > 1 else []


PAGES: Final[tuple[Page, ...]] = (
    Page("queue", "/werkvoorraad/{queue}", "GET", show_queue, CASE_WORKERS, shows_person=True),
    Page("queue-claim", "/werkvoorraad/{queue}/oppakken", "POST", take_up, CASE_WORKERS),
    Page("queue-let-go", "/werkvoorraad/{queue}/teruggeven", "POST", hand_back, CASE_WORKERS),
)
