"""Commands for those who write processes: check, upgrade, test."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import UTC, date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.screen import REFUSED, USAGE, Stop, out, out_json, print_problems, say
from engine.cli.shared import AsJson
from engine.cli.suggestion import suggestions_for
from engine.source.words import counted

if TYPE_CHECKING:
    from engine.authoring.coverage import Coverage
    from engine.authoring.fixes import Fixed
    from engine.authoring.scenarios import Result, ScenarioFile
    from engine.process.definition import Process
    from engine.source.problem import Problem

PANEL = "Writing processes"


class Form(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    LINE = "line"
    JSON = "json"


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="Files, or folders with YAML files.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="For people, one line each, or as data.")] = Form.TEXT,
    explain: Annotated[
        str, typer.Option("--explain", metavar="CODE", help="Say what a code means, and nothing else.")
    ] = "",
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended in one way only, and show it.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would do, and write nothing.")] = False,
    published: Annotated[
        bool, typer.Option("--published", help="Compare with what the site has published, and with its open cases.")
    ] = False,
) -> None:
    """Print every problem of process, calendar and scenario files.

    Each says FILE:LINE:COLUMN, what is wrong and what would be right, and shows the place. Exit code 1 for an error.
    With --fix names that can only be one, signs that only look right and lengths in CEL's words are mended in the
    files; comments and layout stay. What is left is printed. With --published the database is read, too: a version that
    is another text there, a day before that of the version in force, and what open cases still have are told as
    warnings, with how many cases it concerns.

    [bold]Examples[/bold]

      casework check processes

      casework check processes/hbep-referral.yaml --published

      casework check processes/hbep-referral.yaml --format json

      casework check processes/hbep-referral.yaml --diff

      casework check --explain waits-for-ever
    """
    from engine.authoring.check import check_paths
    from engine.source.problem import errors

    if explain:
        out(_explained(explain))
        return
    if not paths:
        raise Stop("Name a file or a folder: casework check processes")
    if fix or diff:
        _mended(paths, quiet=form is Form.JSON, write=fix and not diff)
    of_site, known = _against_site(paths) if published else ([], None)
    problems, files = check_paths(paths, _today(), known)
    problems = sorted({*problems, *of_site})
    if form is Form.JSON:
        out_json([problem.as_data() for problem in problems])
    else:
        print_problems(problems, show=form is Form.TEXT)
        say(_summary(len(errors(problems)), len(problems), files))
        if any(problem.edits for problem in problems) and not (fix or diff):
            say("Some of it can be mended in one way only: --diff shows how, --fix does it.")
    if errors(problems):
        raise typer.Exit(REFUSED)
    # A mistyped folder must not pass for one without problems: checks run where nobody reads along.
    if not files:
        raise typer.Exit(USAGE)


def _against_site(paths: list[Path]) -> tuple[list[Problem], dict[str, Process]]:
    """What the process files run into on the site, and which processes it has; of those that cannot be used it is told
    why elsewhere.
    """
    from engine.authoring.check import files_of, is_process
    from engine.cli.shared import opened
    from engine.source.problem import Refused

    found: list[Problem] = []
    with opened() as engine:
        for file in files_of(paths):
            with contextlib.suppress(Refused):
                found += engine.published.compared(file) if is_process(file) else ()
        return found, {one.name: one for one in engine.published.in_force()}


def upgrade(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, or folders with YAML files.")],
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change, and write nothing.")] = False,
) -> None:
    """Rewrite what is said otherwise in the process language of today; comments and layout stay.

    Lengths in CEL's own words become words, signs that nobody sees go, and copies of time zones get the name that every
    machine knows. What is rewritten is shown, and a file that says all of it already is told.

    [bold]Examples[/bold]

      casework upgrade processes/hbep-referral.yaml

      casework upgrade processes --diff
    """
    from engine.authoring.fixes import OF_BEFORE
    from engine.source.problem import errors

    files = _mended(paths, codes=OF_BEFORE, write=not diff)
    if files and all(file.before == file.after for file in files):
        say("Nothing to change.")
    # Why a file cannot even be read is told here; what else is wrong with one that can be tells check.
    print_problems(problem for file in files for problem in file.problems if problem.code == "cannot-read")
    if left := sum(len(errors(file.problems)) for file in files):
        say(f"{counted(left, 'error')} left: casework check tells them.")
    if left or not files:
        raise typer.Exit(REFUSED if left else USAGE)


def _mended(paths: list[Path], *, codes: Iterable[str] = (), quiet: bool = False, write: bool = True) -> list[Fixed]:
    """Mend the files, and show how; what came of each."""
    from engine.authoring.check import files_of
    from engine.authoring.fixes import fixed_file
    from engine.files import write_text

    files = [fixed_file(file, _today(), frozenset(codes)) for file in files_of(paths)]
    for fixed in files:
        if fixed.before == fixed.after:
            continue
        if write:
            write_text(fixed.file, fixed.after.encode("utf-8"), fixed.before.encode("utf-8"))
        if not quiet:
            out(fixed.diff)
        say(f"{fixed.file}: {counted(fixed.mended, 'problem')} {'mended' if write else 'could be mended'}.")
    return files


def lsp() -> None:
    """Help an editor while a process is written: problems, completion, what things mean, and mending.

    The editor starts it and talks to it over standard input and output (docs/how-to/write-in-an-editor.md).

    [bold]Example[/bold]

      casework lsp
    """
    try:
        from engine.lsp.server import run
    except ModuleNotFoundError as lacking:
        if (lacking.name or "").partition(".")[0] not in {"pygls", "lsprotocol"}:
            raise
        raise Stop("Help in an editor needs pygls. Install it: pip install 'casework[editor]'") from None
    run()


def _today() -> date:
    """Wherever it is run: a calendar that ends within three months is told a day sooner or later."""
    from engine.calendars.day import day_of
    from engine.clock import SystemClock

    return day_of(SystemClock().now(), UTC)


def _explained(code: str) -> str:
    from engine.authoring.explanation import UnknownCode, explanation

    try:
        return explanation(code)
    except UnknownCode as unknown:
        raise Stop(str(unknown)) from None


def _summary(errors: int, problems: int, files: int) -> str:
    if not files:
        return "No YAML file was found there."
    checked = f"{counted(files, 'file')} checked"
    if not problems:
        return f"{checked}: no problems."
    return f"{checked}: {counted(errors, 'error')}, {counted(problems - errors, 'warning')}."


def run_tests(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Scenario files, or folders with some.")],
    coverage: Annotated[bool, typer.Option("--coverage", help="Also list what no scenario touched.")] = False,
    only: Annotated[str, typer.Option("--only", metavar="TEXT", help="Only scenarios with this in their name.")] = "",
    suggested: Annotated[
        bool, typer.Option("--suggest", help="Print scenarios for the transitions that none touches.")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="FILE", help="With --suggest: write them into a new file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the scenarios of a process on a clock of their own, in memory.

    For each failed step: what was expected, and what was found. Exit code 1 if one failed, or if
    --coverage found something untouched. With --suggest the process is walked for what its scenarios leave out: each
    way that is come to is printed as a scenario that passes, to be kept or thrown away; of the others is said why.

    [bold]Examples[/bold]

      casework test processes --coverage

      casework test loans.scenarios.yaml --suggest --keep more.scenarios.yaml

      casework test processes/hbep-referral.scenarios.yaml --only "waiting list"
    """
    from engine.authoring.scenarios import load_to_run

    # All are read first: what is wrong with the last file is told before the first one runs.
    files = [load_to_run(path) for path in _scenario_files(paths)]
    if not files:
        say("No scenario file was found there.")
        raise typer.Exit(REFUSED)
    if keep is not None and (len(files) > 1 or keep.exists()):
        raise Stop("--keep writes the suggestions for one scenario file into one that is not there yet.")
    covered = _coverage_of(files)
    reports = [_test_file(file, only.lower(), one, quiet=as_json) for file, one in zip(files, covered, strict=True)]
    if coverage:
        _tell_coverage(covered, reports, quiet=as_json)
    for file, report in zip(files if suggested else (), reports, strict=False):
        report["suggested"] = suggestions_for(file, only.lower(), keep, quiet=as_json)
    if as_json:
        out_json(reports)
    passed = all(one["passed"] for report in reports for one in report["scenarios"])
    if not passed or (coverage and not all(one.is_complete for one in covered)):
        raise typer.Exit(REFUSED)


