"""Commands for those who work with cases: open, fire, show, cases, add-document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.calendars.ending import roughly
from engine.cli.screen import Stop, heading, moment, out, out_json, say, say_more, stop_for, table
from engine.cli.shared import (
    After,
    AsJson,
    At,
    By,
    DataFile,
    Expected,
    Key,
    Limit,
    Values,
    actor,
    form,
    instant,
    opened,
    reader,
    settings,
    whole_number,
)
from engine.source.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.case.command import Actor
    from engine.case.refusal import Refusal
    from engine.service import Case, Engine, Report, Task, Timer, Told
    from engine.service.cases.rows import Table

PANEL = "Cases"
CaseNumber = Annotated[int, typer.Argument(metavar="CASE", parser=whole_number(1), help="The number of the case.")]
ProcessName = Annotated[str, typer.Option("--process", "-p", help="Which process; the only one if left out.")]


def open_(
    values: Values = None,
    state: Annotated[str, typer.Option("--in", metavar="STATE", help="Where it begins; else the default.")] = "",
    process: ProcessName = "",
    by: By = "",
    at: At = "",
    data: DataFile = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Begin a case.

    [bold]Examples[/bold]

      casework open --by school:school@Hilltop --in panel key_stage=KS3 consent=yes

      casework open --by coordinator --data referral.yaml
    """
    with opened() as engine:
        name = process or only_process(engine)
        result = engine.open_case(
            name, actor(by), form(values, data), state=state or None, at=instant(at), idempotency_key=key or None
        )
        print_changed(result, as_json)


def only_process(engine: Engine) -> str:
    """The one process that is published.

    Raises:
        Stop: there are none or several.
    """
    names = list(engine.processes())
    if len(names) != 1:
        known = f"Published: {', '.join(names)}." if names else "None is published yet: casework publish FILE."
        raise Stop(f"Say which process: --process NAME. {known}")
    return names[0]


def fire(
    case: CaseNumber,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="What happens, as `casework show` names it.")],
    values: Values = None,
    by: By = "",
    at: At = "",
    data: DataFile = "",
    expected: Expected = None,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Let an event happen in a case.

    [bold]Examples[/bold]

      casework fire 12 offer_programme programme=full_time --by coordinator

      casework fire 12 hold_review --data review.yaml --at "2024-03-01 09:30"
    """
    with opened() as engine:
        result = engine.fire(
            case,
            event,
            actor(by),
            form(values, data),
            at=instant(at),
            expected_version=expected,
            idempotency_key=key or None,
        )
        print_changed(result, as_json)


def add_document(
    case: CaseNumber,
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="What kind of document it is.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to keep.")],
    name: Annotated[str, typer.Option("--name", help="What it is called; the name of the file if left out.")] = "",
    by: By = "",
    at: At = "",
    expected: Expected = None,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Keep a document with a case. The same content is kept once, and never overwritten.

    [bold]Example[/bold]

      casework add-document 12 referral_form ~/Documents/referral.pdf --by school
    """
    from engine.service.cases.words import ANONYMOUS

    called = name or file.name
    try:
        # Open, not read: it may be big, and is looked at on its way into the store.
        content = file.open("rb")
    except OSError as error:
        raise Stop(f"{file} cannot be read: {error.strerror}.") from None
    with content, opened() as engine:
        if engine.is_anonymous(case, actor(by)):
            say(ANONYMOUS)
        result = engine.add_document(
            case,
            document,
            content,
            actor(by),
            name=called,
            at=instant(at),
            expected_version=expected,
            idempotency_key=key or None,
        )
        print_changed(result, as_json)


