"""The reference of problem codes is complete, and its examples are what they say."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.authoring.check import check_file
from engine.service import Case, Engine
from engine.source.problem import CODES, Refused
from engine.source.reader import read
from tests.conftest import ROOT
from tests.part import part

TEXT = (ROOT / "docs" / "reference" / "problems.md").read_text()
BASE = re.search(r"```yaml base\n(.*?)```", TEXT, re.S)
SECTIONS = re.split(r"^(?=### )", TEXT, flags=re.M)[1:]


def merged(base: Any, part: Any) -> Any:
    if isinstance(base, dict) and isinstance(part, dict):
        return {key: merged(base.get(key), part[key]) if key in part else base[key] for key in [*base, *part]}
    return part


def document(block: str, kind: str) -> str:
    if "whole" in kind:
        return block
    assert BASE
    return json.dumps(merged(read(BASE[1], "base").data, read(block, "part").data))


def content(block: str, kind: str) -> bytes:
    """The bytes of the file that an example stands for."""
    if "escaped" in kind:
        return block.encode().decode("unicode_escape").encode("latin-1")
    times = re.search(r"(\d+) times", kind)
    if times:
        return block.encode() * int(times[1])
    return (block if "scenarios" in kind else document(block, kind)).encode()


def codes_of(block: str, kind: str, folder: Path) -> set[str]:
    """The codes of the problems of an example, found as its kind says."""
    assert BASE
    (folder / "example.yaml").write_text(BASE[1])
    file = folder / "file.yaml"
    file.write_bytes(content(block, kind))
    if not {"published", "compared"} & set(kind.split()):
        return {problem.code for problem in check_file(file)}
    engine = Engine()
    engine.publish(folder / "example.yaml")
    try:
        if "compared" in kind:
            assert isinstance(case := engine.open_case("example", "clerk"), Case)
            assert isinstance(engine.add_document(case.id, "form", b"-", "clerk", name="a.txt"), Case)
            return {problem.code for problem in engine.published.compared(file)}
        return {problem.code for problem in engine.publish(file).warnings}
    except Refused as refused:
        return {problem.code for problem in refused.problems}
    finally:
        engine.close()


def examples() -> list[tuple[list[str], str, str]]:
    found, codes = [], []
    for section in SECTIONS:
        codes.append(section.split()[1])
        blocks = re.findall(r"```(?:yaml|text) ((?:wrong|right)[^\n]*)\n(.*?)```", section, re.S)
        found += [(list(codes), kind, block) for kind, block in blocks]
        if section.strip().count("\n"):
            codes = []
    return found


def overlaps(one: Any, other: Any) -> bool:
    """Whether two parts of a process say something of the same place."""
    if isinstance(one, dict) and isinstance(other, dict):
        return any(overlaps(one[key], other[key]) for key in one.keys() & other.keys())
    return True


def test_of_any_two_mistakes_both_are_found(tmp_path: Path) -> None:
    wrong = [(frozenset(codes), read(block, "part").data) for codes, kind, block in examples() if kind == "wrong"]
    # With a calendar, one that needs one is right.
    wrong = [one for one in wrong if not one[0] & {"needs-calendar", "unknown-calendar"}]
    pairs = [pair for pair in itertools.combinations(wrong, 2) if not overlaps(pair[0][1], pair[1][1])]
    assert len(pairs) > 700
    for (codes, one), (others, other) in part(pairs, 0, 6):
        text = json.dumps(merged(merged(read(BASE[1], "base").data, one), other))  # type: ignore[index]
        (tmp_path / "file.yaml").write_text(text)
        found = {problem.code for problem in check_file(tmp_path / "file.yaml")}
        assert found & codes, (codes, one, other)
        assert found & others, (others, one, other)


def test_one_mistake_is_not_told_as_two(tmp_path: Path) -> None:
    for codes, kind, block in examples():
        if kind == "wrong":
            assert codes_of(block, kind, tmp_path) <= {*codes, "unused-name", "wrong-type"}, block


def test_every_code_is_explained() -> None:
    assert {section.split()[1] for section in SECTIONS} == CODES


@pytest.mark.parametrize(("codes", "kind", "block"), examples())
def test_the_examples_are_wrong_and_right(codes: list[str], kind: str, block: str, tmp_path: Path) -> None:
    found = codes_of(block, kind, tmp_path)
    if "wrong" in kind:
        assert found & set(codes), found
    else:
        assert found <= {"unused-name"} - set(codes)


def test_every_code_has_a_wrong_and_a_right_example() -> None:
    for word in ("wrong", "right"):
        shown = {code for codes, kind, _ in examples() if word in kind for code in codes}
        assert CODES - shown == set()


def test_each_unknown_name_has_an_example_of_its_own() -> None:
    kinds = ["state", "event", "role", "field", "document", "task", "place", "series", "link"]
    wrong = [block for codes, kind, block in examples() if "unknown-place" in codes and kind == "wrong"]
    assert len(wrong) == len(kinds)


def test_each_wrong_name_is_told_with_the_nearest(tmp_path: Path) -> None:
    said = {}
    for codes, kind, block in examples():
        if "unknown-place" in codes and kind == "wrong":
            file = tmp_path / "example.yaml"
            file.write_text(document(block, kind))
            said |= {problem.code: problem.mend for problem in check_file(file)}
    assert said == {
        "unknown-state": "Did you mean done?",
        "unknown-event": "Did you mean finish?",
        "unknown-role": "Did you mean clerk?",
        "unknown-field": "Did you mean kind?",
        "unknown-document": "Did you mean form?",
        "unknown-task": "Did you mean chase?",
        "unknown-place": "Did you mean room?",
        "unknown-series": "Did you mean visit?",
        "unknown-link": "Did you mean sibling?",
    } | {code: mend for code, mend in said.items() if not code.startswith("unknown-")}


def test_a_place_is_taken_only_inside_the_state_that_holds_it(tmp_path: Path) -> None:
    file = tmp_path / "example.yaml"
    part = """
