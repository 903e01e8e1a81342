"""How does a page become HTML? Jinja2 with one environment per language, so that components know it too."""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from jinja2 import FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from signals.errors import WrongUseError
from signals.web import texts
from signals.web.folding import FoldingEnvironment
from signals.web.guard import form_token
from signals.web.people import Role
from signals.web.texts import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jinja2 import Environment

    from signals.web.desk import Page, Visit
    from signals.web.people import User
    from signals.web.routes import MenuItem
    from signals.web.static_files import StaticFiles

FOLDER: Final = Path(__file__).parent / "templates"
ROLE_NAMES: Final = {
    Role.SPECIALIST: said("specialist"),
    Role.TEAM_LEAD: said("teamleider"),
    Role.PARTNER_MANAGER: said("partnerbeheerder"),
    Role.AUDITOR: said("auditor"),
}
# Of the page that is being made. As a value of the page it would be unknown to a component that is imported without its
# context; those are made once, and the others for every page anew.
_TOKEN: Final = ContextVar["Callable[[], str]"]("token of the forms of a page")
_NO_NOTICE: Final = {"notice": None, "notice_at": None, "places": ()}
_PLACE: Final = re.compile(r"{(\w+)(?::\w+)?}")


class Addresses:
    """The address of each page by its name."""

    def __init__(self, pages: Iterable[Page]) -> None:
        self._paths: dict[str, str] = {}
        for page in pages:
            if page.name in self._paths:
                raise WrongUseError(f"two pages are named {page.name}: give one of them another name")
            self._paths[page.name] = page.path
        self._placed = {name: tuple(_PLACE.findall(path)) for name, path in self._paths.items()}
        self._forms = {name: _PLACE.sub(r"{\1}", path) for name, path in self._paths.items()}

    def __contains__(self, name: str) -> bool:
        return name in self._paths

    def shape(self, name: str) -> str | None:
        """The path of page `name` with dots for what varies, to be read; None when there is no such page."""
        return _PLACE.sub("…", self._paths[name]) if name in self._paths else None

    def url(self, name: str, **values: object) -> str:
        """The path of page `name`; values that are not in the path follow as the query, None is left out."""
        placed = self._placed[name]
        filled = self._forms[name].format(**{key: quote(str(values[key]), safe="") for key in placed})
        query = {key: value for key, value in values.items() if key not in placed and value is not None}
        return f"{filled}?{urlencode(query)}" if query else filled


class Templates:
    """All templates, in every language.

    Args:
        addresses: of the pages.
        static: the files that a page brings with it.
        menu: of the header.
        seal: the mark of a form that is made for this user (`guard.sealed_owner`).
    """

    def __init__(
        self,
        addresses: Addresses,
        static: StaticFiles,
        menu: Sequence[MenuItem],
        *,
        seal: Callable[[User | None], str] = lambda _: "",
    ) -> None:
        self.addresses = addresses
        self._seal = seal
        self._menu = [item for item in menu if item.page in addresses]
        self._environments = {language: _environment(language, addresses, static) for language in texts.LANGUAGES}

    def page(
        self, visit: Visit, user: User | None, template: str, status: int, values: Mapping[str, object]
    ) -> HTMLResponse:
        """The answer with this template's page."""
        frame: dict[str, object] = {
            "visit": visit,
            "user": user,
            "nonce": visit.nonce,
            "navigation": self._navigation(visit, user),
        }
        token = cache(partial(form_token, visit.binding, self._seal(user)))  # one for all forms of a page
        before = _TOKEN.set(token)
        try:
            text = self._environments[visit.language].get_template(template).render({**_NO_NOTICE, **values, **frame})
        finally:
            _TOKEN.reset(before)
        return HTMLResponse(text, status_code=status, headers={"Content-Language": visit.language})

    def compile_all(self) -> None:
        """Compile all templates in every language, so that no first visitor of a page waits for that."""
        for environment in self._environments.values():
            for name in environment.list_templates():
                environment.get_template(name)

    def links(self, user: User | None) -> list[tuple[str, str]]:
        """Label and address of every item of the menu that is for this user."""
        return [(item.label, href) for item, href in self._links(user)]

    def _links(self, user: User | None) -> list[tuple[MenuItem, str]]:
        items = [item for item in self._menu if user is not None and user.has_any(item.roles)]
        return [(item, self.addresses.url(item.page, **item.values)) for item in items]

    def _navigation(self, visit: Visit, user: User | None) -> list[dict[str, Any]]:
        """The links of the header; marked is the one whose page this is ("page"), or to which it belongs ("true")."""
        here = visit.path.partition("?")[0]
        return [
            {"label": item.label, "href": href, "current": _mark(here, href, item.beside)}
            for item, href in self._links(user)
        ]


def _mark(here: str, href: str, beside: str | None) -> str | None:
    """What `aria-current` says of a link to `href` on the page `here`; `beside` is where else its pages are."""
    if here == href:
        return "page"
    belongs = here.startswith(f"{href}/") or (beside is not None and f"{here}/".startswith(f"{beside}/"))
    return "true" if belongs else None


def _token() -> str:
    return _TOKEN.get()()


def _environment(language: str, addresses: Addresses, static: StaticFiles) -> Environment:
    environment = FoldingEnvironment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.know(
        {
            "_": partial(texts.translate, language),
            "url_for": addresses.url,
            "static": static.address,
            "page_exists": addresses.__contains__,
        }
    )
    environment.globals["language"] = language
    environment.globals["csrf_token"] = _token
    environment.globals["numbered"] = partial(enumerate, start=1)  # a loop that asks for its index costs twice as much
    environment.globals["role_name"] = lambda role: texts.translate(language, ROLE_NAMES[role])
    formats: dict[str, Callable[..., str]] = {
        "day": texts.day,
        "moment": texts.moment,
        "euros": texts.euros,
        "days": texts.days,
        "number": texts.number,
    }
    environment.filters |= {name: partial(shown, language=language) for name, shown in formats.items()}
    environment.filters["place"] = texts.place
    return environment