def _coverage_of(files: Iterable[ScenarioFile]) -> list[Coverage]:
    """What is counted for each file: together for those that try the same process."""
    from engine.authoring.coverage import Coverage

    found: dict[tuple[str, str], Coverage] = {}
    return [found.setdefault((one.process.name, one.process.version), Coverage(one.process)) for one in files]


def _scenario_files(paths: Iterable[Path]) -> list[Path]:
    from engine.authoring.check import files_of
    from engine.files import read_text
    from engine.source.reader import read

    given = list(paths)
    found = []
    for file in files_of(given):
        data = read(read_text(file), str(file)).data
        # Who names a file means it: it is told what is wrong with it, and not passed over.
        if file in given or (isinstance(data, dict) and "scenarios" in data):
            found.append(file)
    return found


def _test_file(file: ScenarioFile, only: str, covered: Coverage, *, quiet: bool) -> dict[str, Any]:
    from engine.authoring.scenarios import run_scenarios

    results = []
    for result in run_scenarios(file, lambda name: only in name.lower()):
        covered.add(result)
        # Each holds a database in memory until then.
        result.close()
        results.append(result)
        if not quiet:
            _print_result(result)
    if not quiet:
        failed = sum(not result.passed for result in results)
        out(f"{file.source.file}: {len(results) - failed} passed, {failed} failed")
    return {"file": file.source.file, "scenarios": [result.as_data() for result in results], "untouched": None}


def _print_result(result: Result) -> None:
    if result.passed:
        return
    out(f"FAILED  {result.name}")
    for failure in result.failures:
        out(f"  {failure.file}:{failure.line}: {failure.step}")
        out(f"    expected  {failure.expected}")
        out(f"    found     {failure.found}")


def _tell_coverage(covered: list[Coverage], reports: list[dict[str, Any]], *, quiet: bool) -> None:
    """Write what was left out of each process into the reports of its files, and print it once."""
    from engine.authoring.coverage import KINDS

    for one, report in zip(covered, reports, strict=True):
        report["untouched"] = {kind: one.untouched(kind) for kind in KINDS}
    for one in () if quiet else {id(one): one for one in covered}.values():
        if len(reports) > 1:
            out(f"{one.process.title}, by all of these files:")
        _print_coverage(one)


def _print_coverage(covered: Coverage) -> None:
    from engine.authoring.coverage import KINDS

    for kind in KINDS:
        left = covered.untouched(kind)
        total = len(covered.parts[kind])
        out(f"  {kind}: {total - len(left)} of {total} touched{':' if left else ''}")
        for name in left:
            out(f"    not touched: {name}")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(rich_help_panel=PANEL)(check)
    app.command(rich_help_panel=PANEL)(upgrade)
    app.command(rich_help_panel=PANEL)(lsp)
    app.command("test", rich_help_panel=PANEL)(run_tests)
