"""Board: a lane for each state, the longest there at the top."""

from __future__ import annotations

import re

import pytest

from engine import Engine
from engine.web.cases import board
from tests.integration.site import MANY, Visit
from tests.steps import done


def test_the_board_counts_all_and_shows_the_longest_there_of_each_state(
    crowd: Engine, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "IN_LANE", 3)
    last = crowd.cases(sort="-id", limit=1).items[0].id
    done(crowd.fire(last, "withdraw", "coordinator", {"reason": "Moved away"}))
    text, title = visit.get("/board?process=hbep-referral").text, crowd.case(1).state_title
    assert f"{title} ({MANY - 1})" in text
    assert len(re.findall('href="/cases/[0-9]+"', text)) == 3
    assert f"See all {MANY - 1} in {title}" in text
