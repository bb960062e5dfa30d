"""What a process says of others that its links lead to is told at its place, with what was likely meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.authoring.around import Around
from engine.authoring.check import check_file
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


def test_what_fills_itself_in_need_not_be_handed_over(tmp_path: Path) -> None:
    form, house = "form: {what: required", WHAT + ", house: {title: House, type: text}"
    text = REPAIRS.replace(form, form + ", house: required").replace(WHAT, house)
    text = text.replace("label: what", "label: what\norganisation: house")
    assert told(tmp_path, opening("link: repair, with: {what: item}"), text) == []
