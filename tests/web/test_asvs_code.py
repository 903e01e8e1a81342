"""What must hold of all code, seen by reading it: the items of docs/asvs.md that no single request can show."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import signals
from signals.web import static_files, templating
from signals.web.routes import MENU, all_pages
from signals.web.signin.sessions import TOKEN_BYTES
from signals.web.static_files import StaticFiles
from signals.web.templating import Addresses, Templates

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUSE: Final = Path(signals.__file__).parent
CODE: Final = {
    str(path.relative_to(HOUSE)): ast.parse(path.read_text("utf-8"))
    for path in sorted(HOUSE.rglob("*.py"))
    if "simulation" not in path.parts
}
WEB: Final = {name: tree for name, tree in CODE.items() if name.startswith("web/")}
TEMPLATES: Final = {
    str(path.relative_to(templating.FOLDER)): path.read_text("utf-8")
    for path in sorted(templating.FOLDER.rglob("*.html"))
}
SCRIPTS: Final = {path.name: path.read_text("utf-8") for path in sorted(static_files.FOLDER.glob("*.js"))}

# What runs, unpacks or interprets what it is given, and what talks in a language that can be injected into.
NEVER_IMPORTED: Final = {
    *("code", "codeop", "dill", "jinja2.sandbox", "joblib", "marshal", "pickle", "runpy", "shelve"),
    *("defusedxml", "lxml", "plistlib", "xml", "xmlrpc", "yaml"),
    *("ldap", "ldap3", "memcache", "pymemcache", "redis", "imaplib", "poplib", "smtplib", "ftplib", "telnetlib"),
    *("ctypes", "cffi"),
}
NEVER_CALLED: Final = {"eval", "exec", "compile", "__import__", "execfile", "Markup"}
# "bsn-not-allowed" is the name of a refusal, which is told in words.
NUMBER: Final = re.compile(r"\bbsn\b(?!-| niet| in het bericht| sturen)", re.IGNORECASE)
# Which part may speak with which other machine; every other module cannot.
SPEAKERS: Final = {
    "aiokafka": {"consumers/batches.py"},
    "authlib.integrations.httpx_client": {"web/signin/provider.py"},
    "faust": {"consumers/batches.py", "consumers/worker.py"},
    "http.client": {"commands/up.py"},  # asks its own pages on loopback whether they are ready
    # visits: travel times, of the one server that SIGNALS_ROUTING_URL names, over https or on loopback
    "httpx": {"web/signin/provider.py", "web/signin/patience.py", "outreach/visits/travel.py"},
    "requests": set[str](),
    "urllib.request": set[str](),
    "urllib3": set[str](),
}


def imported(tree: ast.AST) -> set[str]:
    """Every module that is imported anywhere in it, with the packages it stands in."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {".".join(name.split(".")[: n + 1]) for name in names for n in range(name.count(".") + 1)}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with what is called, as it is written: "os.system"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def importers(module: str) -> set[str]:
    return {name for name, tree in CODE.items() if module in imported(tree)}


def test_the_code_is_there_to_be_read() -> None:
    assert len(CODE) > 100
    assert {"web/guard.py", "store/database.py", "cli.py"} <= CODE.keys()
    assert len(TEMPLATES) > 15
    assert list(SCRIPTS) == ["desk.js", "door.js"]


def test_nothing_runs_unpacks_or_parses_what_it_should_not() -> None:
    assert {name: found for name, tree in CODE.items() if (found := imported(tree) & NEVER_IMPORTED)} == {}
    called = {name: {one for one, _ in calls(tree)} & NEVER_CALLED for name, tree in CODE.items()}
    assert {name: found for name, found in called.items() if found} == {}


def test_other_programs_are_ours_and_started_without_a_shell() -> None:
    """Only `signals up` starts programs: its embedded services, and our own command; the pages start none."""
    assert importers("subprocess") == {"commands/up_history.py", "embedded/children.py", "embedded/postgres.py"}
    started = [(name, call) for name, tree in CODE.items() for name_, call in calls(tree) if "subprocess." in name_]
    assert started
    assert not [name for name, call in started if any(word.arg == "shell" for word in call.keywords)]
    of_os = {one for tree in CODE.values() for one, _ in calls(tree) if one.startswith("os.")}
    assert not {one for one in of_os if re.match(r"os\.(system|popen|exec|spawn|startfile)", one)}


