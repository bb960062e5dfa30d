"""What no database keeps is found wherever it stands."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case.answers.text import can_be_kept


@pytest.mark.parametrize("bad", ["\x00", "a\x00", "\ud800"])
@pytest.mark.parametrize(
    "around", [lambda t: t, lambda t: [t], lambda t: {"a": {"b": [1, (t,)]}}, lambda t: {t: 1}, lambda t: {"a": {t: 1}}]
)
def test_a_sign_that_cannot_be_kept_is_found_at_any_depth(around: Any, bad: str) -> None:
    assert not can_be_kept(around(bad))
    assert can_be_kept(around("Zoë 👩\u200d👧 \n\t"))


@given(
    st.recursive(
        st.one_of(st.none(), st.integers(), st.text()), lambda one: st.lists(one) | st.dictionaries(st.text(), one)
    )
)
def test_what_can_be_kept_can_be_written_in_any_encoding_of_unicode(value: Any) -> None:
    if can_be_kept(value):
        assert repr(value).encode()
        assert "\x00" not in str(value)
