"""Fixes: what can be mended in one way only is; a text without problems stays, and so does a mended one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.authoring.check import check_text
from engine.authoring.fixes import OF_BEFORE, fixed, fixed_file
from engine.source.problem import certain
from engine.source.reader import position
from tests.conftest import LOAN, REFERRAL
from tests.unit.test_problem_codes import BASE, SECTIONS

FILE = Path("processes/one.yaml")
TEXT = """\
process: one   # the name
version: "1"
title: One
effective_from: 2023-09-01
initial: first
roles:
  clerk: {title: Clerk}
fields:
  kind: {title: Kind, type: choice, choices: [small, large]}
  seen: {title: Seen, type: time}
  due: {title: Due, type: date}
documents: {form: {title: "A form"}}
tasks: {chase: {title: Chase it, role: clerk}}
states:
  first:
    owner: clerk   # who
    deadline: {within: 2 weeks, raise: chase}
    events:
      finish:
        title: Finish
        by: [clerk]
        form: {kind: optional, seen: optional, due: optional}
        needs:
          - {check: 'kind == "small"', say: Small ones.}
          - {document: form}
        set: {seen: 'seen + 1 week', due: 'due + 2 days'}
        to: done
  done: {final: true}
"""
# What is right, and what somebody writes in its place.
SLIPS = {
    "to: done": "to: dome",
    "owner: clerk": "ovner: clerk",
    "role: clerk": "role: clark",
    "by: [clerk]": "by: [clerc]",
    "raise: chase": "raise: chose",
    "document: form": "document: from",
    'kind == "small"': 'kind = "small"',
    '"small"\'': '"smal"\'',
    "check: 'kind": "check: 'kynd",
    "type: date": "type: dade",
    'version: "1"': "version: 1",
    '"A form"': '"A \\u202eform"',
    "title: Finish": "title: Fin\u200bish",
    "'seen + 1 week'": "'seen + duration(\"168h\")'",
    "'due + 2 days'": "'due + duration(\"36h\")'",
    "2 weeks": "2\u00a0weeks",
    "    owner": "  \u00a0 owner",
}


def mended(text: str) -> str:
    result = fixed(text, FILE)
    assert result.problems == tuple(sorted(check_text(result.after, FILE)))
    return result.after


def test_the_right_text_is_right() -> None:
    assert check_text(TEXT, FILE) == ()


@pytest.mark.parametrize("right", SLIPS)
def test_each_slip_is_mended_to_what_was_meant(right: str) -> None:
    wrong = TEXT.replace(right, SLIPS[right], 1)
    assert wrong != TEXT
    assert mended(wrong) == TEXT


@settings(max_examples=20, deadline=None)
@example({"check: 'kind", '"small"\''}, "\n")  # of a field that is not known no choices are
@given(st.sets(st.sampled_from(sorted(SLIPS)), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_slips_together_are_mended_all_and_then_nothing_is(slips: set[str], end: str) -> None:
    text = TEXT
    for one in sorted(slips):
        text = text.replace(one, SLIPS[one], 1)
    text = text.replace("\n", end)
    result = fixed(text, FILE)
    assert check_text(result.after, FILE) == ()
    assert fixed(result.after, FILE).after == result.after
    assert result.after.count("#") == 2
    assert result.after.count(end) == TEXT.count("\n")
    assert (result.after == text) == (not slips)
    assert bool(result.diff) == bool(slips)


@pytest.mark.parametrize(
    "file", [LOAN, REFERRAL, LOAN.with_name("equipment-loan.scenarios.yaml")], ids=lambda one: one.name
)
def test_a_text_without_problems_stays_as_it_is(file: Path) -> None:
    result = fixed_file(file)
    assert (result.after, result.mended, result.diff) == (result.before, 0, "")
    assert fixed_file(file, codes=OF_BEFORE).after == result.before


def test_no_fix_leaves_more_wrong_than_there_was_in_the_examples() -> None:
    """Each wrong example of the reference, as YAML that somebody laid out: mended as often as one likes, it stays."""
    assert BASE
    for section in SECTIONS:
        for block in re.findall(r"```yaml wrong[^\n]*\n(.*?)```", section, re.S):
            before = check_text(block, FILE)
            result = fixed(block, FILE)
            assert fixed(result.after, FILE).after == result.after
            assert len(result.problems) <= len(before) or result.mended


def test_what_makes_a_text_worse_is_not_written() -> None:
    # The one key that it is near to is there already: it would stand twice.
    wrong = TEXT.replace("    owner: clerk   # who\n", "    owner: clerk\n    ovner: clerk\n")
    assert mended(wrong) == wrong
    # Between quotes of its own kind the plain quote would end the text.
    wrong = TEXT.replace("'kind == \"small\"'", "“small” == kind")
    assert mended(wrong) == wrong


def test_of_a_folder_of_names_only_the_one_that_alone_is_meant_is_taken() -> None:
    assert certain("dome", ["done", "first"]) == "done"
    assert certain("offerred", ["offer", "offered"]) == "offered"
    assert certain("stage_3", ["stage_1", "stage_2"]) == ""
    assert certain("other", ["done"]) == certain("", ["done"]) == certain("done", []) == ""


def test_only_the_codes_that_are_named_are_mended() -> None:
    text = TEXT.replace("'seen + 1 week'", SLIPS["'seen + 1 week'"]).replace("to: done", "to: dome")
    result = fixed(text, FILE, codes=OF_BEFORE)
    assert result.after == text.replace('duration("168h")', "1 week")
    assert result.mended == 1
    assert [one.code for one in result.problems] == ["unknown-state"]


def test_a_zone_that_is_a_copy_of_another_is_named_by_that() -> None:
    text = TEXT.replace("initial:", "timezone: posix/Europe/London\ninitial:")
    assert fixed(text, FILE, codes=OF_BEFORE).after == text.replace("posix/", "")


def test_what_is_no_text_or_not_there_stays_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"title: Caf\xe9")
    for name, code in (("latin.yaml", "not-utf8"), ("nowhere.yaml", "cannot-read")):
        result = fixed_file(tmp_path / name)
        assert ([one.code for one in result.problems], result.after, result.mended) == ([code], "", 0)


def test_what_a_problem_has_to_do_with_elsewhere_is_told_with_it() -> None:
    """A key that stands twice, a field in two parts of a form, limits that cross."""
    twice = TEXT.replace("title: One\n", "title: One\ntitle: Two\n")
    crossed = TEXT.replace("due: {title: Due, type: date}", "due: {title: Due, type: integer, min: 9, max: 3}")
    crossed = crossed.replace(", due: 'due + 2 days'", "")
    form = "open:\n  form: {kind: optional}\n  sections: [{title: A, fields: [kind]}, {title: B, fields: [kind]}]\n"
    sections = TEXT.replace("states:\n", f"{form}states:\n")
    for text, code, here, there in (
        (twice, "duplicate-key", "title: Two", "title: One"),
        (crossed, "limits-crossed", "3}", "min: 9"),
        (sections, "wrong-value", "kind]}]", "kind]}, {"),
    ):
        [found] = check_text(text, FILE)
        assert found.code == code
        assert found.also
        places = [(found.line, found.column), (found.also.line, found.also.column)]
        assert places == [position(text, text.index(one)) for one in (here, there)]
        assert found.as_data()["also"] == {"line": places[1][0], "column": places[1][1], "said": found.also.said}


@pytest.mark.parametrize(("name", "meant"), [("naer", "near"), ("elsewhere", "")])
def test_a_first_state_inside_that_is_not_there_stops_nothing(name: str, meant: str) -> None:
    room = f"  room:\n    initial: {name}\n    owner: clerk\n    deadline: {{within: 1 week, raise: chase}}\n"
    room += "    events: {leave: {title: Leave, to: done}}\n    states: {near: {}, far: {}}\n"
    text = TEXT.replace("to: done", "alternatives: [{when: kind == null, to: room}, {to: room.far}]")
    text = text.replace("  done: {final", f"{room}  done: {{final")
    [found] = check_text(text, FILE)
    assert (found.code, found.message) == ("unknown-state", f"{name} is not a state inside room.")
    assert mended(text) == (text.replace(f"initial: {name}", f"initial: {meant}") if meant else text)
