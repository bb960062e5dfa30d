"""Commands for those whom cases are about: correct, subject export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.caseload import CaseNumber, print_changed
from engine.cli.screen import Stop, out, out_json
from engine.cli.shared import AsJson, By, Expected, actor, day_in, form, opened, whole_number
from engine.source.words import counted

PANEL = "Keeping"
Value = Annotated[str, typer.Argument(metavar="FIELD=VALUE", help="The field, and what is right.")]
EntryNumber = Annotated[
    int,
    typer.Option("--entry", parser=whole_number(1), help="The entry of the history that the wrong value came with."),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the case, and goes with it.")]


def correct(
    case: CaseNumber,
    value: Value,
    entry: EntryNumber,
    reason: Reason,
    by: By = "",
    expected: Expected = None,
    as_json: AsJson = False,
) -> None:
    """Correct a wrong value. It stays in the history, with the right one after it.

    [bold]Example[/bold]

      casework correct 12 date_of_birth=2010-03-04 --entry 1 --reason "As on the certificate" --by jo:data_protection
    """
    [(field, right)] = form([value], "").items()
    if not right.strip():
        raise Stop(f"Say what is right: {field}=VALUE.")
    with opened() as engine:
        result = engine.correct(case, entry, field, right, reason, actor(by), expected_version=expected)
        print_changed(result, as_json)


subject = typer.Typer(
    name="subject", help="What is kept about one subject.", no_args_is_help=True, pretty_exceptions_enable=False
)
About = Annotated[
    str, typer.Argument(metavar="VALUE", help="Whom it is about: the value of the field that the process names.")
]
Withheld = Annotated[
    Path | None, typer.Option("--withhold", metavar="FILE", help="A YAML file of what is not told: ITEM: REASON.")
]


@subject.callback()
def _group() -> None:
    """What is kept about one subject."""


@subject.command("export")
def export(
    about: About,
    folder: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="A new folder for it.")],
    by: By = "",
    asked: Annotated[str, typer.Option("--asked", metavar="DAY", help="The day of the request; else today.")] = "",
    withhold: Withheld = None,
    as_json: AsJson = False,
) -> None:
    """Write everything that is kept about one subject into a new folder, to be given out.

    [bold]Example[/bold]

      casework subject export A123456789012 --out request-7 --asked 2024-03-22 --by jo:data_protection
    """
    from engine.service import as_data

    reasons = {str(name): str(why or "") for name, why in form(None, str(withhold) if withhold else "").items()}
    with opened() as engine:
        found = engine.export_subject(about, folder, actor(by), asked=day_in(asked), withhold=reasons)
    if as_json:
        out_json(as_data(found))
        return
    held = f"{counted(len(found.cases), 'case')}, {counted(found.documents, 'document')}"
    out(f"{folder}: {held}, good until {found.good_until}")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("correct", rich_help_panel=PANEL)(correct)
    app.add_typer(subject, rich_help_panel=PANEL)
