"""What can be wrong with which row answers which task."""

from __future__ import annotations

import pytest

from engine.process.file.loader import load_published
from engine.source.problem import Refused
from tests.advice import ADVICE, load

OPINION = "done_by: [advise, close], answered_in: advice.adviser"


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        (OPINION, OPINION.replace("advice.", "advise."), "unknown-series", "There is no series advise."),
        (OPINION, OPINION.replace("adviser", "advisor"), "unknown-field", "A row of advice has no field advisor."),
        (OPINION, OPINION.replace(".adviser", ""), "unknown-field", "A field of a row is named"),
        (OPINION, OPINION.replace("adviser", "supports"), "wrong-value", "those for the choices of asked."),
        (OPINION, OPINION.replace("[advise, close]", "close"), "wrong-value", "asks for a row of advice"),
        (OPINION, "answered_in: advice.adviser", "wrong-value", "no event does the task."),
        ("site: The warden}}\n      supports", "sight: Eve}}\n      supports", "wrong-value", "the choices of asked."),
        ("site: The warden}}\n      supports", "site: W}, optional: true}\n      supports", "wrong-value", "optional:"),
        ("site: The warden}}\n      supports", "site: W}, when: calm == true}\n      supports", "wrong-value", "when:"),
        (
            "visit_on: {title: Visit on, type: date}",
            "visit_on: {title: V, type: text}",
            "wrong-value",
            "rows of visit.",
        ),
        ("form: {advice: required}", "form: {advice: optional}", "wrong-value", "may leave the row out"),
        ("per: asked, due: 1 week", "due: 1 week", "wrong-value", "there is only one of this kind."),
    ],
)
def test_it_is_told(old: str, new: str, code: str, said: str) -> None:
    assert old in ADVICE
    with pytest.raises(Refused) as refused:
        load(ADVICE.replace(old, new, 1))
    found = [(one.code, one.message) for one in refused.value.problems]
    assert any(one == code and said in message for one, message in found), found


def test_what_is_told_is_the_row_that_answers_and_nothing_of_others() -> None:
    assert {kind.name: kind.answered_in for kind in load().tasks.values()} == {
        "look": "",
        "opinion": "advice.adviser",
        "chase": "advice.adviser",
        "follow_up": "report.visit_on",
    }
    assert load_published(ADVICE, "advised.yaml", lambda _: None).process.tasks["opinion"].answered_in