def test_only_these_parts_speak_with_other_machines() -> None:
    assert {module: importers(module) - allowed for module, allowed in SPEAKERS.items()} == {
        module: set() for module in SPEAKERS
    }
    rooms = {name.partition("/")[0] for name in importers("kafka")}
    assert rooms <= {"consumers", "commands", "embedded", "reports"}
    assert not [name for name in WEB if imported(WEB[name]) & {"kafka", "aiokafka", "psycopg.connect", "ssl"}]


def test_no_certificate_is_taken_unseen_and_no_redirect_followed() -> None:
    for name, tree in CODE.items():
        for _, call in calls(tree):
            words = {word.arg: ast.unparse(word.value) for word in call.keywords if word.arg}
            assert words.get("verify", "True") == "True", name
            assert words.get("follow_redirects", "False") == "False", name
            assert words.get("check_hostname", "True") == "True", name
        text = ast.unparse(tree)
        assert "_create_unverified_context" not in text, name
        assert "CERT_NONE" not in text, name


def test_hashes_are_long_and_whole() -> None:
    """SHA-256 and BLAKE2b; MD5 only compares texts that are all our own, where nobody gains by two that agree."""
    used: dict[str, set[str]] = defaultdict(set)
    for name, tree in CODE.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "hashlib":
                used[node.attr].add(name)
            if isinstance(node, ast.ImportFrom) and node.module == "hashlib":
                for alias in node.names:
                    used[alias.name].add(name)
    assert used.keys() == {"sha256", "blake2b", "md5"}
    assert used["md5"] == {"reports/outgoing.py"}
    text = (HOUSE / "reports" / "outgoing.py").read_text("utf-8")
    assert text.count("md5(body, usedforsecurity=False)") == len(re.findall(r"(?<!decode\()\bmd5\(", text))


def test_what_must_not_be_guessed_is_random_enough() -> None:
    """`random` spreads retries over time and searches a round; everything secret comes from the system's generator."""
    assert importers("random") == {"consumers/reading.py", "consumers/relay.py", "outreach/visits/improve.py"}
    assert importers("uuid") == {"outreach/messages.py"}  # an event's id has to be new, not secret
    assert TOKEN_BYTES >= 16
    sizes = [
        (name, node)
        for name, tree in WEB.items()
        for called, node in calls(tree)
        if called in {"secrets.token_urlsafe", "secrets.token_bytes", "secrets.token_hex"}
    ]
    assert len(sizes) >= 6
    for name, node in sizes:
        size = ast.unparse(node.args[0])
        assert size == "TOKEN_BYTES" or int(size) >= 16, f"{name}: {size} bytes"


def test_a_template_escapes_all_that_it_is_given() -> None:
    templates = Templates(Addresses(all_pages()), StaticFiles(), MENU)
    assert all(environment.autoescape is True for environment in templates._environments.values())
    assert len(TEMPLATES) > 20
    for name, text in TEMPLATES.items():
        for word in (r"\|\s*safe\b", "autoescape", "Markup", r"\|\s*tojson"):
            assert not re.search(word, text), f"{name}: {word}"
        assert not re.search(r"=\s*\{\{", text), f"{name}: a value without quotes around it"


def test_no_template_writes_into_a_script_or_a_style() -> None:
    for name, text in TEMPLATES.items():
        for tag, inside in re.findall(r"<(script|style)\b[^>]*>(.*?)</\1>", text, re.DOTALL):
            assert not inside.strip(), f"{name}: <{tag}>"
        assert not re.search(r"\s(on\w+|style|srcdoc)=", text), name


