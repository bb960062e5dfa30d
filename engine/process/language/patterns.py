"""Patterns: regular expressions that an administrator writes for fields. Pure.

They run on RE2 (inside CEL), whose time grows with the length of the text alone, so that no pattern
and no text can make the engine hang.
"""

from __future__ import annotations

import functools

from cel_expr_python import cel


@functools.cache
def _program() -> object:
    types = {"text": cel.Type.STRING, "pattern": cel.Type.STRING}
    return cel.NewEnv(variables=types).compile("text.matches(pattern)")


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of `text` matches `pattern`.

    Raises:
        ValueError: the pattern is no RE2 expression.
    """
    program: object = _program()
    # In a group, so that a choice (a|b) is anchored at both ends as a whole.
    result = program.eval(data={"text": text, "pattern": rf"^(?:{pattern})$"})  # type: ignore[attr-defined]
    if result.type().name() == "ERROR":
        raise ValueError(str(result.plain_value()).removeprefix("INVALID_ARGUMENT: "))
    return bool(result.plain_value())
