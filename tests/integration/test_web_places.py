"""Places on the pages: who waits and since when, and the weeks ahead as bars."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fastapi import FastAPI

from engine import Engine
from engine.clock import SetClock
from engine.service.lists.places import WEEKS, Group
from engine.web.cases.places import BOTTOM, HEIGHT, WIDTH, bars_of, line_of
from tests.integration.site import Visit
from tests.steps import done, offered


def test_who_waits_and_since_when(site: FastAPI, engine: Engine, referral: object, clock: SetClock) -> None:
    process = engine.process("hbep-referral")
    for index in range(27):
        offered(engine, pupil_name=f"Pupil {index}")
    jo, sam = engine.people.person("jo").actor, engine.people.person("sam").actor
    ks3, ks4 = engine.places.figures(process, jo)
    assert (ks3.capacity, ks3.taken, ks3.held, ks3.free, len(ks3.waiters)) == (25, 0, 25, 0, 2)
    assert (ks4.taken, ks4.held, ks4.free, ks4.waiters) == (0, 0, 25, ())
    assert [one.case.id for one in ks3.waiters] == [26, 27]
    assert ks3.groups[-1] == Group("Not known", taken=0, held=25)
    assert engine.places.figures(process, sam) == []
    done(engine.fire(1, "add_details", "coordinator", {"planned_end": "2023-10-01"}))
    assert engine.places.figures(process, jo)[0].by_week[:4] == (25, 25, 25, 24)
    page = Visit(site, "max").get("/places").text
    assert "<strong>0</strong> taken, <strong>25</strong> held for cases on their way" in page


def test_bars_are_as_high_as_what_is_taken_and_none_leaves_the_drawing(stage: Engine) -> None:
    figures = stage.places.figures(stage.process("hbep-referral"), stage.people.person("jo").actor)[0]
    some = replace(figures, by_week=(25, 50, 0, *(0 for _ in range(WEEKS - 3))))
    bars = bars_of(some, date(2024, 2, 26))
    assert [one.taken for one in bars[:3]] == [25, 50, 0]
    assert [one.height for one in bars[:3]] == [(HEIGHT - BOTTOM - 10) * part for part in (0.5, 1, 0)]
    assert all(one.y + one.height == HEIGHT - BOTTOM for one in bars)
    assert bars[-1].x + bars[-1].width <= WIDTH
    assert [one.label for one in bars[:2]] == ["26 Feb", "4 Mar"]
    assert (some.too_many, replace(some, taken=27, held=3).too_many, replace(some, taken=27).free) == (0, 5, 0)
    assert line_of(some) == bars[0].y  # more are taken than there are places: the line stands below the highest bar
