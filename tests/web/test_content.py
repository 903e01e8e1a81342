"""Do the checks of every page see what is wrong? One fault at a time in a page that is whole."""

from __future__ import annotations

import pytest

from tests.web.client import checked

PAGE = """<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><title>Proef</title></head>
<body><main><h1>Proef</h1>{}</main></body></html>"""
TABLE = """<table class="signals-stacked"><caption>Cijfers</caption><thead><tr><th scope="col">Week</th>
<th scope="col">Aantal</th></tr></thead><tbody><tr>{}</tr></tbody></table>"""
HEADERS = {"cache-control": "no-store"}
WHOLE = [
    '<p>Lees <a href="/x">dit <strong>eerst</strong></a>.</p>',
    '<label>Naam <input name="name"></label>',
    "<dl><div><dt>Naam</dt><dd><p>Sanne</p></dd></div></dl><dl><dt>Naam</dt><dd>Tom</dd></dl>",
    '<fieldset><legend>Deel</legend><input type="radio" id="a" name="part"><label for="a">Nu</label></fieldset>',
    '<figure><svg viewBox="0 0 1 1" role="img" aria-label="Niets"><rect width="1" height="1"/></svg></figure>',
    TABLE.format('<th scope="row" data-label="Week">48</th><td data-label="Aantal">3</td>'),
    TABLE.format('<td data-label="Week">48</td><td data-label="Aantal">3</td>'),
]
BROKEN = [
    ('<span><form action="/x" method="get"></form></span>', "<form> may not stand in <span>"),
    ("<span><div>a</div></span>", "<div> may not stand in <span>"),
    ('<label>a <a href="/x"><ul><li>b</li></ul></a></label>', "<ul> may not stand in a link in <label>"),
    ('<button type="submit"><a href="/x">a</a></button>', "<a> may not stand in <button>"),
    ('<a href="/x">a <input aria-label="b" name="b"></a>', "<input> may not stand in <a>"),
    ("<ul><p>a</p></ul>", "<p> may not stand in <ul>"),
    ("<div><li>a</li></div>", "<li> may not stand in <div>"),
    ("<dl><p>a</p></dl>", "<p> may not stand in <dl>"),
    ("<dl><div><dt>a</dt><p>b</p></div></dl>", "<p> may not stand in <div>"),
    ("<div><dt>a</dt></div><dd>b</dd>", "<dd> may not stand in <main>"),
    ("<details><p>a</p></details>", "does not begin with its one <summary>"),
    ("<fieldset><p>a</p><legend>b</legend></fieldset>", "does not begin with its one <legend>"),
    ("<center>a</center>", "<center> may not stand in <main>"),
    ('<p colour="red">a</p>', "has no attribute 'colour'"),
    ('<p href="/x">a</p>', "has no attribute 'href'"),
    ('<svg viewBox="0 0 1 1"><rect href="/x"/></svg>', "has no attribute 'href'"),
    (TABLE.replace(' class="signals-stacked"', "").format('<td data-label="Week">1</td><td data-label="Aantal">3</td>'),
     "a table is not made by show.table"),
    (TABLE.format("<td>1</td><td>3</td>"), "a table is not made by show.table"),
    (TABLE.format('<td data-label="Aantal">1</td><td data-label="Week">3</td>'), "a table is not made by show.table"),
]  # fmt: skip


@pytest.mark.parametrize("part", WHOLE)
def test_what_is_whole_passes(part: str) -> None:
    assert checked(200, "/proef", PAGE.format(part), HEADERS).heading == "Proef"


@pytest.mark.parametrize(("part", "fault"), BROKEN)
def test_what_is_not_valid_is_told(part: str, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        checked(200, "/proef", PAGE.format(part), HEADERS)
