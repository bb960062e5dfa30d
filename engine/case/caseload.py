"""Caseload: how many cases are in which state of a process, and for which states the name of one stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.process.definition import Process


@dataclass(frozen=True)
class Elsewhere:
    """Cases at rest in a state that a version does not have.

    `title` begins with those around it. `listed`: a list of that state holds them and no others.
    """

    state: str
    title: str
    count: int
    listed: bool


@dataclass(frozen=True)
class Caseload:
    """How many cases are in each state of one version, whichever version they follow, and how many there are.

    A case counts in the state where it is and in each one around that; one that rests counts where it waits meanwhile.
    `elsewhere` are those in no state at rest of this version: with the others at rest they are all of `total`.
    """

    counts: Mapping[str, int]
    elsewhere: tuple[Elsewhere, ...]
    total: int


def caseload_of(process: Process, versions: Iterable[Process], counts: Mapping[str, int]) -> Caseload:
    """Cases that were counted by where they are, of all `versions` of a process, told by the states of one of them."""
    known = list(versions)
    inside = _inside([*known, process])
    drawn = frozenset().union(*(inside[one.name] for one in process.leaves()))
    titles = {one.name: _path(version, one.name) for version in known for one in version.states.values()}
    apart = (
        Elsewhere(name, titles.get(name, name), count, sum(counts.get(one, 0) for one in inside.get(name, ())) == count)
        for name, count in sorted(counts.items())
        if name not in drawn and count
    )
    in_states = {name: sum(counts.get(one, 0) for one in inside[name]) for name in process.states}
    return Caseload(in_states, tuple(apart), sum(counts.values()))


def leaves_named(versions: Iterable[Process], name: str) -> frozenset[str]:
    """The states at rest, in any of these versions of one process, that are meant by the name of a state.

    Those that are it or lie inside it. Where no version has a state of that whole name, it is the last part of one.
    """
    inside = _inside(versions)
    ending = (leaves for state, leaves in inside.items() if state.rpartition(".")[2] == name)
    return inside[name] if name in inside else frozenset().union(*ending)


def _path(version: Process, state: str) -> str:
    """The titles of the states around one, and its own."""
    return " – ".join(one.title for one in reversed(version.around(state)))


def _inside(versions: Iterable[Process]) -> dict[str, frozenset[str]]:
    """For each state those at rest in it, in any of the versions."""
    found: dict[str, set[str]] = {}
    for version in versions:
        for leaf in version.leaves():
            for state in version.around(leaf.name):
                found.setdefault(state.name, set()).add(leaf.name)
    return {name: frozenset(leaves) for name, leaves in found.items()}
