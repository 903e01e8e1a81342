"""How is a day of visits planned? A form that a setting fills, a list that is proposed; and the settings themselves.

The list is proposed as an errand (`web.planner`); its own page says what is on it and what is not.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from signals.outreach.queues import policy_book
from signals.outreach.teams import COMMON
from signals.outreach.visits.lists import VisitError
from signals.outreach.visits.planning import Proposed
from signals.outreach.visits.settings import (
    Setting,
    SettingChangedError,
    SettingError,
    change,
    keep,
    remove,
    setting_of,
    settings_of,
)
from signals.outreach.work.claims import colleagues
from signals.outreach.work.people import Actor
from signals.web.desk import NotFoundError, Page
from signals.web.errands import PLANNING, Errand
from signals.web.office.overview import municipality_names
from signals.web.people import CASE_WORKERS
from signals.web.texts import number_of, said
from signals.web.visits.said import refusal
from signals.web.visits.typed import Choices, Typed, begun, typed
from signals.web.words import options

if TYPE_CHECKING:
    from starlette.responses import Response

    from signals.errors import FaultsError
    from signals.web.desk import Desk

    Answer = Proposed | int | VisitError | FaultsError | None

BUSY: Final = said("Er worden nu al andere lijsten gemaakt. Probeer het over een minuut opnieuw.")
NOT_SO: Final = said("Zo kan de lijst niet worden gemaakt. Kijk de gegevens na.")
CHANGED: Final = said(
    "Een collega veranderde deze instelling intussen. Wat u invulde, staat hieronder; er is niets bewaard. Bewaar het "
    "opnieuw als het zo moet."
)
TAKEN: Final = said("Er is al een instelling met deze naam. Kies een andere naam.")
GONE: Final = said("Een collega verwijderde deze instelling intussen. Bewaar hem als nieuwe, of plan zo de dag.")
KEPT: Final = said("De instelling is bewaard.")
REMOVED: Final = said("De instelling is verwijderd. Lijsten die ermee zijn gemaakt, blijven zoals zij zijn.")
STRAIGHT: Final = said("De reistijden zijn in rechte lijnen gerekend: de routedienst gaf geen antwoord.")
THERE_WAS: Final = said("Deze mensen hadden op dit deel van de dag al een lijst. Dit is hij.")
MADE: Final = said("De lijst is voorgesteld. Bekijk hem, verander wat u wilt, en geef hem vrij.")


def show_plan(desk: Desk) -> Response:
    """The form, filled by a setting when one is asked for."""
    setting = _setting(desk, desk.query.get("setting", ""))
    wanted = setting.usual.municipality if setting else desk.query.get("municipality", "")
    choices = _choices(desk, wanted)
    usual = setting.usual if setting else None
    return _shown(desk, begun(choices, desk.today, usual), setting)


def propose_list(desk: Desk) -> Response | Errand[Answer]:
    """Propose the list, or keep what was typed as a setting."""
    choices = _choices(desk, desk.form.get("municipality"))
    setting = _setting(desk, desk.form.get("setting"))
    act = desk.form.get("act")
    sent = typed(desk, choices, as_setting=act in {"keep", "change"})
    if sent.faults:
        return _shown(desk, sent, setting, status=422)
    if act in {"keep", "change"}:
        return _kept(desk, sent, setting if act == "change" else None, is_change=act == "change")
    actor = Actor(desk.user.id, desk.user.name)
    return Errand(partial(desk.planner.proposed, sent.wish, actor, desk.today), _proposed, None, PLANNING)


def remove_setting(desk: Desk) -> Response:
    """There is no such setting any more."""
    setting = _setting(desk, str(desk.path["setting"]))
    if setting is None:
        raise NotFoundError("there is no such setting")
    municipality = setting.usual.municipality
    desk.may_see(municipality)
    try:
        remove(desk.cursor, setting.id, municipality, number_of(desk.form.get("version")) or 0)
    except SettingChangedError as changed:
        sent = begun(_choices(desk, municipality), desk.today, changed.now.usual)
        return _shown(desk, sent, changed.now, status=409, problem=desk.text(CHANGED))
    except SettingError:  # just now, by a colleague
        raise NotFoundError("there is no such setting") from None
    desk.did("remove-visit-setting", f"visit-setting {setting.id}", municipality=municipality)
    return desk.go("visit-lists", notice=desk.text(REMOVED))


def _proposed(desk: Desk, done: Answer) -> Response:
    if isinstance(done, Proposed):
        notice = desk.text(MADE) + (f" {desk.text(STRAIGHT)}" if done.fallen_back else "")
        return desk.go("visit-list", list=done.list, notice=notice)
    if isinstance(done, int):
        return desk.go("visit-list", list=done, notice=desk.text(THERE_WAS))
    sent = typed(desk, _choices(desk, desk.form.get("municipality")), as_setting=False)
    setting = _setting(desk, desk.form.get("setting"))
    if done is None:
        return _shown(desk, sent, setting, status=503, problem=desk.text(BUSY))
    problem = refusal(done, desk.language) if isinstance(done, VisitError) else desk.text(NOT_SO)
    return _shown(desk, sent, setting, status=409, problem=problem)


def _kept(desk: Desk, sent: Typed, setting: Setting | None, *, is_change: bool) -> Response:
    actor, wanted = Actor(desk.user.id, desk.user.name), sent.usual
    if is_change and setting is None:
        return _shown(desk, sent, None, status=409, problem=desk.text(GONE))
    try:
        with desk.cursor.connection.transaction():
            if setting is None:
                number = keep(desk.cursor, wanted, actor)
            else:
                number = setting.id
                change(desk.cursor, number, wanted, actor, number_of(desk.form.get("version")) or 0)
    except SettingChangedError as changed:
        return _shown(desk, sent, changed.now, status=409, problem=desk.text(CHANGED))
    except SettingError as refusal:
        if refusal.code == "no-setting":  # just now, by a colleague
            return _shown(desk, sent, None, status=409, problem=desk.text(GONE))
        sent.faults.append(("name", desk.text(TAKEN)))
        return _shown(desk, sent, setting, status=422)
    desk.did("keep-visit-setting", f"visit-setting {number}", municipality=wanted.municipality)
    return desk.go("visit-lists", notice=desk.text(KEPT))


def _setting(desk: Desk, written: str) -> Setting | None:
    """The setting of this number; None when none was asked for, or it is not there any more."""
    number = number_of(written)
    if number is None:
        return None
    try:
        return setting_of(desk.cursor, number, desk.user.municipalities)
    except SettingError:
        return None


def _choices(desk: Desk, wanted: str) -> Choices:
    """Of the municipality that was asked for, else of the first that has a policy. Raises NotFoundError."""
    book = policy_book(desk.cursor)
    own = sorted(desk.user.municipalities & book.municipalities)
    if not own or (wanted and wanted not in own):
        raise NotFoundError("no visits are planned here")
    municipality = wanted or own[0]
    desk.may_see(municipality)
    user = Actor(desk.user.id, desk.user.name)
    people = {one.id: one.name for one in (user, *colleagues(desk.cursor, municipality, user))}
    usual = [one for kept in settings_of(desk.cursor, [municipality]) for one in kept.usual.pair]
    people = {one.id: one.name for one in usual if one.id} | people
    ordered = {user.id: user.name} | dict(sorted(people.items(), key=lambda one: one[1]))
    policy = book.in_force(municipality, desk.today)
    teams = {team.key: team.name for team in policy.teams}
    common = {COMMON: desk.text("Gezamenlijke werkvoorraad")} if teams else {}
    announced_from = desk.today + timedelta(days=policy.announce_days)
    return Choices(municipality, ordered, common | teams, announced_from)


def _shown(
    desk: Desk, sent: Typed, setting: Setting | None, *, status: int = 200, problem: str | None = None
) -> Response:
    choices, names = sent.choices, municipality_names(desk)
    return desk.page(
        "visits/plan.html",
        status=status,
        problem=problem,
        values=sent.values,
        faults=sent.faults,
        errors=dict(sent.faults),
        setting=setting,
        municipality=choices.municipality,
        municipality_name=names[choices.municipality],
        others=sorted((name, code) for code, name in names.items() if code != choices.municipality),
        parts=options("part", desk.language),
        people=[("", desk.text("Niemand")), *choices.people.items()],
        teams=[("", desk.text("Alle teams")), *choices.teams.items()] if choices.teams else [],
    )


PAGES: Final[tuple[Page, ...]] = (
    Page("visit-plan", "/bezoeken/nieuw", "GET", show_plan, CASE_WORKERS),
    Page("visit-propose", "/bezoeken/nieuw", "POST", propose_list, CASE_WORKERS),
    Page(
        "visit-setting-remove", "/bezoeken/instelling/{setting:int}/verwijderen", "POST", remove_setting, CASE_WORKERS
    ),
)
