"""Advice: a process in which several are asked and each answer is a row of its own, as tests use it."""

from __future__ import annotations

from engine.process.definition import Process
from engine.process.file.loader import load_process

ADVICE = """
process: advised
version: "1"
title: Advised
effective_from: 2023-01-01
initial: asking
roles: {clerk: {title: Clerk}, adviser: {title: Adviser}}
fields:
  asked: {title: Who is asked, type: choices, choices: {law: The lawyer, money: The treasurer, site: The warden}}
  calm: {title: Nobody minds, type: yes_no}
series:
  advice:
    title: Advice
    row: Answer
    fields:
      adviser: {title: Adviser, type: choice, choices: {law: The lawyer, money: The treasurer, site: The warden}}
      supports: {title: Supports it, type: yes_no}
      remarks: {title: Remarks, type: text, personal: true, optional: true}
  visit: {title: Visits, row: Visit, fields: {home: {title: At home, type: yes_no}}}
  report:
    title: Reports
    row: Report
    fields:
      visit_on: {title: Visit on, type: date}
      said: {title: What came of it, type: text}
tasks:
  look: {title: Look, role: clerk, done_by: close}
  opinion: {title: Ask, role: clerk, per: asked, due: 1 week, done_by: [advise, close], answered_in: advice.adviser}
  chase: {title: Chase, role: clerk, per: asked, overdue_of: opinion, done_by: advise, answered_in: advice.adviser}
  follow_up: {title: Follow up, role: clerk, per: visit, done_by: report, answered_in: report.visit_on}
open: {form: {asked: required}}
states:
  asking:
    owner: clerk
    deadline: {within: 2 weeks, raise: [chase, look]}
    raise: opinion
    events:
      more: {title: Ask more, form: {asked: required}, raise: opinion}
      advise: {title: Write down advice, by: [clerk, adviser], form: {advice: required}}
      visit: {title: Visit, form: {visit: required}, raise: follow_up}
      report: {title: Report, form: {report: required}}
      close: {title: Close, to: decided}
    automatic:
      - {when: 'count(advice, supports) >= 2', to: decided}
  decided: {final: true, outcome: Decided}
"""


def load(text: str = ADVICE) -> Process:
    """The process of a text."""
    return load_process(text, "advised.yaml", lambda _: None).process
