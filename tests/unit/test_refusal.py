"""A refusal is a value with a code, a sentence, and what is missing."""

from __future__ import annotations

import pytest

from engine.case.refusal import Code, Refusal


def test_a_refusal_is_not_lost_where_somebody_asks_whether_it_is_true() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        assert Refusal(Code.RULE, "No.") or "something else"


def test_what_is_not_there_is_left_out_of_its_data() -> None:
    assert Refusal(Code.RULE, "No.").as_data() == {"code": "rule", "message": "No."}
    assert Refusal(Code.FORM, "No.", ("a",), {"a": "Wrong."}).as_data() == {
        "code": "form", "message": "No.", "missing": ["a"], "fields": {"a": "Wrong."}
    }  # fmt: skip