def test_the_scripts_make_no_markup_and_one_alone_keeps_and_sends_what_was_typed() -> None:
    """That of a round, where the connection is bad: to our own address (the policy of the pages), until it is taken.

    The script of all pages says that something waits to be sent, by the names under which it is kept.
    """
    banned = (
        *(r"\b(inner|outer)HTML\b", r"\binsertAdjacentHTML\b", r"\bdocument\.write", r"\beval\b", r"\bFunction\b"),
        *(r"\b(local|session)Storage\b", r"\bindexedDB\b", r"\bdocument\.cookie\b", r"\bcaches\b"),
        *(r"\bpostMessage\b", r"""["']message["']""", r"\bfetch\b", r"\bXMLHttpRequest\b", r"\bsendBeacon\b"),
        *(r"\bWebSocket\b", r"\bimport\b", r"__proto__", r"\bprototype\b", r"\bconstructor\b", r"\bObject\.assign\b"),
        *(r"\bserviceWorker\b", r"\bset(Timeout|Interval)\(\s*[\"']", r"\bwith\s*\("),
    )
    storage = r"\b(local|session)Storage\b"
    may = {"door.js": {storage, r"\bfetch\b"}, "desk.js": {storage}}
    for name, text in SCRIPTS.items():
        code = re.sub(r"//.*", "", text)
        assert code.lstrip().startswith('"use strict";'), name
        assert {word for word in banned if re.search(word, code)} == may.get(name, set()), name
    assert "sessionStorage" not in SCRIPTS["desk.js"] + SCRIPTS["door.js"]
    assert SCRIPTS["desk.js"].count("localStorage") == SCRIPTS["desk.js"].count("Object.keys(localStorage)") == 1


def test_pages_ask_the_database_through_the_rooms_below_and_read_no_bsn() -> None:
    """The statements stand where they are tried; whoever works a case needs no citizen service number."""
    assert not [name for name, tree in WEB.items() for one, _ in calls(tree) if one.endswith(".execute")]
    shown = {name: tree for name, tree in CODE.items() if name.startswith(("web/", "outreach/work", "outreach/search"))}
    assert not [name for name, tree in shown.items() if NUMBER.search(ast.unparse(tree))]
    assert not [name for name, text in TEMPLATES.items() if NUMBER.search(text)]


def test_patterns_are_our_own() -> None:
    """No text from outside becomes one: these are made of a package's telephone numbers and of tables of ours."""
    made = {"compile", "search", "match", "fullmatch", "sub", "split", "findall", "finditer"}
    others = []
    for name, tree in CODE.items():
        for called, node in calls(tree):
            if called in {f"re.{one}" for one in made} and not isinstance(node.args[0], ast.Constant):
                others.append(name)
    assert others == ["commands/partnersfile.py", "households/personal.py", "policies/__init__.py"]


def test_the_pages_log_kinds_and_places_never_what_was_sent() -> None:
    """Nor can a line of the log be made by who sends something: no text of a request is in it."""
    asked = {"form", "query", "cookies", "headers", "path_params", "visitor", "user", "body", "request"}
    logged = [(name, node) for name, tree in WEB.items() for one, node in calls(tree) if one.startswith("log.")]
    assert len(logged) >= 4
    for name, node in logged:
        words = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
        words |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        assert not words & asked, f"{name}:{node.lineno}"
        assert not any(word.arg == "exc_info" for word in node.keywords), f"{name}:{node.lineno}"
        assert not ast.unparse(node.func).endswith(".exception"), f"{name}:{node.lineno}"


def test_the_log_goes_to_standard_error_and_nowhere_else() -> None:
    for name, tree in CODE.items():
        assert "logging.handlers" not in imported(tree), name
        made = {one for one, _ in calls(tree) if one.endswith("Handler") and "signal" not in one}
        assert made <= ({"logging.StreamHandler"} if name == "commands/loglines.py" else set()), name


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("import xml.etree.ElementTree", {"xml"}),
        ("from lxml import etree", {"lxml"}),
        ("def f():\n    from yaml import load", {"yaml"}),
        ("import json", set()),
    ],
)
def test_an_import_would_be_seen(source: str, caught: set[str]) -> None:
    assert imported(ast.parse(source)) & NEVER_IMPORTED == caught
