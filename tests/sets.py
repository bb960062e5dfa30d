"""Sets: two small processes whose cases are linked: loans of things that may belong together, and their repair."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.process.definition import Process
from engine.process.file.loader import load_process

START = datetime(2024, 1, 8, 9, tzinfo=UTC)
LOANS = """
process: loans
version: "1"
title: Loan
effective_from: 2000-01-01
initial: shelf
label: item
organisation: house
roles:
  clerk: {title: Clerk}
  keeper: {title: Keeper}
  guest: {title: Guest, sees: own}
fields:
  item: {title: Item, type: text, personal: true}
  house: {title: House, type: text}
keep: {by: [keeper, clerk], else: 1 year, subject: item}
open: {form: {item: required, house: optional}}
links:
  same: {title: Same set, both: true}
  before: {title: Earlier loan, back: Later loan, by: clerk, one: true}
  repair: {title: Repair, to: repairs, back: Repaired for}
rules:
  - {never: 'linked("same") > 2', say: A set has three parts.}
tasks: {look: {title: Look, role: clerk}}
states:
  shelf:
    title: On the shelf
    owner: clerk
    deadline: {within: 30 days, raise: look}
    events: {send: {title: Send, to: away}, lose: {title: Lose, to: lost}}
  away:
    title: Away
    owner: clerk
    deadline: {within: 30 days, raise: look}
    automatic:
      - {when: 'outcome("repair") == "Thrown away"', to: lost}
      - {when: 'ended("repair")', to: shelf}
    events: {give_up: {title: Give up, to: lost}}
  lost: {title: Lost, final: true, outcome: Lost}
"""
REPAIRS = """
process: repairs
version: "1"
title: Repair order
effective_from: 2000-01-01
initial: waiting
label: what
roles: {clerk: {title: Smith}}
fields: {what: {title: What, type: text}}
open: {form: {what: required}}
tasks: {look: {title: Look, role: clerk}}
states:
  waiting:
    title: Waiting
    owner: clerk
    deadline: {within: 30 days, raise: look}
    timers: {rot: {after: 60 days, send: throw}}
    events: {mend: {title: Mend, to: mended}, throw: {title: Throw, to: thrown}}
  mended: {title: Mended, final: true, outcome: Mended}
  thrown: {title: Thrown away, final: true, outcome: Thrown away}
"""
# The clerk of one process is nobody in the other, though their role has the same name there.
CLERK, SMITH, BOTH = "loans/clerk", "repairs/clerk", "loans/clerk+repairs/clerk"


def loaded(text: str = LOANS) -> Process:
    """The process of a text."""
    return load_process(text, "loans.yaml", lambda _: None).process