places: {room: {title: Room, capacity: 1}}
states:
  first: {owner: clerk, deadline: {within: 1 week, raise: chase}, events: {go: {title: Go, by: clerk, to: inside}}}
  inside:
    owner: clerk
    deadline: {within: 1 week, raise: chase}
    holds: {place: room, taken_in: %s}
    initial: coming
    states:
      coming: {events: {come: {title: Come, to: there}}}
      there: {events: {leave: {title: Leave, to: done}}}
"""
    for wrong, code in (("first", "wrong-value"), ("[there, nowhere]", "unknown-state"), ("inside", "wrong-value")):
        file.write_text(document(part % wrong, wrong))
        assert [problem.code for problem in check_file(file)] == [code]
    for right in ("there", "[coming, inside.there]"):
        file.write_text(document(part % right, right))
        assert check_file(file) == ()


def test_a_waiting_state_without_the_offered_event_is_told(tmp_path: Path) -> None:
    file = tmp_path / "example.yaml"
    part = """
places: {room: {title: Room, capacity: 1}}
states:
  first: {events: {go: {title: Go, by: clerk, to: inside}}}
  queue: {owner: clerk, deadline: {within: 1 week, raise: chase}, events: {leave: {title: Leave, to: done}}}
  inside:
    owner: clerk
    deadline: {within: 1 week, raise: chase}
    holds: {place: room, otherwise: queue}
    events: {leave: {title: Leave, to: done}}
"""
    file.write_text(document(part, "wrong"))
    assert {problem.code for problem in check_file(file)} == {"unknown-event"}
    offered = part.replace("events: {leave", "events: {place_offered: {title: Offered, by: [], to: inside}, leave", 1)
    file.write_text(document(offered, "right"))
    assert check_file(file) == ()
