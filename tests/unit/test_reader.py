"""Reading documents: positions, limits, and signs that only look like what is meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars.loader import glance_at_calendar, load_calendar
from engine.process.file.loader import load_process, load_published
from engine.source.problem import Refused, errors
from engine.source.reader import MAX_BYTES, MAX_DEPTH, read
from tests.conftest import ROOT

LOAN_TEXT = (ROOT / "tests/processes/equipment-loan.yaml").read_text()


def refusals(content: bytes | str) -> list[tuple[int, int, str]]:
    with pytest.raises(Refused) as refused:
        read(content, "f.yaml")
    return [(problem.line, problem.column, problem.code) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("a: 1\nb: [1, 2\n", (3, 1, "not-yaml")),
        ("a: 1\na: 2\n", (2, 1, "duplicate-key")),
        ("a: {b: 1, c: 2, b: 3}\n", (1, 17, "duplicate-key")),
        ("a: !!python/object:os.system x\n", (1, 4, "tag")),
        ("a: *b\n", (1, 4, "alias")),
        (b"a: \xff\n", (1, 4, "not-utf8")),
        ("a: 'x\x07y'\n", (1, 6, "control-character")),
        ("a: 1\n---\nb: 2\n", (2, 1, "not-yaml")),
        ("? [a, b]\n: 1\n", (1, 3, "not-yaml")),
        ("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), (1, 67, "too-deep")),
        ("a: x" + " " * MAX_BYTES, (1, 1, "too-big")),
        ("é" * 600_000, (1, 1, "too-big")),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(content: bytes | str, found: tuple[int, int, str]) -> None:
    assert refusals(content) == [found]


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert [code for _, _, code in refusals("\n".join(lines))] == ["alias"]


def test_an_anchor_cannot_hold_itself() -> None:
    assert [code for _, _, code in refusals("a: &x [1, *x]")] == ["alias"]


def test_every_duplicate_key_is_reported() -> None:
    assert len(refusals("a: 1\na: 2\nb: {c: 1, c: 2}\nb: 3\n")) == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("2023-09-01", "2023-09-01"),
        ("09:00", "09:00"),
        ("0x10", "0x10"),
        ("010", 10),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("-3", -3),
        ("1e3", "1e3"),
        ("'7'", "7"),
        ("NaN", "NaN"),
        (".inf", ".inf"),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    assert read(f"a: {text}", "f.yaml").data == {"a": value}


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    assert read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "f.yaml").data == {"a": 1, "b": 2}


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read(content, "f.yaml")
    except Refused as refused:
        assert all(problem.line >= 1 and problem.column >= 1 for problem in refused.problems)


YAMLISH = st.text(alphabet="ab:- \n[]{}&*!'\"#|>?%@,0", max_size=120)


@given(YAMLISH)
def test_any_text_that_looks_like_yaml_is_read_or_refused(text: str) -> None:
    try:
        read(text, "f.yaml")
    except Refused:
        pass


def test_a_fault_in_an_expression_is_told_at_its_column_in_the_file() -> None:
    text = LOAN_TEXT.replace('check: deposit >= money("50")', 'check: deposit >= money("50") && depositt == 1.0')
    with pytest.raises(Refused) as refused:
        load_process(text, "loan.yaml", lambda _: None)
    [problem] = refused.value.problems
    line = text.splitlines()[problem.line - 1]
    assert line[problem.column - 1 :].startswith("depositt")
    assert str(problem) == (
        f"loan.yaml:{problem.line}:{problem.column}: error unknown-field: "
        "depositt is neither a field nor a function. Did you mean deposit?"
    )


def test_a_fault_in_a_folded_quoted_expression_is_told_at_its_line() -> None:
    text = LOAN_TEXT.replace(
        'check: deposit >= money("50")',
        'check: >-\n              deposit >= money("50")\n              && itm == "saw"',
    )
    with pytest.raises(Refused) as refused:
        load_process(text, "loan.yaml", lambda _: None)
    [problem] = refused.value.problems
    assert text.splitlines()[problem.line - 1][problem.column - 1 :].startswith("itm")


def test_all_problems_of_a_file_are_told_at_once() -> None:
    text = LOAN_TEXT.replace("to: refused}", "to: refusd}").replace(
        "raise: inspect}\n              - to", "raise: inspct}\n              - to"
    )
    text = text.replace("damaged: required", "damagd: required")
    with pytest.raises(Refused) as refused:
        load_process(text, "loan.yaml", lambda _: None)
    assert {problem.code for problem in refused.value.problems} == {"unknown-state", "unknown-task", "unknown-field"}
    assert len(refused.value.problems) == 6


PROCESS = """process: odd
version: "1"
title: Odd “title” with a\u00a0space
effective_from: 2023-09-01
initial: first
roles: {clerk: {title: Clerk’s own}}
fields: {kind: {title: Kind, type: text}}
tasks: {chase: {title: Chase, role: clerk}}
states:
  first:
    title: First
    owner: clerk
    deadline: {within: 2 weeks, raise: chase}
    events: {end: {title: End, by: clerk, needs: [{check: 'kind != "“quoted”"', say: “No”}], to: last}}
  last: {title: Last, final: true, outcome: done}
