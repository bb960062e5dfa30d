"""What a process file says of series, and what is wrong with it."""

from __future__ import annotations

import pytest

from engine.process.file.loader import Loaded, load_process
from engine.source.problem import Refused
from tests.visits import CALENDAR, TEXT, VISITS


def problems(*changes: tuple[str, str]) -> list[tuple[int, str, str]]:
    """The problems of the text with some of it changed: line, code and message."""
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    try:
        found = read(text).warnings
    except Refused as refused:
        found = refused.problems
    return [(one.line, one.code, one.message) for one in found]


def read(text: str) -> Loaded:
    return load_process(text, "visits.yaml", lambda name: CALENDAR if name == "leicestershire" else None)


def test_a_series_is_read_with_its_fields() -> None:
    visit, score = VISITS.series["visit"], VISITS.series["score"]
    assert list(visit.fields) == ["day", "kind", "minutes", "hours", "met", "until"]
    assert (visit.title, visit.row, visit.fields["day"].title) == ("Visits", "Visit", "Visited on")
    assert (score.row, score.fields["day"].title) == ("Scores", "Day")
    assert (visit.optional, set(visit.computed)) == ({"met", "until"}, {"hours"})
    assert VISITS.fields["visit.minutes"].max == 600
    assert VISITS.title_of("fields", "visit") == "Visits"


def test_the_text_has_no_problems() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (("form: {visit: required}", "form: {visits: required}"), "unknown-field", "There is no field visits."),
        (
            ("type: number, value", "type: integer, value"),
            "expression-type",
            "The expression gives a number, but a whole number is needed here.",
        ),
        (('"double(minutes)', '"double(minuts)'), "unknown-field", "minuts is neither a field nor a function."),
        (("when: consent, still", "when: consnt, still"), "unknown-field", "consnt is neither a field nor a function."),
        (
            ("when: consent, still", "when: minutes > 3, still"),
            "unknown-field",
            "minutes is neither a field nor a function.",
        ),
        (
            ("      kind: {title", "      name: {title"),
            "wrong-value",
            "name is a field of the case already and cannot name a field of a row.",
        ),
        (
            ("      met: {title", "      day: {title"),
            "wrong-value",
            "day is the day of every row and cannot name a field of a row.",
        ),
        (
            ("      met: {title", "      state: {title"),
            "wrong-value",
            "state is a word of expressions and cannot name a field of a row.",
        ),
        (("  score:\n", "  name:\n"), "wrong-value", "name is a field already and cannot name a series."),
        (
            ("name: required, consent", "score: optional, consent"),
            "wrong-value",
            "A case begins without rows: score cannot be asked for when it is begun.",
        ),
        (
            ('/ 60.0"}', '/ 60.0", optional: true}'),
            "wrong-value",
            "hours is worked out: whether it is empty, its value: says.",
        ),
        (("at: last(visit).day", "at: last(visit).kind"), "expression-type", ""),
        (("last_kind: last(visit).kind", "last_kind: last(visit).hours"), "expression-type", ""),
        (("min: day, optional", "min: dai, optional"), "unknown-field", "dai is neither a field nor a function."),
    ],
)
def test_what_is_wrong_with_a_series_is_found(change: tuple[str, str], code: str, message: str) -> None:
    found = [one for one in problems(change) if one[1] not in {"unused-name", "never-filled"}]
    assert found[0][1] == code
    assert not message or message in [one[2] for one in found]


def test_a_series_that_nothing_fills_or_nothing_uses_is_told() -> None:
    without = (", score: optional}", "}")
    assert problems(without) == [(26, "unused-name", "The series score is used nowhere.")]
    asked = ("- never: sum(visit, minutes) > 1000", "- never: sum(score, total) > 1000.0")
    assert problems(without, asked) == [
        (26, "never-filled", "Nothing ever writes a row of score: no form asks for one.")
    ]


def test_of_a_series_that_cannot_be_read_nothing_else_is_said() -> None:
    found = problems(("title: Visits\n    row", "title: 3\n    row"))
    assert [one[1] for one in found] == ["wrong-type"]
