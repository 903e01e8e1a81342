"""Which commands are there, and with what code does each end? (borders.md section 7)

0 done, 1 a negative answer, 2 wrong use, 3 intake stopped by its own limits. A document asked for with --json is the
only thing on stdout. What a command does stands in `signals.commands`, imported when it is asked for.
"""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Annotated

import typer

from signals.commands import addresses, letters, score, sessions, topics, visits_print
from signals.commands.options import AsJson, Municipality
from signals.errors import SignalsError, WrongUseError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
db = typer.Typer(no_args_is_help=True, help="The tables.")
policy = typer.Typer(no_args_is_help=True, help="The municipalities' policies.")
partners = typer.Typer(no_args_is_help=True, help="Who may signal.")
caseload = typer.Typer(no_args_is_help=True, help="Who is already in debt help.")
exclusions = typer.Typer(no_args_is_help=True, help="Who is not to be approached.")
quarantine = typer.Typer(no_args_is_help=True, help="What was refused, and taking it in after a mend.")
for name, group in {
    "db": db,
    "topics": topics.group,
    "policy": policy,
    "partners": partners,
    "caseload": caseload,
    "exclusions": exclusions,
    "quarantine": quarantine,
    "sessions": sessions.group,
    "letters": letters.group,
    "visits": visits_print.group,
    "addresses": addresses.group,
    "score": score.group,
}.items():
    app.add_typer(group, name=name)


@app.command()
def up(
    *,
    empty: Annotated[bool, typer.Option("--empty", help="without the simulated month")] = False,
    history: Annotated[bool, typer.Option("--history", help="a year before it, and a score that learned")] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="of the web page")] = None,
) -> None:
    """The whole service on this machine, with a simulated month at Almelo; until Ctrl-C."""
    from signals.commands.up import up as start

    start(empty=empty, port=port, history=history)


