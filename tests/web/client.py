"""A client that checks every page it fetches: what makes a page whole is asked of all of them, in every test."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

import html5lib
import httpx

from signals.web.guard import TOKEN
from tests.web.content import content_faults

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from xml.etree.ElementTree import Element


CONTROLS: Final = ("input", "select", "textarea")
HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
NO_LABEL_NEEDED: Final = {"hidden", "submit", "button"}
SPACE: Final = re.compile(r"\s+")


def text_of(element: Element) -> str:
    """All text of an element, white space as one space."""
    return SPACE.sub(" ", "".join(element.itertext())).strip()


@dataclass(frozen=True)
class FormOnPage:
    """A form as a browser would send it."""

    method: str
    action: str
    fields: tuple[tuple[str, str], ...]  # with what stands in them
    buttons: tuple[tuple[str, str, str], ...]  # text, name, value

    def filled(self, button: str | None = None, **typed: object) -> list[tuple[str, str]]:
        """What is sent when `typed` is filled in (a list for several, None to leave out) and `button` is pressed."""
        known = {name for name, _ in self.fields}
        assert not set(typed) - known, f"the form has no {sorted(set(typed) - known)}; it has {sorted(known)}"
        sent = [(name, value) for name, value in self.fields if name not in typed and value is not None]
        for name, value in typed.items():
            values = value if isinstance(value, list | tuple) else [] if value is None else [value]
            sent += [(name, str(one)) for one in values]
        return sent + [(name, value) for text, name, value in self._pressed(button) if name]

    def _pressed(self, text: str | None) -> Iterator[tuple[str, str, str]]:
        if text is None:
            buttons = [one for one in self.buttons if one[1] != "language"] or self.buttons
            assert len(buttons) == 1, f"which of the buttons? {[one[0] for one in buttons]}"
            return iter(buttons)
        found = [one for one in self.buttons if text == one[0]]
        assert found, f"the form has no button {text!r}; it has {[one[0] for one in self.buttons]}"
        return iter(found[:1])


@dataclass(frozen=True)
class Sheet:
    """A page that was fetched and found whole."""

    status: int
    url: str
    text: str
    headers: Mapping[str, str]
    root: Element = field(repr=False)

    @property
    def heading(self) -> str:
        """The text of its h1."""
        return text_of(next(self.root.iter("h1")))

    @property
    def words(self) -> str:
        """All that one reads between header and footer."""
        return text_of(next(self.root.iter("main")))

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of this tag with these attributes (`class_` for class: one of its names)."""
        return [one for one in self.root.iter(tag) if all(_has(one, key, text) for key, text in attributes.items())]

    def texts(self, tag: str, **attributes: str) -> list[str]:
        """Their texts."""
        return [text_of(one) for one in self.all(tag, **attributes)]

    def link(self, text: str) -> str:
        """The address of the one link that reads so."""
        found = {one.get("href", "") for one in self.root.iter("a") if text_of(one) == text}
        assert len(found) == 1, f"{len(found)} links read {text!r}; there are {self.texts('a')}"
        return found.pop()

    def forms(self) -> list[FormOnPage]:
        """All forms."""
        return [_form(one) for one in self.root.iter("form")]

    def form(self, action: str, nth: int = 0) -> FormOnPage:
        """The form (the n-th) that goes to an address that begins so."""
        found = [form for form in self.forms() if form.action.startswith(action)]
        assert len(found) > nth, f"no form goes to {action}; they go to {[form.action for form in self.forms()]}"
        return found[nth]


