"""A register as the process that it is: what is made of a section, who sees its rows, and what is wrong in it."""

from __future__ import annotations

import pytest

from engine.process.definition import Process
from engine.process.file.loader import Loaded, load_process, load_published
from engine.process.file.registers import text_of
from engine.process.register import base_of, ended_or_missing, holds_rows, rows_named, usable_of
from engine.source.problem import Refused
from tests.lending import LENDING


def loaded(text: str = LENDING) -> Loaded:
    return load_process(text, "lending.yaml", lambda _: None)


def register(name: str, text: str = LENDING) -> Process:
    return loaded(text).registers[name].process


def test_each_is_a_process_beside_the_one_that_has_it() -> None:
    found = loaded()
    assert [one.process.name for one in found.registers.values()] == ["lending.workshops", "lending.clubs"]
    assert {one.process.base for one in found.registers.values()} == {"lending"}
    rows = register("workshops").rows
    assert rows is not None
    assert (rows.row, list(rows.checks)) == ("Workshop", ["audit", "insurance", "look"])
    assert found.process.rows is None
    assert (found.process.case, found.process.noun, register("clubs").case) == ("Case", "case", "Club")
    assert found.warnings == ()


def test_who_works_with_rows_or_is_named_sees_them() -> None:
    workshops, clubs = register("workshops"), register("clubs")
    assert {name: one.sees for name, one in workshops.roles.items()} == {"clerk": "all", "member": "all"}
    # Of an organisation: whoever sees only cases of their own sees only its row.
    assert {name: one.sees for name, one in clubs.roles.items()} == {"clerk": "all", "member": "own", "guest": "all"}
    assert workshops.opening.by == frozenset({"clerk"})


def test_what_is_asked_for_and_kept() -> None:
    workshops, clubs = register("workshops"), register("clubs")
    asked = {"name": True, "street": False, "rate": False, "audit_on": False, "look_on": False}
    assert workshops.opening.form == asked | {"insurance_on": False, "insurance_until": False}
    assert set(workshops.events_in("current")) == {
        *("change", "end", "check_ended", "record_audit", "record_insurance", "record_look")
    }
    assert set(clubs.events_in("current")) == {"change", "confirm", "end"}
    assert (clubs.label, clubs.organisation, workshops.label) == ("organisation", "organisation", "name")
    assert workshops.states["ended"].final
    assert [one.fields for one in clubs.unique] == [("organisation",)]


def test_its_text_says_all_of_it_to_whoever_publishes_it() -> None:
    for one in loaded().registers.values():
        again = load_published(text_of(one.source), "published", lambda _: None).process
        assert (again.name, again.rows, list(again.fields)) == (
            one.process.name,
            one.process.rows,
            [*one.process.fields],
        )
        assert again.states.keys() == one.process.states.keys()
    # No author writes it: there is no such key, and no process is called so.
    with pytest.raises(Refused):
        load_process(text_of(loaded().registers["clubs"].source), "clubs.yaml", lambda _: None)
    with pytest.raises(Refused):
        load_process(LENDING.replace("process: lending", "process: lending.workshops"), "x.yaml", lambda _: None)


@pytest.mark.parametrize(
    ("before", "after", "code", "said"),
    [
        ("street:", "audit_on:", "wrong-value", "audit_on is a field of every row of this register already."),
        ("street:", "usable:", "wrong-value", "usable is a field of every row of this register already."),
        ("changed_by: [clerk]\n", "changed_by: [clark]\n", "unknown-role", "There is no role clark."),
        ("lasts: 1 year", "lasts: ever", "bad-duration", "ever is not a length of days or longer, or as stated."),
        ("    of: organisation\n", "    of: organisation\n    organisation: warden\n", "wrong-value", ""),
        ("type: money, dated", "type: monny, dated", "wrong-value", "monny is not one of the choices of type."),
        ("    seen_by:", "    label: nam\n    seen_by:", "unknown-field", "There is no field nam."),
        ("    seen_by:", "    usable: rat > 0\n    seen_by:", "unknown-field", ""),
        ("  workshops:\n", "  w" + "o" * 55 + ":\n", "wrong-value", ""),
        ("    row: Club\n", "    row: Club\n    roww: Club\n", "unknown-key", "roww is not known here."),
    ],
)
def test_what_is_wrong_is_told_where_it_is_written(before: str, after: str, code: str, said: str) -> None:
    assert before in LENDING
    text = LENDING.replace(before, after, 1)
    changed = next(
        n for n, (one, was) in enumerate(zip(text.split("\n"), LENDING.split("\n"), strict=False)) if one != was
    )
    with pytest.raises(Refused) as refused:
        loaded(text)
    found = [(one.code, one.line, one.message) for one in refused.value.problems]
    assert [one for one in found if one[:2] == (code, changed + 1) and said in one[2]], found


def test_which_processes_hold_rows() -> None:
    assert rows_named("lending", "clubs") == "lending.clubs"
    assert [holds_rows(one) for one in ("lending", "lending.clubs")] == [False, True]
    assert [base_of(one) for one in ("lending", "lending.clubs")] == ["lending", "lending"]


def test_when_a_row_may_be_used() -> None:
    checks = {"a": {"lasts": "1 year"}, "b": {"lasts": "as stated"}, "c": {"lasts": "1 year", "optional": True}}
    assert usable_of(checks, ()) == "a_until != null && a_until > today && b_until != null && b_until > today"
    # While one is recorded, its end is not written yet.
    assert usable_of(checks, ("a", "b")).startswith("a_on + 1 year != null && a_on + 1 year > today && b_until")
    assert usable_of({}, ()) == "true"
    assert usable_of(checks, ("a",), "size > 3") == "size > 3"


def test_a_check_counts_before_its_last_day_is_over() -> None:
    from datetime import date

    day = date(2025, 1, 10)
    assert [ended_or_missing(one, day) for one in (None, date(2025, 1, 9), day, date(2025, 1, 11))] == [
        *("missing", "ended", "ended", "")
    ]


def test_a_register_needs_no_checks() -> None:
    fields = "{name: {title: Name, type: text}}"
    plain = f"registers:\n  rates: {{title: Rates, row: Rate, label: name, fields: {fields}, changed_by: [clerk]}}\n"
    assert "registers:\n" in LENDING
    found = loaded(LENDING.replace("registers:\n", plain, 1))
    # A row stands until somebody ends it: nothing has to come for that.
    assert (found.registers["rates"].process.states["current"].timers, found.warnings) == ({}, ())