@app.command()
def run(
    files: Annotated[list[Path], typer.Argument(help="lines of events; - is standard input")],
    partners_file: Annotated[Path | None, typer.Option("--partners", help="partners.toml")] = None,
    policies: Annotated[
        list[Path] | None, typer.Option("--policy", help="file or folder; replaces the shipped ones")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """What would become of these events: publish, take in, print the summary, on fresh services."""
    from signals.commands import show
    from signals.commands.run import run as run_files

    document = run_files(files, partners_file, policies or [])
    if as_json:
        show.print_json(document)
    else:
        show.summary_tables(document)


@app.command()
def summary(*, as_json: AsJson = False) -> None:
    """The same document, of the services this is connected to."""
    from signals.commands.cases import print_summary
    from signals.commands.connection import settings_here

    print_summary(settings_here(), as_json=as_json)


@app.command()
def worker() -> None:
    """Take events in from the broker, until SIGTERM."""
    from signals.commands import services
    from signals.commands.connection import settings_here
    from signals.commands.loglines import log_to_stderr

    log_to_stderr()
    raise typer.Exit(services.work(settings_here()))


@app.command()
def relay() -> None:
    """Publish cases and feedback from the outbox, until SIGTERM."""
    from signals.commands import services
    from signals.commands.connection import settings_here
    from signals.commands.loglines import log_to_stderr

    log_to_stderr()
    raise typer.Exit(services.relay_until_stopped(settings_here()))


@app.command()
def web(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one")] = 8080,
) -> None:
    """The workbench, /metrics, /health/live and /health/ready, until SIGTERM."""
    from signals.commands import show
    from signals.commands import web as page
    from signals.commands.connection import settings_here
    from signals.commands.loglines import log_to_stderr

    log_to_stderr()
    page.serve_web(settings_here(), host, port, lambda real: show.note(f"listening on http://{host}:{real}/"))


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables to the newest version; a second time changes nothing."""
    from signals.commands import show
    from signals.commands.connection import database_errors, settings_here
    from signals.store.migrate import upgrade

    settings = settings_here()
    with database_errors():
        upgrade(settings.ddl_database)
    show.note("the tables are up to date")


@policy.command("check")
def policy_check(files: Annotated[list[Path], typer.Argument()]) -> None:
    """Every fault in these policy files at once."""
    from signals.commands import show
    from signals.commands.registers import read_policies

    for one in read_policies(files):
        show.line(f"{one.municipality} {one.name} from {one.valid_from}: no faults")


@policy.command("load")
def policy_load(
    files: Annotated[list[Path] | None, typer.Argument(help="default: the shipped ones")] = None,
) -> None:
    """Load policy versions."""
    from signals.commands import show
    from signals.commands.connection import settings_here
    from signals.commands.registers import load_policy_files

    for text in load_policy_files(settings_here(), files or []):
        show.line(text)


@policy.command("list")
def policy_list(*, as_json: AsJson = False) -> None:
    """All loaded versions."""
    from signals.commands import show
    from signals.commands.connection import settings_here
    from signals.commands.registers import policies_here

    rows = [(p.municipality, p.name, p.valid_from.isoformat(), p.id) for p in policies_here(settings_here())]
    show.listing("policies", ("municipality", "name", "valid_from", "version"), rows, as_json=as_json)


@partners.command("add")
def partners_add(
    partner: Annotated[str, typer.Argument(metavar="ID", help="as in the topic's name")],
    sector: Annotated[str, typer.Option(help="housing, energy, water, health or other")],
    source: Annotated[list[str], typer.Option(help="a CloudEvents source it may use; may be repeated")],
    municipality: Annotated[list[str] | None, typer.Option(help="may be repeated; default all")] = None,
    ddas_type: Annotated[str | None, typer.Option(help="DDAS partner type")] = None,
    *,
    bsn: Annotated[bool, typer.Option("--bsn", help="may send a BSN")] = False,
) -> None:
    """Register a partner, or change what it may send."""
    from signals.commands import show
    from signals.commands.connection import settings_here
    from signals.commands.registers import add_partners, partner_from

    one = partner_from(partner, sector, source, municipality or [], bsn=bsn, ddas_type=ddas_type)
    changed = add_partners(settings_here(), [one])
    show.line(f"{partner}: registered" if changed else f"{partner}: was registered so already")
    show.note("next: `signals topics apply` makes its topics")


@partners.command("list")
def partners_list(*, as_json: AsJson = False) -> None:
    """All registered partners, and what became of what they sent."""
    from signals.commands import show
    from signals.commands.connection import settings_here
    from signals.commands.registers import PARTNER_COLUMNS, partner_rows

    show.listing("partners", PARTNER_COLUMNS, partner_rows(settings_here()), as_json=as_json)


@partners.command("check")
def partners_check(file: Path) -> None:
    """Every fault in a partners.toml at once."""
    from signals.commands import show
    from signals.commands.registers import check_partners

    show.line(f"{file}: {len(check_partners(file))} partners, no faults")


@partners.command("load")
def partners_load(file: Path) -> None:
    """Register all partners of a partners.toml."""
    from signals.commands import show
    from signals.commands.connection import settings_here
    from signals.commands.registers import add_partners, check_partners

    changed = add_partners(settings_here(), check_partners(file))
    show.line(f"{len(changed)} new or changed: {', '.join(changed) or 'none'}")
    show.note("next: `signals topics apply` makes their topics")


@caseload.command("import")
def caseload_import(file: Path, *, municipality: Municipality = None) -> None:
    """Replace a municipality's list of people in debt help by a CSV file; counts for signals from now on."""
    _import("caseload", file, municipality)


@exclusions.command("import")
def exclusions_import(file: Path, *, municipality: Municipality = None) -> None:
    """Replace a municipality's exclusion list by a CSV file; counts for signals from now on."""
    _import("exclusions", file, municipality)


def _import(kind: str, file: Path, municipality: str | None) -> None:
    from signals.commands import show
    from signals.commands.connection import settings_here
    from signals.commands.registers import import_list

    show.line(f"{kind}: {import_list(settings_here(), kind, file, municipality)} rows")


@app.command()
def publish(file: Path, partner: Annotated[str, typer.Option(help="id of a registered partner")]) -> None:
    """Publish a partner's events: JSON Lines, or CSV with a header."""
    from signals.commands import show
    from signals.commands.connection import settings_here
    from signals.commands.registers import publish_file

    count, topic = publish_file(settings_here(), file, partner)
    show.line(f"{count} events published on {topic}")


@app.command()
def queue(
    name: Annotated[str, typer.Argument(metavar="letters|visits|review")],
    *,
    municipality: Municipality = None,
    as_json: AsJson = False,
) -> None:
    """The cases that wait, most urgent first, with the reason beside them."""
    from signals.commands.cases import print_queue
    from signals.commands.connection import settings_here
    from signals.outreach.queues import QUEUES

    if name not in QUEUES:
        raise WrongUseError(f"there is no queue {name!r}; there are {', '.join(QUEUES)}")
    print_queue(settings_here(), name, municipality, as_json=as_json)


@app.command()
def release(
    cases: Annotated[list[str], typer.Argument(metavar="CASE...")],
    *,
    reviewed: Annotated[bool, typer.Option("--reviewed", help="also what is held for review")] = False,
) -> None:
    """Let these cases go out: all of them, or none."""
    from signals.commands.cases import release_cases
    from signals.commands.connection import settings_here

    release_cases(settings_here(), cases, reviewed=reviewed)


@app.command()
def case(number: Annotated[str, typer.Argument(metavar="ID")], *, as_json: AsJson = False) -> None:
    """One case: signals, flags, score with its explanation, deadlines, history."""
    from signals.commands.cases import print_case
    from signals.commands.connection import settings_here

    print_case(settings_here(), number, as_json=as_json)


@quarantine.command("list")
def quarantine_list(
    *,
    partner: Annotated[str | None, typer.Option(help="only of this partner")] = None,
    code: Annotated[str | None, typer.Option(help="only with this code")] = None,
    as_json: AsJson = False,
) -> None:
    """What is still in quarantine, oldest first."""
    from signals.commands.connection import settings_here
    from signals.commands.quarantine import print_list

    print_list(settings_here(), partner, code, as_json=as_json)


@quarantine.command("show")
def quarantine_show(
    number: Annotated[int, typer.Argument(metavar="NR")],
    *,
    original: Annotated[bool, typer.Option("--original", help="also the bytes as sent; this is logged")] = False,
    as_json: AsJson = False,
) -> None:
    """One record: its code, and in words what to mend."""
    from signals.commands.connection import settings_here
    from signals.commands.quarantine import print_one

    print_one(settings_here(), number, original=original, as_json=as_json)


@quarantine.command("replay")
def quarantine_replay(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="NR...")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="all that is still there")] = False,
) -> None:
    """Take records in anew after a mend; doubles nothing. Ends with 1 when one stays in quarantine."""
    from signals.commands.connection import settings_here
    from signals.commands.quarantine import replay

    if bool(numbers) == everything:
        raise WrongUseError("name the rows to replay, or --all")
    if not replay(settings_here(), numbers or [], everything=everything):
        raise typer.Exit(1)