class PageClient:
    """A browser without JavaScript that asserts that each page is whole."""

    def __init__(self, address: str, cookies: Mapping[str, str] | None = None, language: str = "nl") -> None:
        headers = {"accept-language": language}
        self.http = httpx.Client(base_url=address, headers=headers, cookies=dict(cookies or {}), timeout=30)
        self.private: Collection[str] = ()  # what may stand in no address and no title

    def get(self, path: str, status: int = 200) -> Sheet:
        """The page at `path`, where redirects lead to."""
        return self._arrive(self.http.get(path), status)

    def send(self, form: FormOnPage, button: str | None = None, *, status: int = 200, **typed: object) -> Sheet:
        """The page one comes to after filling in and sending the form."""
        sent = form.filled(button, **typed)
        if form.method == "get":
            return self._arrive(self.http.get(f"{form.action}?{urlencode(sent)}"), status)
        return self._arrive(self._post(form.action, sent), status)

    def post(self, path: str, status: int = 200, **fields: str) -> Sheet:
        """The page after a POST that no form of ours would send."""
        return self._arrive(self._post(path, list(fields.items())), status)

    def _post(self, path: str, sent: list[tuple[str, str]]) -> httpx.Response:
        names = dict.fromkeys(name for name, _ in sent)  # in the order of the form, as a browser sends them
        data = {name: [text for key, text in sent if key == name] for name in names}
        return self.http.post(path, data=data, headers={"origin": str(self.http.base_url).rstrip("/")})

    def _arrive(self, response: httpx.Response, status: int) -> Sheet:
        for _ in range(5):
            if not response.is_redirect:
                break
            self._require_quiet(response.headers["location"], "a redirect")
            response = self.http.get(response.headers["location"])
        assert response.status_code == status, f"{response.status_code} at {response.url}\n{response.text[:3000]}"
        sheet = checked(response.status_code, str(response.url), response.text, response.headers)
        self._require_quiet(sheet.url, "the address")
        self._require_quiet(text_of(next(sheet.root.iter("title"))), "the title")
        for link in sheet.root.iter("a"):
            self._require_quiet(link.get("href", ""), "a link")
        return sheet

    def _require_quiet(self, text: str, where: str) -> None:
        told = [one for one in self.private if one and one.lower() in text.lower()]
        assert not told, f"{where} has personal data: {text}"


def checked(status: int, url: str, text: str, headers: Mapping[str, str]) -> Sheet:
    """The page, if nothing is wrong with it; all faults are told at once."""
    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    sheet = Sheet(status, url, text, headers, root)
    faults = [fault for find in CHECKS for fault in find(sheet)]
    assert not faults, f"{urlsplit(url).path}:\n" + "\n".join(faults)
    return sheet


def _headings(sheet: Sheet) -> Iterator[str]:
    ones = [text_of(one) for one in sheet.root.iter("h1")]
    title = text_of(next(sheet.root.iter("title")))
    if len(ones) != 1 or not ones[0]:
        yield f"one h1 is needed, there are {ones}"
    elif not title.startswith(ones[0]):
        yield f"the title {title!r} does not begin with the h1 {ones[0]!r}"
    levels = [int(one.tag[1]) for one in sheet.root.iter() if one.tag in HEADINGS]
    if any(after > before + 1 for before, after in pairwise(levels)):
        yield f"a level of headings is skipped: {levels}"


def _ids(sheet: Sheet) -> Iterator[str]:
    ids = [one.get("id", "") for one in sheet.root.iter() if one.get("id") is not None]
    for one in sorted({one for one in ids if ids.count(one) > 1 or not one.strip()}):
        yield f"the id {one!r} is there {ids.count(one)} times"
    for element in sheet.root.iter():
        named = [element.get(key, "") for key in ("for", "aria-describedby", "aria-labelledby", "aria-controls")]
        href = element.get("href", "")
        named += [href[1:]] if href.startswith("#") else []
        for one in " ".join(named).split():
            if one not in ids:
                yield f"<{element.tag}> refers to the id {one!r}, which is not there"


def _labels(sheet: Sheet) -> Iterator[str]:
    labelled = {one.get("for") for one in sheet.root.iter("label") if text_of(one)}
    inside = {id(control) for label in sheet.root.iter("label") for control in label.iter() if control is not label}
    for control in (one for one in sheet.root.iter() if one.tag in CONTROLS):
        named = control.get("aria-label") or control.get("aria-labelledby")
        known = control.get("id") in labelled or id(control) in inside or named
        if control.get("type") not in NO_LABEL_NEEDED and not known:
            yield f"<{control.tag} name={control.get('name')}> has no label"
    for one in (*sheet.root.iter("button"), *sheet.root.iter("a")):
        if not text_of(one) and not one.get("aria-label"):
            yield f"a <{one.tag}> says nothing"


