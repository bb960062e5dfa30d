"""Lending: a small process with two registers: workshops with checks that end, and what is known of each club."""

from __future__ import annotations

LENDING = """
process: lending
version: "1"
title: Lending
effective_from: 2000-01-01
currency: GBP
initial: asked
label: borrower
organisation: club
roles:
  clerk: {title: Clerk}
  member: {title: Member, sees: own}
  guest: {title: Guest}
fields:
  borrower: {title: Borrower, type: text}
  club: {title: Club, type: organisation}
open: {form: {borrower: required, club: optional}}
registers:
  workshops:
    title: Workshops
    row: Workshop
    description: Where machines are mended.
    fields:
      name: {title: Name, type: text}
      street: {title: Street, type: text, optional: true}
      rate: {title: Rate an hour, type: money, dated: true, optional: true}
    changed_by: [clerk]
    seen_by: [member]
    checks:
      audit: {title: Safety audit, lasts: 1 year, warn: 6 weeks}
      insurance: {title: Insurance, lasts: as stated, warn: 6 weeks, evidence: required}
      look: {title: Look round, lasts: 2 years, optional: true}
  clubs:
    title: Clubs
    row: Club
    of: organisation
    fields:
      warden: {title: Warden, type: text, personal: true, optional: true}
    changed_by: [clerk, member]
    confirm: {every: 1 year, by: [member]}
tasks: {lend: {title: Lend it, role: clerk, done_by: lend}}
states:
  asked:
    title: Asked
    owner: clerk
    deadline: {within: 5 days, raise: lend}
    events: {lend: {title: Lend, by: [clerk, guest], to: lent}}
  lent: {title: Lent, final: true}
"""
