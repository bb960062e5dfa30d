"""Others: the further cases of scenarios, the processes beside the tested one that some of them follow, and the
rows of its registers.

Reads process files.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.files import Found, load_file, load_source, read_text
from engine.process.definition import Process
from engine.process.links import Opens
from engine.source.problem import Refused, certain, nearest
from engine.source.reader import Path as Steps
from engine.source.reader import Source, read

RUN = "Run it where both files are: casework test FILE."


def others_of(source: Source, main: Found, folder: Path | None) -> dict[str, Found]:
    """The processes that further cases of scenarios name, by their files as seen from `folder` (None: there is none),
    and the registers of the tested one that rows are of.

    Raises:
        Refused: one is not there, or has problems of its own.
    """
    found = dict(_registers(source, main))
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


def _registers(source: Source, main: Found) -> Iterator[tuple[str, Found]]:
    for index, scenario in enumerate(source.data["scenarios"]):
        for name, other in scenario.get("others", {}).items():
            if "register" not in other:
                continue
            said, known = other["register"], main.loaded.registers
            if said not in known:
                path: Steps = ("scenarios", index, "others", name, "register")
                message, instead = f"The process has no register {said}.", certain(said, known)
                raise Refused([source.problem(path, "wrong-value", message, nearest(said, known), instead=instead)])
            yield _key(other), replace(main, loaded=known[said])


def _key(begun: Mapping[str, Any]) -> str:
    """By what the process of a further case is known: its file, or its register, which is called as no file is."""
    return f"register {begun['register']}" if "register" in begun else str(begun.get("process", ""))


def process_begun(others: Mapping[str, Found], begun: Mapping[str, Any]) -> Process | None:
    """The process of a further case; None where it follows the tested one."""
    found = others.get(_key(begun))
    return found.loaded.process if found else None


def in_files(others: Mapping[str, Found]) -> dict[str, Found]:
    """Those that have a file of their own; the registers are published with the tested process."""
    return {name: found for name, found in others.items() if found.loaded.process.rows is None}


def begun_with(scenario: Mapping[str, Any], *, rows: bool) -> Iterator[tuple[str, Any]]:
    """The further cases of a scenario, or the rows of registers, which are there before any case is."""
    return ((name, one) for name, one in scenario.get("others", {}).items() if ("register" in one) is rows)


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
    named = {name: _key(one) for name, one in scenario.get("others", {}).items()}
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