def _forms(sheet: Sheet) -> Iterator[str]:
    for form in sheet.root.iter("form"):
        tokens = [one for one in form.iter("input") if one.get("name") == TOKEN and one.get("value")]
        if not form.get("action", "").startswith("/"):
            yield f"a form goes to {form.get('action')!r}"
        if (form.get("method") == "post") != (len(tokens) == 1):
            yield f"the form to {form.get('action')} ({form.get('method')}) has {len(tokens)} tokens"


def _quiet_code(sheet: Sheet) -> Iterator[str]:
    for one in sheet.root.iter():
        for name, value in one.attrib.items():
            if name.startswith("on") or name == "style" or value.strip().lower().startswith("javascript:"):
                yield f'<{one.tag} {name}="{value}"> is code or style in the page'
    if next(sheet.root.iter("style"), None) is not None:
        yield "there is a <style>"
    policy = sheet.headers.get("content-security-policy", "")
    for one in sheet.root.iter("script"):
        if f"'nonce-{one.get('nonce')}'" not in policy or text_of(one):
            yield "a <script> does not have the nonce, or holds code itself"


def _whole(sheet: Sheet) -> Iterator[str]:
    if sheet.root.get("lang") not in {"nl", "en"}:
        yield f"the page has the language {sheet.root.get('lang')!r}"
    if sheet.headers.get("cache-control") != "no-store":
        yield f"the page may be stored: {sheet.headers.get('cache-control')!r}"
    if len(list(sheet.root.iter("main"))) != 1:
        yield "one <main> is needed"
    for table in sheet.root.iter("table"):
        if not any(text_of(one) for one in table.iter("caption")):
            yield "a table has no caption"
    if re.search(r"\{[a-z_]+\}|None|Undefined", " ".join(text_of(one) for one in sheet.root.iter("main"))):
        yield "a value is missing from the text"


def _content(sheet: Sheet) -> Iterator[str]:
    yield from content_faults(sheet.root)


def _tables(sheet: Sheet) -> Iterator[str]:
    """On a phone the rows of a table stand one under the other, and each cell says what it is."""
    for table in sheet.root.iter("table"):
        columns = [text_of(one) for head in table.iter("thead") for one in head.iter("th")]
        stacked = "signals-stacked" in table.get("class", "").split()
        for row in (row for body in table.iter("tbody") for row in body.iter("tr")):
            said = [one.get("data-label") for one in row]
            if not stacked or said != columns:
                yield f"a table is not made by show.table: {columns} has cells of {said}"
                break


CHECKS: Final = (_headings, _ids, _labels, _forms, _quiet_code, _whole, _content, _tables)


def _has(element: Element, name: str, text: str) -> bool:
    if name == "class_":
        return text in element.get("class", "").split()
    return element.get(name.replace("_", "-")) == text


def _form(form: Element) -> FormOnPage:
    fields = [pair for one in form.iter() if one.tag in CONTROLS and one.get("name") for pair in _sent(one)]
    buttons = [(text_of(one), one.get("name", ""), one.get("value", "")) for one in form.iter("button")]
    return FormOnPage(form.get("method", "get"), form.get("action", ""), tuple(fields), tuple(buttons))


def _sent(control: Element) -> Iterator[tuple[str, Any]]:
    """Name and value; the value is None of what is not sent unless it is chosen."""
    name = control.get("name", "")
    if control.tag == "textarea":
        yield name, "".join(control.itertext())
    elif control.tag == "select":
        options = list(control.iter("option"))
        chosen = [one for one in options if one.get("selected") is not None] or options[:1]
        yield from ((name, one.get("value", "")) for one in chosen)
    elif control.get("type") in {"checkbox", "radio"}:
        yield name, control.get("value", "on") if control.get("checked") is not None else None
    else:
        yield name, control.get("value", "")