def print_changed(result: Case | Refusal, as_json: bool) -> None:
    """Say where the case is now, or why nothing happened.

    Raises:
        Stop: it was refused.
    """
    from engine.case.refusal import Refusal
    from engine.service import as_data

    if isinstance(result, Refusal):
        if as_json:
            out_json({"refused": result.as_data()})
        raise stop_for(result)
    if as_json:
        out_json(as_data(result))
        return
    end = f" It has ended: {result.outcome}." if result.ended else ""
    out(f"Case {result.id}: {result.state_title} ({result.state}), version {result.version}.{end}")
    for task in result.to_do:
        due = f", due {roughly(moment(task.due), is_rough=task.roughly)}" if task.due else ""
        late = f" ({task.lateness.lower()})" if task.overdue else ""
        out(f"  to do: {task.title} [{task.task}], {task.role_title}{due}{late}")


def when(task: Task) -> str:
    """When a task is due, and how late it is."""
    said = roughly(moment(task.date), is_rough=task.roughly)
    return f"{said} ({task.lateness.lower()})" if task.overdue else said


def comes(timer: Timer) -> str:
    """When the time of a timer comes."""
    return roughly(moment(timer.due), is_rough=timer.roughly)


def cases(
    process: Annotated[str, typer.Option("--process", "-p", help="Only of this process.")] = "",
    state: Annotated[str, typer.Option("--state", "-s", help="Only in this state, or one inside it.")] = "",
    owner: Annotated[str, typer.Option("--owner", help="Only those that this role has to move on.")] = "",
    organisation: Annotated[str, typer.Option("--organisation", help="Only those of this organisation.")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only with an overdue task, the oldest first.")] = False,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that have not ended.")] = False,
    by: By = "",
    limit: Limit = 50,
    after: After = "",
    as_json: AsJson = False,
) -> None:
    """List cases.

    [bold]Examples[/bold]

      casework cases --state programme --open

      casework cases --owner coordinator --overdue
    """
    from engine.service import as_data

    with opened() as engine:
        page = engine.cases(
            process=process,
            state=state,
            owner=owner,
            organisation=organisation or None,
            overdue=overdue,
            open_only=open_only,
            by=reader(by),
            limit=limit,
            after=after,
        )
    if as_json:
        out_json(as_data(page))
        return
    if not page.items:
        say("No cases.")
        return
    rows = [
        (str(one.id), one.label, one.state_title, one.owner_title, *_next_task(one), one.outcome) for one in page.items
    ]
    table(
        ("case", "name", "state", "owner", "next task", "due", "outcome"),
        rows,
        marked=[one.overdue for one in page.items],
    )
    say_more(page.next)


def _next_task(case: Case) -> tuple[str, str]:
    if not case.to_do:
        return "", ""
    first = case.to_do[0]
    return first.title, roughly(moment(first.date), is_rough=first.roughly)


