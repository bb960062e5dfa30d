"""Asked: a small process whose forms ask for fields that a test names, to begin a case and to say more."""

from __future__ import annotations

from collections.abc import Mapping


def asking(name: str, fields: Mapping[str, str], how: str, more: str = "") -> str:
    """The text of the process: its fields with what stands there after their titles, each asked for as `how` says;
    `more` stands at its head.
    """
    asked = ", ".join(f"{field}: {how}" for field in fields)
    written = "".join(f"  {field}: {{title: The {field}, {kind}}}\n" for field, kind in fields.items())
    return f"""
process: {name}
version: "1"
title: {name.capitalize()}
effective_from: 2023-01-01
{more}
initial: begun
roles: {{maker: {{title: Maker}}}}
fields:
{written}
open: {{by: maker, form: {{{asked}}}}}
states:
  begun:
    owner: maker
    deadline: {{within: 1 week, raise: look}}
    events:
      say: {{title: Say, by: maker, form: {{{asked}}}}}
      end: {{title: End, by: maker, to: over}}
  over: {{final: true}}
tasks: {{look: {{title: Look, role: maker}}}}
"""
