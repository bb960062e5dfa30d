"""Several: a process that asks several people at once, each with a task of their own, as tests use it."""

from __future__ import annotations

from engine.process.definition import Process
from engine.process.file.loader import load_process

ASKED = """
process: asked
version: "1"
title: Asked
effective_from: 2023-01-01
initial: fresh
roles: {clerk: {title: Clerk}, boss: {title: Boss}}
fields:
  asked: {title: Who is asked, type: choices, choices: {law: The lawyer, money: The treasurer, site: The warden}}
series:
  visit: {title: Visits, row: Visit, fields: {home: {title: At home, type: yes_no}}}
tasks:
  look: {title: Look, role: clerk}
  opinion: {title: Ask, role: clerk, per: asked, due: 1 week, escalate: {after: 1 day, to: boss}}
  chase: {title: Chase, role: clerk, per: asked, overdue_of: opinion}
  follow_up: {title: Follow up, role: clerk, per: visit}
states:
  fresh:
    owner: clerk
    deadline: {within: 6 weeks, raise: look}
    events:
      ask: {title: Ask, form: {asked: optional}, to: asking}
      read: {title: Read, needs: [{check: 'all("look")', say: Look first.}], to: decided}
  asking:
    owner: clerk
    deadline: {within: 2 weeks, raise: chase}
    raise: opinion
    events:
      more: {title: Ask more, form: {asked: required}, raise: opinion}
      again: {title: Ask again, to: asking}
      visit: {title: Visit, form: {visit: required}, raise: follow_up}
      close: {title: Close, needs: [{check: 'open("opinion") <= 1', say: Wait for the others.}], to: decided}
    automatic:
      - {when: 'all("opinion") && done("opinion") == 1', to: decided}
      - {when: 'done("opinion") >= 2', to: decided}
  decided: {final: true, outcome: Decided}
"""


def load(text: str = ASKED) -> Process:
    """The process of a text."""
    return load_process(text, "asked.yaml", lambda _: None).process
