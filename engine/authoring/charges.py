"""Charges: what scenarios say of figures, and what they expect to be due. Reads an engine that runs in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.case.charges.figures import FIGURE, Figures, NotAFigure, read_figure
from engine.process.charges import Charge
from engine.process.definition import Process
from engine.service import Case, Engine
from engine.service.charges.charges import Owed
from engine.source import money
from engine.source.moment import NotAMoment, day_written
from engine.source.problem import Problem, certain, nearest
from engine.source.reader import Path, Source

FIGURES, CHARGES = "figures", "charges"


def figures_of(process: Process, raw: Mapping[str, list[dict[str, Any]]]) -> Figures:
    """The figures of a scenario, which was checked."""
    return Figures(tuple(read_figure(process, {**row, FIGURE: name}) for name, rows in raw.items() for row in rows))


def figure_problems(source: Source, process: Process, root: Path) -> Iterator[Problem]:
    """What is wrong with the figures of the scenario at `root`."""
    for name, rows in source.root_value(root).get(FIGURES, {}).items():
        for index, row in enumerate(rows):
            path: Path = (*root, FIGURES, name)
            try:
                read_figure(process, {**row, FIGURE: name})
            except NotAFigure as fault:
                at = (*path, index, fault.cell) if fault.cell in row else path
                found = source.problem if fault.cell in row else source.key_problem
                yield found(at, "wrong-value", str(fault), "Write each value as the process calls it.")


def charge_problems(source: Source, process: Process, path: Path, expected: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the charges that an expectation at `path` asks for."""
    known = process.charging.charges if process.charging else {}
    for name, wanted in expected.get(CHARGES, {}).items():
        here = (*path, CHARGES, name)
        if name not in known:
            said, mend = f"There is no charge {name}.", nearest(name, known)
            yield source.key_problem(here, "wrong-value", said, mend, instead=certain(name, known))
            continue
        yield from _span_problems(source, here, wanted)
        rates = known[name].rates
        for index, line in enumerate(wanted.get("lines", ())):
            if (rate := line.get("line", next(iter(rates)))) not in rates:
                said, mend = f"There is no line {rate} of {name}.", nearest(rate, rates)
                yield source.problem((*here, "lines", index, "line"), "wrong-value", said, mend)


def _span_problems(source: Source, path: Path, wanted: Mapping[str, Any]) -> Iterator[Problem]:
    for key in ("from", "until"):
        try:
            day_written(wanted[key])
        except NotAMoment as fault:
            yield source.problem((*path, key), "bad-date", str(fault), "Write it as 2024-09-09.")


def instead(
    engine: Engine,
    process: Process,
    cases: Mapping[str, int],
    figures: Figures,
    wanted: Mapping[str, Any],
    case: Case,
) -> Any:
    """What is due instead of what is wanted of charges of a process; None where it is as wanted."""
    called = {number: name for name, number in cases.items()}
    found, asked = dict[str, Any](), dict[str, Any]()
    for name, expected in wanted.items():
        charge = process.charging.charges[name] if process.charging else None
        assert charge is not None
        first, last = day_written(expected["from"]), day_written(expected["until"])
        owed = engine.owed(process.name, name, expected.get("to", _own(charge, case)), first, last, figures=figures)
        asked[name] = {key: _as_kept(key, value) for key, value in expected.items() if key in _TOLD}
        found[name] = {key: _TOLD[key](owed, expected, called) for key in asked[name]}
    return found if found != asked else None


def _own(charge: Charge, case: Case) -> str:
    return str(case.data.get(charge.to, ""))


def _as_kept(key: str, value: Any) -> Any:
    if key == "total":
        return _amount(value)
    if key != "lines":
        return value
    return [{name: _amount(one) if name in _AMOUNTS else _text(one) for name, one in line.items()} for line in value]


def _amount(value: Any) -> str:
    try:
        return money.kept(money.units(value))
    except money.NotMoney:
        return str(value)


def _text(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)


def _lines(owed: Owed, expected: Mapping[str, Any], called: Mapping[int, str]) -> list[dict[str, Any]]:
    """The lines that there are, of each what is asked for; of those that nobody asked for, all."""
    asked = [*map(dict.keys, expected["lines"]), *(_CELLS.keys() for _ in owed.lines[len(expected["lines"]) :])]
    return [
        {name: _CELLS[name](line, called) for name in names} for line, names in zip(owed.lines, asked, strict=False)
    ]


_AMOUNTS = frozenset({"figure", "due"})
_CELLS: dict[str, Any] = {
    "case": lambda line, called: called.get(line.case, f"case {line.case}"),
    "line": lambda line, _: line.line,
    "days": lambda line, _: line.days,
    "year": lambda line, _: line.year,
    "figure": lambda line, _: line.figure,
    "due": lambda line, _: line.due,
}
_TOLD: dict[str, Any] = {
    "total": lambda owed, *_: owed.total,
    "gaps": lambda owed, *_: list(owed.gaps),
    "lines": _lines,
}
