"""Others: the further cases of scenarios, and the processes beside the tested one that some of them follow.

Reads process files.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.files import Found, load_file, load_source, read_text
from engine.process.definition import Process
from engine.process.links import Opens
from engine.source.problem import Refused
from engine.source.reader import Path as Steps
from engine.source.reader import Source, read

RUN = "Run it where both files are: casework test FILE."


def others_of(source: Source, folder: Path | None) -> dict[str, Found]:
    """The processes that further cases of scenarios name, by their files as seen from `folder` (None: there is none).

    Raises:
        Refused: one is not there, or has problems of its own.
    """
    found: dict[str, Found] = {}
    for path, name in _named(source):
        if name in found or name == source.data["process"]:
            continue
        if folder is None:
            message, mend = "Only the process that is tested is known here, and no file beside it.", RUN
            raise Refused([source.problem(path, "cannot-read", message, mend)])
        if not (folder / name).is_file():
            message = f"There is no process file {name} beside this one."
            raise Refused([source.problem(path, "cannot-read", message, "Name the file as seen from here.")])
        found[name] = load_file(folder / name)
    return found


def linked_beside(process: Process, folder: Path) -> dict[str, Found]:
    """The processes that stand in a folder and that the links of another one lead to, by the names of their files."""
    wanted = {name for kind in process.links.values() for name in kind.to} - {process.name}
    found: dict[str, Found] = {}
    for file in sorted(folder.glob("*.yaml")) if wanted else ():
        with contextlib.suppress(Refused):
            source = read(read_text(file), str(file))
            data = source.data if isinstance(source.data, dict) else {}
            if "states" in data and data.get("process") in wanted:
                found[file.name] = load_source(source, folder)
    return found


def processes_of(others: Mapping[str, Found]) -> list[Process]:
    """The processes themselves."""
    return [found.loaded.process for found in others.values()]


def _named(source: Source) -> Iterator[tuple[Steps, str]]:
    for index, scenario in enumerate(source.data["scenarios"]):
        for name, other in scenario.get("others", {}).items():
            if "process" in other:
                yield ("scenarios", index, "others", name, "process"), other["process"]
        for at, file in enumerate(scenario.get("beside", [])):
            yield ("scenarios", index, "beside", at), file


def elsewhere(source: Source, main: Found, others: Mapping[str, Found], root: Steps) -> dict[Steps, Found]:
    """The starts and steps of the scenario at `root` that are about a case of another process, with that process."""
    scenario = source.root_value(root)
    named = {name: one.get("process") for name, one in scenario.get("others", {}).items()}
    cases = {name: others[process] for name, process in named.items() if process in others}
    found = {(*root, "others", name): other for name, other in cases.items()}
    for at, step in enumerate(scenario.get("steps", [])):
        own = cases.get(step.get("case", ""))
        if own is not None:
            found[(*root, "steps", at)] = own
        if "opened" in step:
            opens = opens_of((own or main).loaded.process, step["event"])
            theirs = {one.loaded.process.name: one for one in others.values()}
            if opens and opens.process in theirs:
                cases[step["opened"]] = theirs[opens.process]
    return found


def opens_of(process: Process, event: str) -> Opens | None:
    """What an event of this name opens, wherever it stands; None where it opens nothing."""
    return next((one.opens for _, one in process.every_event() if one.name == event and one.opens), None)
