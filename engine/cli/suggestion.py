"""The suggestions of `casework test --suggest`: printed, or kept in a file."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.screen import heading, out, say
from engine.source.words import counted

if TYPE_CHECKING:
    from engine.authoring.scenarios import ScenarioFile


def suggestions_for(file: ScenarioFile, only: str, keep: Path | None, *, quiet: bool) -> dict[str, Any]:
    """Scenarios for the transitions that those of a file (with `only` in their names) leave out, and what is left."""
    from engine.authoring.coverage import Coverage
    from engine.authoring.scenarios import run_scenarios
    from engine.authoring.suggestions import suggest, written

    covered = Coverage(file.process)
    for result in run_scenarios(file, lambda name: only in name.lower()):
        covered.add(result)
        result.close()
    found = suggest(file, set(covered.untouched("transitions")))
    if not quiet:
        say(f"{counted(len(found.found), 'scenario')} suggested; {len(found.left)} transitions were not come to.")
    if keep is not None and found.found:
        seen = functools.partial(_seen_from, keep, file)
        keep.write_text(written(seen(file.source.data["process"]), list(found.found), seen), encoding="utf-8")
        heading(f"{keep} written")
    elif not quiet and found.found:
        out(written(file.source.data["process"], list(found.found)).rstrip())
    if not quiet:
        for way, why in found.left.items():
            out(f"# not come to: {way}. {why}")
    return {"scenarios": [dict(one.scenario) for one in found.found], "not_come_to": dict(found.left)}


def _seen_from(keep: Path, file: ScenarioFile, name: str) -> str:
    """A process that a scenario file names, as the new file names it."""
    process = Path(file.source.file).parent / name
    return Path(os.path.relpath(process, keep.parent)).as_posix()
