"""What steps do to states that rest: what is done or typed meanwhile holds once the case is back."""

from __future__ import annotations

from tests.unit.test_pause import Walked, on, process, walked

__all__ = ["process", "walked"]


def test_what_is_done_or_typed_meanwhile_holds_when_it_goes_on(walked: Walked) -> None:
    walked.fire("rest", on("2024-01-16 09:00"))
    walked.ring("break/deadline")
    assert "call" in walked.case.tasks  # of the pause; the one that rests is another
    walked.fire("called", on("2024-01-30 10:00"))
    walked.fire("typed", on("2024-01-30 10:00"), seen="2024-02-20")
    assert "round/dated" not in walked.case.timers
    walked.fire("return", on("2024-01-31 09:00"))
    assert set(walked.case.tasks) == {"write", "look"}
    assert "task:call" not in walked.case.timers
    assert (walked.due("round/dated"), walked.due("look")) == ("2024-02-20 00:00", "2024-02-27 23:59")


def test_a_date_that_is_emptied_on_the_way_back_starts_nothing(walked: Walked) -> None:
    walked.fire("rest", on("2024-01-16 09:00"))
    case = walked.fire("return", on("2024-01-17 09:00"), seen=None)
    assert "round/dated" not in case.timers
    assert "due" not in case.tasks["look"]
