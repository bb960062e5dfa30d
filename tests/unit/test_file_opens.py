"""What a process says of the linked cases that its events open, and what is wrong in it."""

from __future__ import annotations

import pytest

from engine.authoring.others import opens_of
from engine.process.file.loader import load_process
from engine.source.problem import Refused
from tests.sets import LOANS, loaded

SEND = "send: {title: Send, to: away}"


def opening(text: str, more: str = "") -> str:
    return LOANS.replace(SEND, f"send: {{title: Send, to: away, opens: {{{text}}}{more}}}")


def test_it_leads_where_the_link_leads_and_hands_over_what_is_written() -> None:
    opens = opens_of(loaded(opening("link: repair, in: waiting, with: {what: item}")), "send")
    assert opens is not None
    assert (opens.link, opens.title, opens.process, opens.state) == ("repair", "Repair", "repairs", "waiting")
    assert [(name, value.text) for name, value in opens.values] == [("what", "item")]
    # Left out: the process itself.
    own = opens_of(loaded(opening("link: before")), "send")
    assert own is not None
    assert (own.process, own.state, own.values) == ("loans", "", ())
    assert opens_of(loaded(LOANS), "send") is None


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (opening("link: repare"), "unknown-link", "There is no link repare."),
        (opening("link: repair, process: loans"), "wrong-value", "repair leads to no case of loans."),
        (
            opening("link: repair").replace("to: repairs,", "to: [repairs, loans],"),
            "wrong-value",
            "repair leads to cases of several processes, and one of them is opened.",
        ),
        (opening("link: repair, with: {what: itm}"), "unknown-field", "itm is neither a field nor a function."),
        (
            opening("link: repair", ", undo: clerk"),
            "never-undone",
            "Send opens another case, and is not taken back: that one goes on by itself.",
        ),
        (
            opening("link: repair").replace(
                "    events: {send", "    timers: {late: {after: 1 week, send: send}}\n    events: {send"
            ),
            "nobody-acts",
            "Send is also sent by a timer or a free place: then nobody opens the other case.",
        ),
    ],
)
def test_what_cannot_be_is_told(text: str, code: str, message: str) -> None:
    with pytest.raises(Refused) as refused:
        load_process(text, "loans.yaml", lambda _: None)
    assert (code, message) in [(one.code, one.message) for one in refused.value.problems]


def test_with_process_one_of_several_is_meant() -> None:
    text = opening("link: repair, process: loans").replace("to: repairs,", "to: [repairs, loans],")
    opens = opens_of(loaded(text), "send")
    assert opens is not None
    assert opens.process == "loans"