def show(
    case: CaseNumber,
    by: By = "",
    limit: Annotated[
        int,
        typer.Option("--limit", parser=whole_number(1, 1000), help="How many entries of the history, the latest."),
    ] = 50,
    every: Annotated[bool, typer.Option("--all", help="The whole history, however long it is.")] = False,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", metavar="KIND", help="Only these steps: people, documents, tasks, by_itself, corrections."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a case: state, data, what may be done next and what is missing for it, tasks, timers, history.

    The history says what was answered at each step. Of a long one the latest entries; how many came before is said.

    [bold]Examples[/bold]

      casework show 12 --by coordinator

      casework show 12 --all --json

      casework show 12 --kind documents --kind corrections
    """
    from engine.service import as_data

    who = reader(by)
    with opened() as engine:
        report = engine.report(case, who, latest=None if every else limit, kinds=kind or ())
    if as_json:
        out_json(as_data(report))
    else:
        _print_report(report, who)
    if report.earlier:
        entries = counted(report.earlier, "earlier entry of the history is", "earlier entries of the history are")
        say(f"{entries} not shown: --all, or --limit NUMBER for more of them.")


def _print_report(report: Report, who: Actor) -> None:
    from engine.cli.links import print_links

    _print_case(report)
    for one in report.tables:
        _print_rows(one)
    _print_possible(report, known=not who.is_engine)
    _print_documents(report.case)
    _print_times(report.case)
    print_links(report.links)
    whole = report.earlier + len(report.history)
    heading(f"\nHistory (the latest {len(report.history)} of {whole})" if report.earlier else "\nHistory")
    table(("when", "what", "by", "to"), [row for one in report.history for row in _told(one)])


def _told(step: Told) -> Iterator[tuple[str, ...]]:
    """A step, and below it what was answered."""
    yield moment(step.at), step.what, step.who, step.to
    yield from (("", f"  {title}: {said}", "", "") for title, said in step.lines)


def _print_case(report: Report) -> None:
    case = report.case
    heading(f"Case {case.id}: {case.label}")
    facts = [
        ("State", f"{case.state_title} ({case.state})"),
        ("Outcome", case.outcome),
        ("Moved on by", f"{case.owner_title} ({case.owner})" if case.owner else ""),
        ("Process", f"{case.process} {case.process_version}"),
        ("Version", str(case.version)),
        ("Opened", moment(case.opened)),
        ("Holds", ", ".join(case.place_titles)),
        ("Waits for", case.waiting_title),
        ("Paused", "; ".join(one.said for one in case.paused)),
    ]
    facts += [(one.title, one.text) for one in report.fields]
    table(("", ""), [fact for fact in facts if fact[1]])


def _print_rows(series: Table) -> None:
    heading(f"\n{series.title}")
    lines = [(str(one.entry), *(cell.text for cell in one.cells), one.who) for one in series.lines]
    table(("entry", *series.titles, "who"), lines)


def _print_possible(report: Report, *, known: bool) -> None:
    heading("\nWhat may be done next")
    if not report.possible:
        # Without --by nobody in particular asks, who may see but do nothing: that is not the case's doing.
        nothing = "Nothing by these roles." if known else "Say who asks to see it: --by coordinator."
        out("Nothing: the case has ended." if report.case.ended else nothing)
        return
    rows = []
    for one in report.possible:
        form_text = ", ".join(f"{name}{one.mark(name)}" for name in one.form)
        missing = f" [{', '.join(one.missing)}]" if one.missing else ""
        why = "" if one.allowed else one.message + missing
        rows.append((one.event, one.title, form_text, why))
    table(("event", "what", "form (? optional, + several rows)", "why not yet"), rows)


def _print_documents(case: Case) -> None:
    if case.documents:
        heading("\nDocuments")
        rows = [(one.title, one.name, f"{one.size:,} bytes", moment(one.at), one.by) for one in case.documents]
        table(("document", "name", "size", "when", "by"), rows)


def _print_times(case: Case) -> None:
    if case.tasks:
        heading("\nTasks")
        rows = [(one.task, one.title, one.whose, when(one), one.escalated_title) for one in case.to_do]
        table(("task", "what", "who", "due", "escalated to"), rows, marked=[one.overdue for one in case.to_do])
    if case.timers:
        heading("\nTimers")
        table(("when", "timer", "does"), [(comes(one), one.timer, one.title or one.does) for one in case.timers])


def accesses(case: CaseNumber, by: By = "", limit: Limit = 50, after: After = "", as_json: AsJson = False) -> None:
    """Show who was shown personal data of a case, the latest first.

    [bold]Example[/bold]

      casework accesses 12
    """
    from engine.service import as_data

    with opened() as engine:
        page = engine.access_page(case, by or settings().by or None, limit, after)
    if as_json:
        out_json(as_data(list(page.items)))
    elif page.items:
        table(("when", "who", "what"), [(moment(one.at), one.by, one.what) for one in page.items])
    else:
        say("Nobody yet.")
    say_more(page.next)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("open", rich_help_panel=PANEL)(open_)
    app.command(rich_help_panel=PANEL)(fire)
    app.command(rich_help_panel=PANEL)(show)
    app.command(rich_help_panel=PANEL)(cases)
    app.command(rich_help_panel=PANEL)(accesses)
    app.command("add-document", rich_help_panel=PANEL)(add_document)
