"""Name: how names are written by which programs call things: parts of a process, processes, calendars and people. Pure.

They stand in addresses, in files and in columns of the database. The schemas say the same to those who write processes.
"""

from __future__ import annotations

import re

LONGEST = 60
# Of a state, an event, a field, a role, a document or a place.
PART = "^[a-z][a-z0-9_]*$"
# With a hyphen: no process can call a task of its own so, and those that the engine raises are.
# Behind a colon stands what one of several tasks of a kind is for: a choice, or the day of a row.
TASK = "^[a-z][a-z0-9_-]*(:[A-Za-z0-9][A-Za-z0-9_.-]*)?$"
# Of a choice of which each has a task of its own.
CHOICE = "^[A-Za-z0-9][A-Za-z0-9_-]*$"
# It becomes the name of a file and stands before a slash: no dots, no slashes. Calendars are called so too.
PROCESS = "^[a-z][a-z0-9-]*$"
# Of a register, with its process before it or alone.
REGISTER = r"^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_]*)?$"
# Stands behind @ in notes and in logs: no sign that means something there.
LOGIN = "^[a-z][a-z0-9._-]*$"


def is_written(text: str, form: str) -> bool:
    """Whether a text is a name of one of these forms, and no longer than a name can be."""
    return len(text) <= LONGEST and re.fullmatch(form, text) is not None
