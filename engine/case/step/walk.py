"""Walk: which of the ways on a case takes, and the places it takes on it. Pure.

Where each way leads stands in the table of paths; here is decided which of them is open to this case now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.case.answers.form import stored, unfit
from engine.case.step.draft import Draft
from engine.process.definition import State, Way
from engine.process.language.expressions import View
from engine.process.paths import Path, paths_of


@dataclass
class Walk:
    """The path that was chosen, or (None) why no way was open.

    `changes` are the data that the way sets. `takes` maps each state entered that holds a place to that place, and each
    that is not left, or rests, and for which the case moves to another one;
    `waits` says for which place and state the case waits instead. `full` is the place that was lacking, `unknown`
    the fields without which nobody knows which place is needed, `unfit` why what the way sets cannot be kept.
    """

    path: Path | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    takes: dict[str, str] = field(default_factory=dict)
    waits: dict[str, str] = field(default_factory=dict)
    full: str = ""
    unknown: frozenset[str] = frozenset()
    unfit: str = ""


@dataclass
class _Places:
    """The places that a path takes, up to the first that is lacking: `place` for `state`, empty where unknown."""

    takes: dict[str, str] = field(default_factory=dict)
    state: State | None = None
    place: str = ""


def choose(draft: Draft, paths: Iterable[Path], view: View) -> Walk:
    """The first way that is open to the case as `view` shows it."""
    walk = Walk()
    for path in _open(draft, paths, view):
        _try(draft, walk, path, view)
        if walk.unfit or walk.path is not None:
            break
    return walk


def _open(draft: Draft, paths: Iterable[Path], view: View) -> Iterator[Path]:
    # With `is`: a way is not open as long as nobody knows (None) whether it is.
    return (path for path in paths if draft.process.language.truth(path.way.when, view) is True)


def _assigned(draft: Draft, walk: Walk, path: Path, view: View) -> View:
    """What the case is with everything set on this path: by the way, then by each state that is entered."""
    process, given = draft.process, dict[str, Any]()
    for assign in (path.way.assign, *(process.states[name].assign for name in path.entered)):
        seen = view.over(given)
        given |= {
            name: stored(process.fields[name], process.language.value(expression, seen), process.zone)
            for name, expression in assign
        }
    after = view.over(given)
    # What stays as it was is nothing that was set: else each such step would tell of it.
    walk.changes = {name: value for name, value in given.items() if value != view.data.get(name)}
    walk.unfit = " ".join(unfit(process, given, after).values())
    return after


def _try(draft: Draft, walk: Walk, path: Path, view: View) -> None:
    """Take this path, or the one to where the case waits, if the places are there."""
    after = _assigned(draft, walk, path, view)
    found = _places(draft, path, after)
    waiting = None if walk.unfit else _waiting(draft, path, found)
    if waiting is not None and found.state is not None:
        walk.waits = {"place": found.place, "for": found.state.name}
        path, after = waiting, _assigned(draft, walk, waiting, view)
        found = _places(draft, waiting, after)
    if walk.unfit:
        return
    if found.state is None:
        walk.path, walk.takes = path, found.takes
        return
    walk.waits = {}
    if found.place:
        walk.full = found.place
    elif found.state.hold:
        walk.unknown = found.state.hold.place.names


def _waiting(draft: Draft, path: Path, found: _Places) -> Path | None:
    """Where the case waits for what is lacking. One that does so already stays: going again would cost it its turn."""
    if found.state is None or not found.place:
        return None
    to, waits = path.waits.get(found.state.name), draft.snapshot.waiting
    if to is None or (waits and (waits["for"] == found.state.name or to.to == draft.snapshot.state)):
        return None
    return to


def place_asked(draft: Draft, holding: str, leaf: str, view: View) -> str:
    """The place that a case which waits in `leaf` would take in the state `holding`; empty where nobody knows.

    It is worked out as the offer would: what its way sets, and what the states set that it enters, counts.
    """
    process, hold = draft.process, draft.process.states[holding].hold
    if hold is None:
        return ""
    offer = next(_open(draft, paths_of(process).on(leaf, hold.offer), view), None)
    after = _assigned(draft, Walk(), offer, view) if offer else view
    place = process.language.value(hold.place, after)
    return place if place in process.places else ""


def move(draft: Draft, states: Iterable[State], after: View) -> tuple[dict[str, str], State | None]:
    """The places that a case takes, by the states that it is in or that rest, in the place of those that it holds for
    them; and the first of them whose place cannot be had: then none is taken.
    """
    found = _places(draft, Path(Way(None, move_place=True), "", moves=tuple(states)), after)
    return (found.takes, None) if found.state is None else ({}, found.state)


def _is_moved(draft: Draft, state: State, after: View) -> bool:
    """Whether a case that is in a state, or whose state rests, needs another kind of place for it than it holds."""
    assert state.hold is not None
    if state.name not in draft.snapshot.entered:
        return False
    return bool(draft.process.language.value(state.hold.place, after) != draft.snapshot.held.get(state.name))


def _places(draft: Draft, path: Path, after: View) -> _Places:
    """A place that the case gives back on the same way is there for it, however many there are besides."""
    found = _Places()
    moved = {state.name: state for state in path.moves if _is_moved(draft, state, after)}
    given = Counter(place for scope, place in draft.snapshot.held.items() if scope in path.left or scope in moved)
    needed: Counter[str] = Counter()
    for state in (*moved.values(), *path.takes):
        assert state.hold is not None
        place = draft.process.language.value(state.hold.place, after)
        known = place in draft.process.places
        # Two states of one way may need a place of the same kind: the second is counted on top of the first.
        needed[place] += 1
        if not known or needed[place] > given[place] + draft.room(place):
            found.state, found.place = state, place if known else ""
            break
        found.takes[state.name] = place
    return found
