"""In which processes an organisation takes part, as far as that is known."""

from __future__ import annotations

import pytest

from engine.case.partnership import partnerships


@pytest.mark.parametrize(
    ("known", "of_area", "published", "offered"),
    [
        (["a"], ["b"], ["a", "b"], {"a"}),
        (["a", "b"], [], ["a", "b"], {"a", "b"}),
        ([], ["b"], ["a", "b"], {"b"}),
        ([], ["a", "b"], ["a", "b"], set()),
        ([], [], ["a", "b"], set()),
        ([], [], ["a"], {"a"}),
        ([], [], [], set()),
    ],
)
def test_where_several_might_be_nobody_guesses_where_an_organisation_takes_part(
    known: list[str], of_area: list[str], published: list[str], offered: set[str]
) -> None:
    assert partnerships(known, of_area, published) == offered
