"""What a code means, as it is printed."""

from __future__ import annotations

import pytest

from engine.authoring.explanation import UnknownCode, explanation
from engine.source.problem import CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_explained_in_plain_text(code: str) -> None:
    said = explanation(code).split("\n")
    assert said[:2] == [code, ""]
    assert said[2].lstrip("`")
    assert not any(line.startswith(("#", "```")) for line in said)
    assert "Wrong:" in said
    assert said.index("Wrong:") < said.index("Right:")


def test_examples_are_indented_and_codes_that_share_a_text_have_it() -> None:
    assert "\n\nWrong:\n\n    fields: {count: {min: 10, max: 5}}\n" in explanation("limits-crossed")
    assert explanation("unknown-state").partition("\n")[2] == explanation("unknown-place").partition("\n")[2]
    assert "\nWarning. Something asks" in explanation("never-filled")


def test_a_code_that_there_is_not_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownCode, match=r"^No problem has the code unknown-stat\. Did you mean unknown-state\?$"):
        explanation("unknown-stat")
