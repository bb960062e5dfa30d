"""Beside: few at once, few who wait, and none of them without end."""

from __future__ import annotations

import asyncio
import threading

import pytest

from engine.running.beside import DRAWINGS, EXPORTS, PASSWORDS, TRIALS, Busy, Lane
from tests.waiting import PATIENCE

# What costs much


def test_a_lane_lets_few_in_and_sends_away_whom_it_has_no_room_for() -> None:
    lane = Lane("test", 1, waiting=1, seconds=60)
    begun, end = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        assert end.wait(PATIENCE)
        return "done"

    async def crowd() -> list[str]:
        first = asyncio.create_task(lane.run(work))
        await asyncio.to_thread(begun.wait, 30)
        second = asyncio.create_task(lane.run(work))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await lane.run(work)
        end.set()
        return [await first, await second, await lane.run(work)]

    assert asyncio.run(crowd()) == ["done"] * 3


def test_who_has_waited_too_long_is_told_and_leaves_no_trace() -> None:
    lane = Lane("test", 1, waiting=5, seconds=0)
    begun, end = threading.Event(), threading.Event()

    def work() -> bool:
        begun.set()
        return end.wait(PATIENCE)

    before = lane._threads.submit(work)
    assert begun.wait(PATIENCE)
    done: list[str] = []
    with pytest.raises(Busy):
        asyncio.run(lane.run(done.append, "late"))
    end.set()
    assert before.result(30)
    assert (done, lane._count) == ([], 0)


def test_two_passwords_and_two_exports_are_made_at_once_and_one_of_what_costs_more() -> None:
    lanes = (PASSWORDS, EXPORTS, DRAWINGS, TRIALS)
    assert [lane._threads._max_workers for lane in lanes] == [2, 2, 1, 1]
