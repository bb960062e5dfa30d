"""Diagrams of many states: drawn beside everything else, in time, or else told line by line."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine import Engine
from engine.authoring.diagram.drawing import Box, Line, Link, NotDrawn, draw, draw_beside
from engine.authoring.diagram.listing import listing
from engine.authoring.diagram.picture import svg
from engine.authoring.scenarios import Result
from engine.cli.main import run
from engine.files import load_file
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.running.beside import TRIALS
from engine.service.people.attempts import Throttle
from engine.source.problem import Refused
from engine.web import processes
from engine.web.app import create_site
from tests.conftest import REFERRAL
from tests.integration.site import Visit, settle

HEAD = """process: big
version: "1"
title: Big
effective_from: 2023-01-01
timezone: Europe/London
initial: s0
roles: {clerk: {title: Clerk}}
tasks: {look: {title: Look, role: clerk, due: 1 week}}
open: {by: [clerk]}
states:
"""


def text_of(states: int, events: int, *, near: bool = True) -> str:
    """A process of many states, from each of which events lead to others, near it or anywhere."""
    anywhere = random.Random(states)
    lines = [HEAD]
    for number in range(states):
        lines.append(f"  s{number}:\n    title: State {number} & <more>\n    owner: clerk\n")
        lines.append("    deadline: {within: 2 weeks, raise: look}\n    events:\n")
        for event in range(events):
            to = (number + 1 + event * (event * 7 + number) % 12) if event else number + 1
            to = to if near or not event else anywhere.randrange(states)
            lines.append(f"      e{number}x{event}: {{title: Go {event}, by: [clerk], to: s{min(to, states)}}}\n")
    return "".join([*lines, f"  s{states}: {{title: End, final: true}}\n"])


def process_of(states: int, events: int, *, near: bool = True) -> Process:
    def none(_: str) -> None:
        raise Refused([])

    return load_process(text_of(states, events, near=near), "big.yaml", none).process  # type: ignore[arg-type]


def words(drawing: str) -> set[str]:
    return {one.text or "" for one in ElementTree.fromstring(drawing).iter("{http://www.w3.org/2000/svg}text")}


def test_a_drawing_made_beside_is_the_same() -> None:
    referral = load_file(REFERRAL).loaded.process
    assert svg(referral, 120) == svg(referral)


def test_four_hundred_states_are_drawn() -> None:
    big = process_of(400, 3)
    drawn = words(svg(big, 120))
    assert {state.title for state in big.states.values()} <= drawn
    assert {"Go 0", "Go 1", "Go 2"} <= drawn


def test_what_takes_too_long_is_stopped_and_told_line_by_line(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    big = process_of(30, 2)
    with pytest.raises(NotDrawn):
        svg(big, 0.0)
    told = words(listing(big))
    assert any("too many ways" in line for line in told)
    assert "State 3 & <more> → State 4 & <more> (Go 0)" in told
    settle(engine)
    engine.publish(text_of(30, 2))
    ada = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "ada")
    processes._drawing.cache_clear()  # the same process was drawn for the other database
    monkeypatch.setattr(processes, "SECONDS", 0.0)
    shown = ada.get("/processes/big/1/diagram.svg")
    assert shown.headers["content-type"].startswith("image/svg+xml")
    assert words(shown.text) == told
    monkeypatch.setattr(processes, "SECONDS", 120.0)
    assert words(ada.get("/processes/big/1/diagram.svg").text) != told


def test_four_hundred_states_with_ways_to_anywhere_are_drawn() -> None:
    big = process_of(400, 4, near=False)
    drawn = words(svg(big, 120, 30))  # an idle machine needs less than two seconds of work; it took forty
    assert {state.title for state in big.states.values()} <= drawn
    assert not any("too many ways" in line for line in drawn)


def hubs(states: int) -> str:
    """A process in which each state leads to the next and to the first: it would be laid out for a minute."""
    lines = [HEAD, "  s0: {title: Hub, owner: clerk, deadline: {within: 2 weeks, raise: look}, events: {\n"]
    lines += ["    on: {title: On, by: [clerk], to: s1}, end: {title: End, by: [clerk], to: end}}}\n"]
    for one in range(1, states):
        on = f"on: {{title: On, by: [clerk], to: s{(one + 1) % states}}}"
        ways = f"{{{on}, back: {{title: Back, by: [clerk], to: s0}}}}"
        lines.append(f"  s{one}: {{title: State {one}, owner: clerk, deadline: {{within: 2 weeks, raise: look}}, ")
        lines.append(f"events: {ways}}}\n")
    return "".join([*lines, "  end: {title: End, final: true}\n"])


def test_what_takes_too_much_work_is_told_line_by_line_and_tried_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(engine)
    engine.publish(hubs(400))
    ada = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "ada")
    processes._drawing.cache_clear()
    monkeypatch.setattr(processes, "SECONDS", 120.0)
    told = words(ada.get("/processes/big/1/diagram.svg").text)
    assert any("too many ways" in line for line in told)
    assert "State 3 → State 4 (On)" in told
    monkeypatch.setattr(processes, "svg", lambda *_: pytest.fail("it was tried again"))
    assert words(ada.get("/processes/big/1/diagram.svg").text) == told


def test_the_program_that_draws_knows_only_boxes_and_arrows() -> None:
    boxes = [
        Box(90, 44, "state", [Line("A", 9, 13, "#000000")]),
        Box(90, 44, "end"),
        Box(60, 20, "label", name="way-0"),
    ]
    links = [Link(0, 2, name="way-0", head=False), Link(2, 1, "dashed", "way-0")]
    assert draw_beside(boxes, links, 120) == draw(boxes, links)
    with pytest.raises(NotDrawn):
        draw_beside(boxes, [Link(0, 3)], 120)


def test_the_command_stops_a_picture_that_takes_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("engine.cli.diagram.DRAWING_SECONDS", 0.001)
    picture = tmp_path / "picture.svg"
    assert run(["diagram", str(REFERRAL), "-f", "svg", "-o", str(picture)]) == 1
    assert "too much for one picture" in capsys.readouterr().err
    assert not picture.exists()
    assert run(["diagram", str(REFERRAL), "-f", "dot", "-o", str(picture)]) == 0


def test_a_draft_and_its_scenarios_are_tried_beside_everything_else(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(engine)
    ada, threads = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "ada"), list[str]()

    def tried(*_: str) -> list[Result]:
        threads.append(threading.current_thread().name)
        return []

    monkeypatch.setattr(processes, "run_texts", tried)
    ada.post("/processes-draft", {"text": text_of(3, 1), "scenarios": "scenarios: []", "step": "check"}, 200)
    assert [one.startswith("casework-trials") for one in threads] == [True]
    monkeypatch.setattr(TRIALS, "_most", 0)  # as if as many as may wait were waiting
    said = ada.post("/processes-draft", {"text": text_of(3, 1), "step": "check"}, 503)
    assert "Too many people are asking for this at once." in said.text
