"""What a process says in one place and takes back in another: one rule, one small change of a right process."""

from __future__ import annotations

import pytest

from engine.process.file.loader import load_process, load_published
from engine.source.problem import Problem, Refused
from tests.workshop import CALENDAR, TEXT

PRICE = "price: {title: Price, type: number}"
CALL = "call: {title: Call, role: clerk, due: 1 day, done_by: [report], escalate: {after: 1 day, to: boss}}"
REPORT = "report: {title: Report, by: clerk}"
READY = "form: {ready: optional, price: optional"
BY_BOSS = "report: {title: Report, by: boss}"
START = "start: {title: Start, form: {kind: optional}, to: work.place}"


def changed(changes: dict[str, str]) -> str:
    text = TEXT
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def told(text: str) -> set[tuple[str, str, str]]:
    """Severity, code and message of everything that is wrong or questionable."""
    found: tuple[Problem, ...]
    try:
        found = load_process(text, "w.yaml", lambda _: CALENDAR).warnings
    except Refused as refused:
        found = refused.problems
    return {(str(one.severity), one.code, one.message) for one in found}


MONEY = {"calendar: leicestershire\n": "calendar: leicestershire\ncurrency: GBP\n"}
FEE = f"{PRICE}\n  fee: {{title: Fee, type: money, min: 10, max: 20.5}}"
TAG = (
    "tag: {title: Tag, type: code, code: {pattern: '[0-9]{3}', check: {weights: [2, 3], modulus: 7, signs: '0123456'}}}"
)
ERRORS = [
    (
        {PRICE: f"{PRICE}\n  {TAG}", "{kind: '\"lathe\"'}": "{tag: '\"212\"'}"},
        ("wrong-value", "212 is no such code: it is mistyped: its first sign does not fit the others."),
    ),
    (
        {**MONEY, PRICE: FEE, "{kind: '\"lathe\"'}": "{fee: 'money(\"9.99\")'}"},
        ("wrong-value", 'money("9.99") is less than fee can be.'),
    ),
    (
        {**MONEY, PRICE: FEE, "{kind: '\"lathe\"'}": "{fee: 'money(\"20.51\")'}"},
        ("wrong-value", 'money("20.51") is more than fee can be.'),
    ),
    (
        {**MONEY, PRICE: FEE.replace("20.5", "9.5")},
        ("limits-crossed", "fee would have to be at least 10 and at most 9.5: no number is."),
    ),
    (
        {PRICE: "price: {title: Price, type: number, min: 10, max: 9.5}"},
        ("limits-crossed", "price would have to be at least 10 and at most 9.5: no number is."),
    ),
    (
        {"organisation: shop\n": "label: shop\n"},
        (
            "sees-nothing",
            "The role shop sees the cases of its own organisation, but no field says whose a case is.",
        ),
    ),
    ({"""{kind: '"lathe"'}""": """{kind: '"lath"'}"""}, ("wrong-value", "lath is not one of the choices of kind.")),
    (
        {PRICE: "price: {title: Price, type: number, min: 5}", "{kind: '\"lathe\"'}": "{price: '4.0'}"},
        ("wrong-value", "4.0 is less than price can be."),
    ),
    (
        {
            PRICE: "price: {title: Price, type: number, max: 5}",
            "{when: urgent == true, to": "{when: urgent == true, set: {price: '7.5'}, to",
        },
        ("wrong-value", "7.5 is more than price can be."),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "found"), ERRORS)
def test_what_can_mean_nothing_is_an_error(changes: dict[str, str], found: tuple[str, str]) -> None:
    assert ("error", *found) in told(changed(changes))


@pytest.mark.parametrize("changes", [changes for changes, _ in ERRORS])
def test_what_was_published_with_it_goes_on(changes: dict[str, str]) -> None:
    loaded = load_published(changed(changes), "w.yaml", lambda _: CALENDAR)
    assert loaded.process.name == "workshop"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (
            {CALL: CALL.replace("to: boss", "to: clerk")},
            ("own-escalation", "The task call would escalate to clerk, who has it already."),
        ),
        (
            {READY: "form: {price: optional"},
            ("never-filled", "Nothing ever fills ready in: no form asks for it, and no set: gives it a value."),
        ),
        (
            {CALL: CALL.replace(", escalate: {after: 1 day, to: boss}", ""), REPORT: BY_BOSS},
            ("cannot-be-done", "Nobody who has the task call may do one of the events that do it."),
        ),
        (
            {CALL: CALL.replace("[report]", "[grip]")},
            ("cannot-be-done", "The task call is raised in desk, where none of the events that do it stands."),
        ),
        (
            {START: START.replace("to: work", "raise: call, to: work")},
            ("cannot-be-done", "The task call is raised in work.place, where none of the events that do it stands."),
        ),
        (
            {
                "{after: 2 weeks, send: nudge, if_refused: {again: 1 day}}": "{after: 2 weeks, raise: call}",
                CALL: CALL.replace("[report]", "[again]"),
                "nudge: {title: Nudge, by: [],": "nudge: {title: Nudge,",
                "    raise: call\n": "",
            },
            ("cannot-be-done", "The task call is raised in desk, where none of the events that do it stands."),
        ),
    ],
)  # fmt: skip
def test_what_comes_to_nothing_is_a_warning(changes: dict[str, str], found: tuple[str, str]) -> None:
    assert told(changed(changes)) == {("warning", *found)}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {READY: "form: {price: optional", "{kind: '\"lathe\"'}": "{kind: '\"lathe\"', ready: today}"},
        {REPORT: BY_BOSS},  # to whom it escalates
        {REPORT: "report: {title: Report}"},
        {REPORT: "report: {title: Report, raise: call}"},  # it stays where the event stands
        {"finish: {title: Finish,": "end: {title: End, raise: call, to: desk}, finish: {title: Finish,"},
        {"{kind: '\"lathe\"'}": "{kind: 'urgent == true ? \"lathe\" : \"bench\"'}"},
    ],
)  # fmt: skip
def test_what_means_something_is_not_told(changes: dict[str, str]) -> None:
    assert told(changed(changes)) == set()


def test_one_number_may_be_all_that_is_meant() -> None:
    found = told(changed({PRICE: "price: {title: Price, type: number, min: 5, max: 5}"}))
    assert {code for _, code, _ in found} == {"never-true", "never-broken"}  # of what asks for other prices
