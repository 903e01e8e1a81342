"""What a template knows beforehand is said as before, and the pages are what they would be without it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis.strategies import text
from jinja2 import DictLoader, StrictUndefined, UndefinedError
from markupsafe import Markup, escape

from signals.web.folding import FoldingEnvironment, shown

asked: list[str] = []


def translated(dutch: str, **values: object) -> str:
    asked.append(dutch)
    text = {"Zaak {number}": "Case {number}", "Sluiten": "Close & go"}.get(dutch, dutch)
    return text.format(**values) if values else text


def url_for(name: str, **values: object) -> str:
    return {"start": "/"}[name] + "".join(f"{key}={value}" for key, value in values.items())


def rendered(source: str, **values: object) -> str:
    environment = FoldingEnvironment(loader=DictLoader({"page": source}), autoescape=True, undefined=StrictUndefined)
    environment.know({"_": translated, "url_for": url_for})
    asked.clear()
    template = environment.get_template("page")
    asked.append("compiled")
    return template.render(**values)


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ('{{ _("Sluiten") }}', "Close &amp; go"),
        ('{{ _("Zaak {number}", number=7) }}', "Case 7"),
        ('{{ _("Zaak {number}", number=case) }}', "Case &lt;9&gt;"),
        ("{{ _(label) }}", "Close &amp; go"),
        ("<a{{ ' b' if case else '' }}>{{ case if case }}{{ label if not case }}</a>", "<a b>&lt;9&gt;</a>"),
        ("{{ url_for('start') }} {{ url_for('start', a=case) }}", "/ /a=&lt;9&gt;"),
        ("{% if false %}{{ url_for('nowhere') }}{% endif %}", ""),
        ("{% macro m(x) %}<b>{{ x }}</b>{{ caller() }}{% endmacro %}{% call m(case) %}{{ label }}{% endcall %}",
         "<b>&lt;9&gt;</b>Sluiten"),
        ("{% for one in [1, 2] %}{{ one }}{{ ', ' if not loop.last }}{% endfor %}", "1, 2"),
    ],
)  # fmt: skip
def test_a_page_is_the_same(source: str, page: str) -> None:
    assert rendered(source, case="<9>", label="Sluiten") == page


def test_a_sentence_is_looked_up_before_anybody_asks_for_the_page() -> None:
    rendered('{{ _("Sluiten") }}{{ _("Zaak {number}", number=case) }}', case=9)
    assert asked == ["Sluiten", "Zaak {number}", "compiled"]


def test_what_is_not_given_is_still_a_fault() -> None:
    with pytest.raises(UndefinedError):
        rendered("{{ 'a' if nothing else 'b' }}")
    with pytest.raises(UndefinedError):
        rendered("{{ nothing }}")


def test_a_page_that_is_not_there_is_still_a_fault_where_its_address_is_needed() -> None:
    with pytest.raises(KeyError):
        rendered("{{ url_for('nowhere') }}")


class Odd(str):
    """A text that is not quite one."""

    __slots__ = ()

    def __html__(self) -> str:
        return "<b>odd</b>"


@pytest.mark.parametrize(
    "value",
    ["", "Dorpsstraat 12", "&", "<", ">", '"', "'", "een\n<b>", Markup("<b>&amp;</b>"), Odd("<i>"), 7, None, 1.5],
)
def test_what_is_shown_is_escaped_as_ever(value: object) -> None:
    assert shown(value) == escape(value)


@given(text())
def test_no_text_is_shown_otherwise_than_escaped(value: str) -> None:
    assert shown(value) == escape(value)


def test_everything_that_is_put_into_a_page_is_escaped() -> None:
    source = (
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(case) }}{% set y %}{{ case }}{% endset %}{{ y }}{{ case ~ case }}"
    )
    assert rendered(source, case="<") == "&lt;" * 4
    assert rendered("{% autoescape false %}{{ case }}{% endautoescape %}", case="<") == "&lt;"  # there is no way round
