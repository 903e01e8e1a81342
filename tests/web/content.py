"""Is a page valid HTML? What may stand in what, and which attributes there are, by the HTML standard.

A parser only tells what it could not read; the rest of the content model is asked here, of what our pages use. Under
`client`, which asks it of every page that a test fetches. An element that is not named here is a fault: add it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

SVG: Final = "{http://www.w3.org/2000/svg}"
PHRASING: Final = frozenset(
    {"a", "abbr", "b", "br", "button", "cite", "code", "em", "i", "img", "input", "kbd", "label", "q", "s"}
    | {"script", "select", "small", "span", "strong", "sub", "sup", "textarea", "time", f"{SVG}svg"}
)
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCKS: Final = frozenset(
    {"article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure", "footer", "form", "header", "hr"}
    | {"main", "nav", "ol", "p", "pre", "section", "table", "ul"}
)
FLOW: Final = PHRASING | HEADINGS | BLOCKS
# What stands in these is phrasing; what stands in others that are not named below is flow.
OF_PHRASING: Final = frozenset(
    {"abbr", "b", "button", "cite", "code", "em", "i", "kbd", "label", "p", "pre", "q", "s", "small", "span", "strong"}
    | {"sub", "sup", "time"}
    | HEADINGS
)
ONLY: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(OF_PHRASING, PHRASING),
    "legend": PHRASING | HEADINGS,
    "summary": PHRASING | HEADINGS,
    "th": FLOW - HEADINGS - {"article", "aside", "footer", "header", "nav", "section"},
    "dt": FLOW - HEADINGS - {"article", "aside", "footer", "header", "nav", "section"},
    "caption": FLOW - {"table"},
    "ul": frozenset({"li"}),
    "ol": frozenset({"li"}),
    "dl": frozenset({"dt", "dd", "div"}),
    "table": frozenset({"caption", "colgroup", "thead", "tbody", "tfoot"}),
    "colgroup": frozenset({"col"}),
    **dict.fromkeys(("thead", "tbody", "tfoot"), frozenset({"tr"})),
    "tr": frozenset({"td", "th"}),
    "select": frozenset({"option", "optgroup"}),
    "optgroup": frozenset({"option"}),
    **dict.fromkeys(("option", "textarea", "title", "script"), frozenset[str]()),
    "html": frozenset({"head", "body"}),
    "head": frozenset({"meta", "title", "link", "script"}),
    "fieldset": FLOW | {"legend"},
    "details": FLOW | {"summary"},
    "figure": FLOW | {"figcaption"},
}
AT_THE_BEGINNING: Final = {"fieldset": "legend", "details": "summary", "table": "caption"}
INTERACTIVE: Final = frozenset({"a", "button", "details", "input", "label", "select", "textarea"})
# In these no other that one can press or fill in; a label has the one that it names.
PRESSED: Final = {"a": INTERACTIVE, "button": INTERACTIVE, "label": frozenset({"label"}), "form": frozenset({"form"})}

EVERYWHERE: Final = frozenset({"class", "id", "lang", "tabindex", "hidden", "role", "title"})
_CONTROL: Final = frozenset({"name", "required", "disabled", "autocomplete"})
OWN: Final[Mapping[str, frozenset[str]]] = {
    "a": frozenset({"href", "rel", "target"}),
    "button": frozenset({"type", "name", "value", "disabled", "formnovalidate", "formaction"}),
    "form": frozenset({"method", "action", "novalidate"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "input": _CONTROL | {"type", "value", "checked", "inputmode", "maxlength", "min", "max", "pattern", "readonly"},
    "label": frozenset({"for"}),
    "link": frozenset({"rel", "href"}),
    "meta": frozenset({"charset", "name", "content", "http-equiv"}),
    "details": frozenset({"open"}),
    "ol": frozenset({"start", "reversed"}),
    "option": frozenset({"value", "selected"}),
    "script": frozenset({"src", "nonce", "defer"}),
    "select": _CONTROL,
    "td": frozenset({"colspan", "rowspan"}),
    "textarea": _CONTROL | {"rows", "maxlength", "readonly"},
    "th": frozenset({"scope", "colspan", "rowspan"}),
    "time": frozenset({"datetime"}),
}
_SHAPES: Final = frozenset({"x", "y", "x1", "x2", "y1", "y2", "width", "height", "viewBox", "text-anchor"})


def content_faults(root: Element) -> Iterator[str]:
    """What in the page is not as the standard has it, a sentence each."""
    for element in root.iter():
        if _is_element(element) and not element.tag.startswith(SVG):
            yield from _children(element)
            yield from _beginning(element)
            yield from _pressed(element)
        yield from _attributes(element)


def _is_element(element: Element) -> bool:
    return isinstance(element.tag, str)  # a comment has a function there


def _children(element: Element) -> Iterator[str]:
    allowed = _allowed(element)
    for child in element:
        if _is_element(child) and child.tag not in allowed:
            yield f"<{child.tag}> may not stand in {_named(element)}"
        if child.tag == "a" and element.tag in OF_PHRASING:  # a link is as what it stands in
            yield from (f"<{one.tag}> may not stand in a link in {_named(element)}" for one in child.iter()
                        if _is_element(one) and one.tag in BLOCKS | HEADINGS)  # fmt: skip


def _allowed(element: Element) -> frozenset[str]:
    if element.tag == "div" and any(child.tag in {"dt", "dd"} for child in element):
        return frozenset({"dt", "dd"})
    return ONLY.get(element.tag, FLOW)


def _beginning(element: Element) -> Iterator[str]:
    wanted = AT_THE_BEGINNING.get(element.tag)
    places = [place for place, child in enumerate(element) if child.tag == wanted]
    if wanted and places != [0]:
        yield f"{_named(element)} does not begin with its one <{wanted}>"


def _pressed(element: Element) -> Iterator[str]:
    for inner in element.iter():
        if inner is not element and inner.tag in PRESSED.get(element.tag, ()) and inner.get("type") != "hidden":
            yield f"<{inner.tag}> may not stand in {_named(element)}"


def _attributes(element: Element) -> Iterator[str]:
    if not _is_element(element):
        return
    known = EVERYWHERE | (_SHAPES if element.tag.startswith(SVG) else OWN.get(element.tag, frozenset()))
    for name in element.keys():  # noqa: SIM118 - an Element is no mapping: it iterates over its children
        if name not in known and not name.startswith(("data-", "aria-")):
            yield f"{_named(element)} has no attribute {name!r}"


def _named(element: Element) -> str:
    told = element.get("class") or element.get("id") or element.get("name") or ""
    return f"<{element.tag}>" if not told else f"<{element.tag} of {told!r}>"
