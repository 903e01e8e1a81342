"""Every command of borders.md section 7: there, with its options, and with words instead of a traceback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from signals.policies import shipped
from tests.walk.events import Sender, write_lines
from tests.walk.terminal import Said, typed

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = "127.0.0.1:1"  # nobody listens on this port
COMMANDS = {
    "up": "--empty --port",
    "run": "--partners --policy --json",
    "summary": "--json",
    "worker": "",
    "web": "",
    "relay": "",
    "db upgrade": "",
    "topics apply": "",
    "topics paused": "--json",
    "topics resume": "TOPIC --json",
    "policy check": "",
    "policy load": "",
    "policy list": "",
    "partners add": "--sector --source --municipality --bsn --ddas-type",
    "partners list": "",
    "partners check": "",
    "caseload import": "",
    "exclusions import": "",
    "publish": "--partner",
    "queue": "letters|visits|review --municipality --json",
    "release": "CASE",
    "case": "--json",
    "quarantine list": "",
    "quarantine show": "",
    "quarantine replay": "",
    "simulate": "--municipality --inhabitants --start --months --seed --events --truth --preset --shock --bad"
    " --duplicates --policies --caseload --addresses --steady",
    "reconcile": "--json",
    "sessions end": "--all",
    "visits solve": "--json",
    "addresses import": "--skip-faulty",
    "visits plan": "--municipality --day --part --start --pair --minutes --per-visit --max --area --team"
    " --urgent-within --json",
    "visits show": "LIST --json",
    "visits release": "LIST --json",
    "visits record": "STOP RESULT --note --key --json",
    "letters preview": "CASE --municipality --language --json",
    "letters release": "CASE --municipality --waiting --language --json",
    "letters run": "--out --run --municipality --json",
    "letters posted": "RUN --on --municipality --json",
    "letters returned": "NUMBER --reason --json",
    "letters cancel": "RUN --json",
}
WRONG_USE = (
    "no-such-command",
    "policy",
    "queue",
    "queue letter --json",
    "queue letters --no-such-option",
    "release",
    "release one",
    "release 1 1.5 ٣",
    "case",
    "case HC-1",
    "case -- -1",
    "publish none.jsonl",
    "partners add ab --sector gas --source urn:x",
    "partners add AB --sector housing --source urn:x",
    "partners add ab --sector housing",
    "quarantine show first",
    "sessions end",
    "sessions end somebody --all",
    "topics resume",
    "topics pause arrears.housing.welbions",
    "quarantine replay",
    "quarantine replay 1 --all",
    "up --port 0",
    "up --port 70000",
    "simulate --months 0 --events e --truth t",
    "simulate --preset none",
    "policy check none.toml",
    "partners check none.toml",
    "caseload import none.csv",
    "addresses import none.csv",
    "visits plan --municipality 0141 --part morning --start 1,2",
    "visits show first",
    "visits release first",
    "visits record first spoken",
    "visits record 1 vanished",
    "visits solve none.json",
    "letters preview one",
    "letters preview --language de",
    "letters release 1 --language de",
    "letters run",
    "letters posted first",
    "letters posted --on tomorrow",
    "letters returned 1",
    "letters returned 1 --reason lost",
    "letters cancel",
)
AT_THE_DATABASE = (
    "summary --json",
    "queue letters",
    "queue visits --json",
    "release 1",
    "case 1",
    "visits show",
    "visits release 1",
    "visits record 1 spoken",
    "quarantine list",
    "quarantine show 1",
    "quarantine replay --all",
    "topics paused --json",
    "topics resume arrears.housing.welbions",
    "sessions end --all",
    "letters preview --json",
    "letters release 1",
    "letters run --out letters",
    "letters posted",
    "letters returned 1 --reason moved",
    "letters cancel 1",
    "policy list",
    "policy load",
    "partners list",
    "partners add ab --sector housing --source urn:x",
)
AT_THE_BROKER = ("reconcile", "topics apply", "publish events.jsonl --partner welbions")


def in_words(said: Said, code: int) -> bool:
    """Whether a command ended with `code`, told so on stderr in words, and printed nothing else."""
    return said.code == code and said.out == "" and said.err != "" and "Traceback" not in said.err


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in a folder where services may run."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_is_there_with_its_options(words: str) -> None:
    said = typed(*words.split(), "--help")
    assert said.code == 0
    assert not [option for option in COMMANDS[words].split() if option not in said.out]


@pytest.mark.parametrize("words", WRONG_USE)
def test_wrong_use_ends_with_two_and_words(words: str, tmp_path: Path) -> None:
    faraway = {"SIGNALS_DATABASE_URL": f"postgresql://{NOBODY}/x", "SIGNALS_KAFKA_BOOTSTRAP": NOBODY}
    said = typed(*words.split(), settings={**faraway, "SIGNALS_FOLDER": str(tmp_path / "none")})
    assert said.code == 2
    assert said.err + said.out
    assert "Traceback" not in said.err


@pytest.mark.parametrize("words", [*AT_THE_DATABASE, *AT_THE_BROKER])
def test_without_services_it_says_what_to_set(words: str) -> None:
    said = typed(*words.split())
    assert in_words(said, 2)
    assert "SIGNALS_DATABASE_URL" in said.err
    assert "signals up" in said.err


@pytest.mark.parametrize("words", AT_THE_DATABASE)
def test_a_database_that_is_away_is_told_without_its_password(words: str) -> None:
    said = typed(*words.split(), settings={"SIGNALS_DATABASE_URL": f"postgresql://u:pass-word@{NOBODY}/x"})
    assert in_words(said, 1)
    assert "the database cannot be used" in said.err
    assert "SIGNALS_DATABASE_URL" in said.err
    assert "pass-word" not in said.err


@pytest.mark.database
@pytest.mark.parametrize("words", AT_THE_DATABASE)
def test_a_database_without_tables_is_told_with_the_mend(words: str, empty_database: str) -> None:
    said = typed(*words.split(), settings={"SIGNALS_DATABASE_URL": empty_database})
    assert in_words(said, 1)
    assert "signals db upgrade" in said.err


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:pass-word@host/x", "postgresql://u:pass-word@host:port/x"])
def test_a_url_that_is_none_is_wrong_use(url: str) -> None:
    said = typed("queue", "letters", settings={"SIGNALS_DATABASE_URL": url})
    assert in_words(said, 2) or in_words(said, 1)
    assert "SIGNALS_DATABASE_URL" in said.err
    assert "pass-word" not in said.err


def test_all_faults_of_the_settings_are_told_at_once() -> None:
    wrong = {"SIGNALS_DATABASE_URL": "nonsense", "SIGNALS_KAFKA_BOOTSTRAP": "nowhere", "SIGNALS_BATCH_SIZE": "none"}
    said = typed("worker", settings=wrong)
    assert in_words(said, 2)
    assert all(name in said.err for name in wrong)


@pytest.mark.database
@pytest.mark.parametrize("words", ["topics apply", "reconcile --json", "publish events.jsonl --partner welbions"])
def test_a_broker_that_is_away_is_told(words: str, database: str, tmp_path: Path) -> None:
    sender = Sender("welbions", "housing")
    write_lines(tmp_path / "events.jsonl", [sender.report("HC-1")])
    settings = {"SIGNALS_DATABASE_URL": database, "SIGNALS_KAFKA_BOOTSTRAP": NOBODY}
    typed("partners", "add", sender.id, "--sector", sender.sector, "--source", sender.source, settings=settings)
    said = typed(*words.split(), settings=settings)
    assert in_words(said, 1)
    assert NOBODY in said.err


@pytest.mark.database
def test_one_service_alone_is_asked_for_the_other_by_name(database: str) -> None:
    broker_alone = typed("queue", "letters", settings={"SIGNALS_KAFKA_BOOTSTRAP": NOBODY})
    assert in_words(broker_alone, 2)
    assert "SIGNALS_DATABASE_URL is not set" in broker_alone.err
    database_alone = typed("reconcile", settings={"SIGNALS_DATABASE_URL": database})
    assert in_words(database_alone, 2)
    assert "SIGNALS_KAFKA_BOOTSTRAP is not set" in database_alone.err


def test_policy_check_tells_all_faults_of_all_files(tmp_path: Path) -> None:
    good = next(body for body in shipped().values() if '"0141"' in body)
    changes = {'"month"': '"year"', "repeat_window_days = 92": "repeat_window_days = -1", '"50.00"': '"fifty"'}
    bad = good
    for old, new in changes.items():
        bad = bad.replace(old, new)
    for name, body in (("good", good), ("bad", bad), ("worse", "municipality = ")):
        (tmp_path / f"{name}.toml").write_text(body, encoding="utf-8")
    said = typed("policy", "check", "good.toml", "bad.toml", "worse.toml")
    assert in_words(said, 2)
    assert all(f"bad.toml: {key}" in said.err for key in ("period", "repeat_window_days", "threshold.water"))
    assert "worse.toml" in said.err
    fine = typed("policy", "check", "good.toml")
    assert (fine.code, fine.out) == (0, "0141 Almelo from 2020-01-01: no faults\n")


def test_a_second_version_of_the_same_day_is_named_by_its_own_file(tmp_path: Path) -> None:
    good = next(body for body in shipped().values() if '"0141"' in body)
    for name, body in (("faulty", "municipality = "), ("first", good), ("second", good)):
        (tmp_path / f"{name}.toml").write_text(body, encoding="utf-8")
    said = typed("policy", "check", "faulty.toml", "first.toml", "second.toml")
    assert in_words(said, 2)
    assert "second.toml: a second policy for 0141" in said.err


def test_partners_add_tells_all_faults_at_once() -> None:
    words = ("partners", "add", "A_B", "--sector", "gas", "--source", "", "--municipality", "14", "--ddas-type", "Gas")
    said = typed(*words, settings={"SIGNALS_DATABASE_URL": f"postgresql://{NOBODY}/x"})
    assert in_words(said, 2)
    assert all(name in said.err for name in ("ID", "--sector", "--source", "--municipality", "--ddas-type", "5 faults"))


def test_partners_check_tells_all_faults_at_once(tmp_path: Path) -> None:
    file = tmp_path / "partners.toml"
    file.write_text('[[partner]]\nid = "A"\nsector = "gas"\n[[partner]]\nid = "ab"\n', encoding="utf-8")
    said = typed("partners", "check", file)
    assert in_words(said, 2)
    assert all(text in said.err for text in (str(file), "partner 1: id", "partner 1: sector", "partner 2: sources"))


@pytest.mark.database
def test_an_upgrade_makes_the_tables_and_a_second_one_changes_nothing(empty_database: str) -> None:
    settings = {"SIGNALS_DATABASE_URL": empty_database}
    for _ in range(2):
        assert typed("db", "upgrade", settings=settings).code == 0
    assert typed("summary", "--json", settings=settings).document["published"] == 0


def test_simulate_writes_the_same_town_for_the_same_seed(tmp_path: Path) -> None:
    town = ("simulate", "--municipality", "0141", "--inhabitants", 2000, "--start", "2026-01", "--months", 1)
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        files = ("--events", tmp_path / f"{name}.jsonl", "--truth", tmp_path / f"{name}.truth")
        assert typed(*town, "--seed", seed, *files).code == 0
    written = {name: (tmp_path / f"{name}.jsonl").read_bytes() for name in ("one", "again", "other")}
    assert written["one"] == written["again"] != written["other"]
    assert all({"topic", "key", "value"} <= json.loads(line).keys() for line in written["one"].splitlines())


@pytest.mark.database
def test_partners_list_shows_what_became_of_what_each_sent(database: str) -> None:
    settings = {"SIGNALS_DATABASE_URL": database}
    sender = Sender("newcomer", "water")
    typed("partners", "add", sender.id, "--sector", sender.sector, "--source", sender.source, settings=settings)
    said = typed("partners", "list", "--json", settings=settings)
    (row,) = [one for one in json.loads(said.out)["partners"] if one["id"] == sender.id]
    assert row == {
        "id": "newcomer",
        "sector": "water",
        "last_signal": None,
        "stored": 0,
        "duplicates": 0,
        "id_reused": 0,
        "quarantined": 0,
        "sources": [sender.source],
        "municipalities": None,
        "bsn": False,
        "ddas_type": None,
    }
    assert "id_reused" in typed("partners", "list", settings=settings).out