"""


def test_curly_quotes_and_no_break_spaces_are_welcome_in_what_people_read() -> None:
    load_process(PROCESS, "odd.yaml", lambda _: None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("within: 2 weeks", "within: 2\u00a0weeks", "a no-break space"),
        ("role: clerk}}", "role: ‘clerk’}}", "a curly quote (‘)"),
        ('kind != "“quoted”"', "kind != “quoted”", "a curly quote (“)"),
        ('kind != "“quoted”"', 'kind\u202f!= "“quoted”"', "a narrow no-break space"),
        ("initial: first", "initial:\u00a0first", "a no-break space"),
        ("    owner: clerk", "    \u00a0owner: clerk", "a no-break space"),
        ("    owner: clerk", "    owner\u200b: clerk", "a zero-width space"),
        ("initial: first", "initial: first\u2060", "a word joiner"),
        ("final: true", "final: true\u2003", "a space of another kind (U+2003)"),
        ("process: odd", "process: «odd»", "a curly quote («)"),
    ],
)
def test_what_only_looks_like_a_space_or_a_quote_is_named_where_it_stands(old: str, new: str, said: str) -> None:
    text = PROCESS.replace(old, new)
    with pytest.raises(Refused) as refused:
        load_process(text, "odd.yaml", lambda _: None)
    found = next(one for one in refused.value.problems if one.code == "odd-sign")
    sign = next(one for one in new if not one.isascii())
    assert found.message == f"This is {said}."
    assert text.split("\n")[found.line - 1][found.column - 1] == sign


@pytest.mark.parametrize(
    ("title", "code", "column"),
    [
        ("Odd\u202e title", "odd-sign", 11),
        ('"Odd\\u202e title"', "odd-sign", 8),  # where the text begins: an escape has no place of its own
        ('"Odd\\x07 title"', "control-character", 8),
        ("Odd\u200b title", "odd-sign", 11),
    ],
)
def test_signs_that_nobody_sees_are_told_in_any_text(title: str, code: str, column: int) -> None:
    text = PROCESS.replace("Odd “title” with a\u00a0space", title)
    with pytest.raises(Refused) as refused:
        load_process(text, "odd.yaml", lambda _: None)
    assert [(one.code, one.line, one.column) for one in errors(refused.value.problems)] == [(code, 3, column)]
    assert load_published(text, "odd.yaml", lambda _: None).process.title.endswith(" title")  # and goes on


@pytest.mark.parametrize("key", ["title: Terms\u202e", 'title: "Terms\\u202e"'])
def test_nor_in_a_calendar(key: str) -> None:
    text = f"calendar: c\n{key}\nyears:\n  2023-24: [{{opens: 2023-09-04, closes: 2023-12-22}}]\n"
    with pytest.raises(Refused, match="odd-sign: This is a mark of direction"):
        load_calendar(text, "c.yaml")
    assert glance_at_calendar(text, "c.yaml").name == "c"  # one that is kept goes on