@app.command()
def simulate(
    events: Annotated[Path | None, typer.Option(help="file of events; - is standard output")] = None,
    truth: Annotated[Path | None, typer.Option(help="file of what is behind them")] = None,
    municipality: Annotated[str | None, typer.Option(help="its code  [default: 0141]")] = None,
    inhabitants: Annotated[int | None, typer.Option(min=1, help="[default: as many as it has]")] = None,
    start: Annotated[str, typer.Option(help="first month, such as 2026-01")] = "2026-01",
    months: Annotated[int | None, typer.Option(min=1, help="[default: 1, or those of the preset]")] = None,
    seed: Annotated[int, typer.Option(help="another seed is another town")] = 1,
    preset: Annotated[str | None, typer.Option(help="almelo-month, almelo-year, province-year, national-month")] = None,
    shocks: Annotated[list[str] | None, typer.Option("--shock", help="dearer bills, as energy:2026-09:40")] = None,
    unequal: Annotated[list[str] | None, typer.Option(help="tell less of a group, as origin=polish:60")] = None,
    bad: Annotated[float, typer.Option(min=0, max=1, help="share of events with a fault")] = 0.012,
    duplicates: Annotated[float, typer.Option(min=0, max=1, help="share of events sent twice")] = 0.01,
    policies: Annotated[Path | None, typer.Option(help="folder for a policy of every town")] = None,
    caseload: Annotated[Path | None, typer.Option(help="file of those already in debt help, as CSV")] = None,
    places: Annotated[Path | None, typer.Option("--addresses", help="file of where all homes lie, as CSV")] = None,
    *,
    steady: Annotated[bool, typer.Option("--steady", help="no partner is ever silent for a month")] = False,
) -> None:
    """Write the events of a made-up town, for `signals run`, and the truth behind them; or print both to read."""
    from signals.commands import show, simulated
    from signals.simulation.simulate import Knobs

    dearer, less = map(simulated.parse_shock, shocks or []), map(simulated.parse_unequal, unequal or [])
    knobs = Knobs(bad, duplicates, tuple(dearer), steady=steady, unequal=tuple(less))
    wish = simulated.Wish(preset, municipality, inhabitants, start, months, seed, knobs)
    show.note(f"{simulated.write(wish, simulated.Places(events, truth, policies, caseload, places))} events")


@app.command()
def reconcile(*, as_json: AsJson = False) -> None:
    """Whether broker and tables agree; ends with 1 when something is missing."""
    from signals.commands.cases import print_reconcile
    from signals.commands.connection import settings_here

    if not print_reconcile(settings_here(), as_json=as_json):
        raise typer.Exit(1)


def main() -> None:
    """The console script: runs a command and turns our errors into a message and an exit code."""
    try:
        app()
    except SignalsError as error:
        print(f"signals: {error}", file=sys.stderr)  # noqa: T201 - the message is for the person at the terminal
        sys.exit(error.exit_code)
    except SystemExit as leaving:
        if isinstance(leaving.__context__, BrokenPipeError):  # `… | head` has seen enough; Typer calls it a failure
            sys.exit(0)
        raise
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        sys.stdout = None  # what is still in its buffer cannot be written either
        print(f"signals: the output cannot be written ({error.strerror}); make room", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
