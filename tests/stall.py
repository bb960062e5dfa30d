"""Stall: a small process with places, in which some states are come to only by who waited for one.

Its one claim keeps two open cases apart, and one event is always refused.
"""

from __future__ import annotations

STALL = """
process: stall
version: "1"
title: Stall
effective_from: 2023-01-01
timezone: Europe/London
initial: asked
label: name

roles: {keeper: {title: Keeper}}
fields: {name: {title: Name, type: text}}
places: {stall: {title: Stall, capacity: 3}}
unique: [{fields: name, say: This name has a stall already.}]
open: {by: [keeper], form: {name: required}}

tasks: {ask: {title: Ask again, role: keeper, due: 2 days}}

states:
  asked:
    title: Asked for
    owner: keeper
    deadline: {within: 2 days, raise: ask}
    events:
      take: {title: Take, done: Taken, by: [keeper], to: taken}
  line:
    title: In line
    owner: keeper
    deadline: {within: 2 days, raise: ask}
    events:
      call: {title: Call, done: Called, by: [], to: taken.called}
      leave_line: {title: Leave the line, done: Left the line, by: [keeper], to: left}
  taken:
    title: Taken
    owner: keeper
    holds: {place: '"stall"', otherwise: line, offer: call}
    initial: used
    deadline: {within: 2 days, raise: ask}
    states:
      used:
        title: Used
        events:
          give_back: {title: Give it back, done: Given back, by: [keeper], to: left}
          swap:
            title: Swap
            done: Swapped
            by: [keeper]
            needs: [{check: name == null, say: Nobody swaps a stall.}]
            to: left
      called:
        title: Called
        events:
          come: {title: Come, done: Came, by: [keeper], to: taken.used}
  left: {title: Left, final: true, outcome: Left}
"""
