"""Commands for tasks: tasks, task done, task assign, task claim."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.caseload import CaseNumber, print_changed, when
from engine.cli.screen import Stop, out_json, say, say_more, table
from engine.cli.shared import (
    After,
    AsJson,
    At,
    By,
    Expected,
    Key,
    Limit,
    actor,
    instant,
    opened,
    reader,
    settings,
    whole_number,
)

PANEL = "Tasks and times"
TaskName = Annotated[str, typer.Argument(metavar="TASK", help="The task, as `casework tasks` names it.")]

task_app = typer.Typer(
    name="task", help="Do, assign or claim a task.", no_args_is_help=True, pretty_exceptions_enable=False
)


def tasks(
    role: Annotated[list[str] | None, typer.Option("--role", "-r", help="Only of this role; may be repeated.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those of the person who acts (--by).")] = False,
    person: Annotated[str, typer.Option("--person", help="Only those of this person.")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only overdue ones.")] = False,
    stranded: Annotated[
        bool, typer.Option("--stranded", help="Only those given to somebody who can do them no more.")
    ] = False,
    case: Annotated[int | None, typer.Option("--case", parser=whole_number(1), help="Only of this case.")] = None,
    by: By = "",
    limit: Limit = 50,
    after: After = "",
    as_json: AsJson = False,
) -> None:
    """List open tasks, those due first at the top.

    [bold]Examples[/bold]

      casework tasks --role coordinator --overdue

      casework tasks --mine --by jo:coordinator
    """
    from engine.service import as_data

    who = by or settings().by
    with opened() as engine:
        page = engine.tasks(
            roles=tuple(role or ()),
            person=_person(who) if mine else person,
            overdue=overdue,
            stranded=stranded,
            case=case or 0,
            by=reader(by),
            limit=limit,
            after=after,
        )
    if as_json:
        out_json(as_data(page))
        return
    if not page.items:
        say("No tasks.")
        return
    rows = [
        (str(one.case), one.label, one.task, one.title, one.whose, when(one), one.escalated_title) for one in page.items
    ]
    columns = ("case", "name", "task", "what", "who", "due", "escalated to")
    table(columns, rows, marked=[one.overdue for one in page.items])
    say_more(page.next)


def _person(who: str) -> str:
    if not who:
        raise Stop("Say whose tasks: --mine --by jo:coordinator.")
    from engine.case.command import Actor

    return Actor.of(who).stands_for


@task_app.command()
def done(
    case: CaseNumber,
    task: TaskName,
    by: By = "",
    at: At = "",
    expected: Expected = None,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Tick a task off.

    [bold]Example[/bold]

      casework task done 12 follow_up --by coordinator
    """
    with opened() as engine:
        result = engine.complete_task(
            case, task, actor(by), at=instant(at), expected_version=expected, idempotency_key=key or None
        )
        print_changed(result, as_json)


@task_app.command()
def assign(
    case: CaseNumber,
    task: TaskName,
    person: Annotated[str, typer.Argument(metavar="[PERSON]", help="Whom; nobody gives it back to the role.")] = "",
    by: By = "",
    expected: Expected = None,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Give a task to a person.

    [bold]Example[/bold]

      casework task assign 12 hold_review jo --by kim:coordinator
    """
    with opened() as engine:
        result = engine.assign_task(
            case, task, person or None, actor(by), expected_version=expected, idempotency_key=key or None
        )
        print_changed(result, as_json)


@task_app.command()
def claim(
    case: CaseNumber,
    task: TaskName,
    by: By = "",
    expected: Expected = None,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Take a task on oneself.

    [bold]Example[/bold]

      casework task claim 12 hold_review --by jo:coordinator
    """
    with opened() as engine:
        result = engine.claim_task(case, task, actor(by), expected_version=expected, idempotency_key=key or None)
        print_changed(result, as_json)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(rich_help_panel=PANEL)(tasks)
    app.add_typer(task_app, rich_help_panel=PANEL)
