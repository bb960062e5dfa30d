"""What a process says of others that its links lead to is told at its place, with what was likely meant."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.authoring.around import Around
from engine.authoring.check import check_file
from engine.lsp.desk import Desk
from engine.process.file.loader import load_process, load_published
from engine.source.problem import Refused, Severity
from tests.sets import LOANS, REPAIRS, loaded

LOAN = LOANS.replace("  guest: {title: Guest, sees: own}\n", "")
SEND = "send: {title: Send, to: away}"


def opening(said: str, text: str = LOAN) -> str:
    return text.replace(SEND, f"send: {{title: Send, to: away, opens: {{{said}}}}}")


def told(folder: Path, text: str, *others: str, around: Around | None = None) -> list[tuple[str, str, str, str]]:
    for number, other in enumerate(others):
        (folder / f"other{number}.yaml").write_text(other)
    (folder / "loans.yaml").write_text(text)
    found = check_file(folder / "loans.yaml", None, around)
    lines = text.splitlines()
    return [(one.code, one.message, one.mend, lines[one.line - 1][one.column - 1 :][:6]) for one in found]


def test_a_link_to_a_process_that_is_not_at_hand_is_a_warning(tmp_path: Path) -> None:
    unknown = "There is no process repairs beside this one."
    later = "It may be published later: then nothing is wrong."
    assert told(tmp_path, LOAN) == [("unknown-process", unknown, later, "repair")]
    near = REPAIRS.replace("process: repairs", "process: repair")
    assert told(tmp_path, LOAN, near) == [("unknown-process", unknown, "Did you mean repair?", "repair")]
    [problem] = check_file(tmp_path / "loans.yaml")
    assert problem.severity is Severity.WARNING
    assert told(tmp_path, LOAN, near, REPAIRS) == []


WRONG = [
    ("in: wating, with: {what: item}", "unknown-state", "There is no state wating in Repair order.", "waiting"),
    ("in: mended, with: {what: item}", "wrong-value", "No case of Repair order begins in mended.", "One of: waiting."),
    ("with: {whot: item, what: item}", "unknown-field", "There is no field whot in Repair order.", "what"),
    (
        "with: {what: item, price: item}",
        "wrong-value",
        "Repair order does not ask for Price when a case begins.",
        "Known: what.",
    ),
    (
        "in: waiting",
        "cannot-be-filled",
        "Repair order asks for What when a case begins, and nothing is handed over for it.",
        "Add it in with:, as what: ….",
    ),
]
WHAT = "what: {title: What, type: text}"
PRICED = REPAIRS.replace(WHAT, WHAT + ", price: {title: Price, type: text}").replace(
    "{title: Mend,", "{title: Mend, form: {price: optional},"
)


@pytest.mark.parametrize(("said", "code", "message", "mend"), WRONG)
def test_what_is_handed_over_is_held_against_the_other_process(
    said: str, code: str, message: str, mend: str, tmp_path: Path
) -> None:
    text = opening(f"link: repair, {said}")
    found = told(tmp_path, text, PRICED)
    assert [one[:2] for one in found] == [(code, message)]
    assert found[0][2] in {mend, f"Did you mean {mend}?"}
    # One that is only published may have another version by then.
    (tmp_path / "other0.yaml").unlink()
    [problem] = check_file(tmp_path / "loans.yaml", None, Around((), {"repairs": loaded(PRICED)}))
    assert (problem.code, problem.message, problem.severity) == (code, message, Severity.WARNING)


def test_of_the_process_itself_it_is_told_whenever_it_is_read(tmp_path: Path) -> None:
    said = 'with: {itm: "item"}, in: shelv'
    with pytest.raises(Refused) as refused:
        load_process(opening(f"link: before, {said}"), "loans.yaml", lambda _: None)
    found = [(one.code, one.message, one.mend) for one in refused.value.problems if one.severity is Severity.ERROR]
    assert found == [
        ("unknown-field", "There is no field itm in Loan.", "Did you mean item?"),
        ("unknown-state", "There is no state shelv in Loan.", "Did you mean shelf?"),
    ]
    # What was published before this was looked at goes on: such an event is refused, as before.
    load_published(opening(f"link: before, {said}"), "loans.yaml", lambda _: None)


def test_it_is_told_beside_what_else_is_wrong_and_never_of_a_process_that_cannot_be_used(tmp_path: Path) -> None:
    text = opening("link: repair, in: wating, with: {what: item}").replace("owner: clerk", "owner: clark", 1)
    codes = {one[0] for one in told(tmp_path, text, REPAIRS)}
    assert codes == {"unknown-role", "unknown-state"}
    broken = REPAIRS.replace("owner: clerk", "owner: clark")
    assert {one[0] for one in told(tmp_path, text, broken)} == {"unknown-role"}


FIELDS = "what: {title: What, type: text}, by: {title: By, type: date}, fee: {title: Fee, type: integer}"
KINDS = ", kind: {title: Kind, type: choice, choices: {hinge: A hinge, lid: A lid}}"
FORM = "form: {what: required, by: optional, fee: optional, kind: optional}"
TYPED = REPAIRS.replace(WHAT, FIELDS + KINDS).replace("form: {what: required}", FORM)
OURS = LOAN.replace(
    "fields:\n",
    "fields:\n  part: {title: Part, type: choice, choices: [lid, spout]}\n  seen: {title: Seen, type: time}\n"
    "  good: {title: Good, type: yes_no}\n",
    1,
).replace("open: {form: {", "open: {form: {part: optional, seen: optional, good: optional, ", 1)
UNLIKE = [
    ("by: good", "expression-type", "This gives true or false, and By of Repair order is of the type date.", "error"),
    ("by: item", "expression-type", "This gives text, and By of Repair order is of the type date.", "warning"),
    ("fee: today", "expression-type", "This gives a day, and Fee of Repair order is of the type integer.", "error"),
    ("kind: '\"lit\"'", "wrong-value", "Kind of Repair order cannot be lit.", "error"),
    ("kind: part", "wrong-value", "Kind of Repair order cannot be spout.", "warning"),
    ("by: seen, fee: 2 + 3, kind: '\"A lid\"'", "", "", ""),
    ("by: 'null', kind: item", "", "", ""),
]


@pytest.mark.parametrize(("said", "code", "message", "severity"), UNLIKE)
def test_what_is_handed_over_is_a_value_of_its_field_there(
    said: str, code: str, message: str, severity: str, tmp_path: Path
) -> None:
    text = opening(f"link: repair, with: {{what: item, {said}}}", OURS)
    (tmp_path / "repairs.yaml").write_text(TYPED)
    (tmp_path / "loans.yaml").write_text(text)
    found = [(one.code, one.message, str(one.severity)) for one in check_file(tmp_path / "loans.yaml")]
    assert found == ([(code, message, severity)] if code else [])


def test_ends_that_no_linked_case_has_are_told_at_their_place(tmp_path: Path) -> None:
    said = 'outcome("repair") == "Thrown away"'
    for wrong in (
        'outcome("repair") == "Thrown awy"',
        '"Thrown awy" == outcome( "repair" )',
        'outcome("repair") in ["Mended", "Thrown awy"]',
    ):
        text = LOAN.replace(said, wrong)
        message, mend = "No case of Repair order ends with 'Thrown awy'.", "Did you mean Thrown away?"
        assert told(tmp_path, text, REPAIRS) == [("unknown-outcome", message, mend, '"Throw')]
    # Cases of an earlier version may have ended so; it stands beside.
    before = REPAIRS.replace("outcome: Thrown away", "outcome: Thrown awy").replace("2000-01-01", "1999-01-01")
    assert told(tmp_path, text, REPAIRS, before.replace('"1"', '"0"')) == []
    # Of a process that is not at hand nothing is known, and of other texts nothing is said.
    (tmp_path / "other0.yaml").unlink()
    (tmp_path / "other1.yaml").unlink()
    assert {one[0] for one in told(tmp_path, text)} == {"unknown-process"}
    assert told(tmp_path, LOAN.replace(said, 'outcome("repair") == item'), REPAIRS) == []


def test_an_editor_is_told_of_it_while_the_text_is_written(tmp_path: Path) -> None:
    (tmp_path / "repairs.yaml").write_text(REPAIRS)
    desk, file = Desk(), tmp_path / "loans.yaml"
    desk.put(file, LOAN.replace('== "Thrown away"', '== "Thrown"'))
    found = [(one.code, one.line, one.column) for one in desk.problems(file, date(2024, 1, 8))]
    line = next(number for number, one in enumerate(LOAN.splitlines(), 1) if "Thrown away" in one)
    assert found == [("unknown-outcome", line, LOAN.splitlines()[line - 1].index('"Thrown') + 1)]


def test_what_fills_itself_in_need_not_be_handed_over(tmp_path: Path) -> None:
    form, house = "form: {what: required", WHAT + ", house: {title: House, type: text}"
    text = REPAIRS.replace(form, form + ", house: required").replace(WHAT, house)
    text = text.replace("label: what", "label: what\norganisation: house")
    assert told(tmp_path, opening("link: repair, with: {what: item}"), text) == []
