"""Choosers: a field in which one of many is chosen.

Where there are too many for a list, a part of a name is written, and one of those that it finds is chosen: by two forms
one after the other, so that no script is needed.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.web.forms.forms import Question

# More are not looked through in a list, and ten thousand of them make a page of a megabyte.
MOST = 100
WRITE = "Write a part of the name: then you choose from those that it finds."
# What is searched for, and how many are wanted: values with what they are called.
Find = Callable[[str, int], list[tuple[str, str]]]


def offered(asked: Question, find: Find) -> Question:
    """The question with all that can be chosen where these are few; else what is chosen is written.

    Where there is nothing to choose from it stays as it is.
    """
    found = find("", MOST + 1)
    if not found:
        return asked
    asked.choices = found if len(found) <= MOST else []
    asked.type = "select" if len(found) <= MOST else "text"
    if asked.type == "text":
        asked.hint = f"{asked.hint} {WRITE}".strip()
    return asked


def narrowed(asked: Question, find: Find) -> Question:
    """The same after something was written that can not be chosen: with those that it finds, and what is wrong."""
    if asked.type != "text" or not asked.value:
        return asked
    found = find(str(asked.value), MOST + 1)
    if not found:
        asked.error = "Nothing is found by this. Write another part of the name."
        return asked
    asked.type, asked.choices, asked.hint = "select", found[:MOST], "Choose nothing to write another part of the name."
    asked.error = "Choose which one is meant."
    if len(found) > MOST:
        asked.error = f"More than {MOST} are found by this, and the first {MOST} stand here: choose one, or write more."
    return asked
