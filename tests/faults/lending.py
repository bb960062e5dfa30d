"""Lending: the process of those who work while something breaks. Every step of theirs carries a mark of its own."""

from __future__ import annotations

from pathlib import Path

from engine.service import Engine

TOOLS = 3
PROCESS = f"""
process: lending
version: "1"
title: Lending
effective_from: 2023-01-01
timezone: UTC
initial: here
roles: {{clerk: {{title: Clerk}}}}
fields:
  mark: {{title: Mark, type: text}}
  back: {{title: Back, type: time}}
  ticks: {{title: Ticks, type: integer}}
documents:
  paper: {{title: Paper}}
tasks:
  look: {{title: Look, role: clerk, due: 20 minutes, escalate: {{after: 10 minutes, to: clerk}}}}
  call: {{title: Call, role: clerk, due: 5 minutes}}
places:
  tool: {{title: Tool, capacity: {TOOLS}}}
open: {{by: [clerk], form: {{mark: required, back: optional}}}}
states:
  here:
    title: Here
    owner: clerk
    timers:
      tick: {{every: 10 minutes, missed: each, send: ticked, raise: look}}
      soon: {{at: back, raise: call}}
    events:
      ticked: {{title: Ticked, by: [], set: {{ticks: "ticks == null ? 1 : ticks + 1"}}}}
      note: {{title: Note, form: {{mark: required, back: optional}}}}
    initial: asked
    states:
      asked:
        title: Asked
        raise: call
        events:
          lend: {{title: Lend, form: {{mark: required}}, to: lent}}
      queue:
        title: In the queue
        deadline: {{within: 1 day, raise: look}}
        events:
          tool_free: {{title: A tool is free, by: [], to: lent}}
      lent:
        title: Lent
        raise: call
        holds: {{place: tool, otherwise: queue, offer: tool_free}}
        events:
          give_back: {{title: Give back, form: {{mark: required}}, to: off}}
  off: {{title: Off, final: true, outcome: Brought back}}
"""
EVENTS = ("note", "lend", "give_back")
TASKS = ("look", "call")


def settle(url: str, documents: Path) -> str:
    """Publish the process, with somebody who works by it; the secret of their token."""
    engine = Engine(url, documents=documents)
    engine.publish(PROCESS)
    engine.people.add("jo", "Jo", ["clerk"])
    secret, _ = engine.people.issue_token("jo", "Load", ["read", "write"], 30)
    engine.close()
    return secret
