"""What a process says of how long its cases are kept: read, and what is wrong with it named where it stands."""

from __future__ import annotations

import pytest

from engine.process.file.loader import load_process
from engine.source.problem import Refused
from tests.workshop import CALENDAR, TEXT, workshop

KEEP = """keep:
  by: [clerk, boss]
  until: "birthday(ready, urgent ? 31 : 25)"
  else: 10 years + 1 day
  hold: price > 100.0
  leaves: [kind, urgent]
  subject: shop
"""
HEAD = "initial: [desk, line]\n"


def test_what_is_kept_is_read() -> None:
    keep = workshop({HEAD: HEAD + KEEP}).keep
    assert keep is not None
    assert (keep.by, keep.leaves, keep.subject) == ({"clerk", "boss"}, {"kind", "urgent"}, "shop")
    assert str(keep.otherwise) == "10 years + 1 day"
    assert keep.until is not None
    assert keep.hold is not None
    assert (keep.until.names, keep.hold.names) == ({"ready", "urgent"}, {"price"})
    assert workshop().keep is None


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("by: [clerk, boss]", "by: [clark]", 2, "There is no role clark. Did you mean clerk?"),
        ("subject: shop", "subject: shoop", 7, "There is no field shoop. Did you mean shop?"),
        ("leaves: [kind, urgent]", "leaves: [kind, hurgent]", 6, "There is no field hurgent. Did you mean urgent?"),
        ("leaves: [kind, urgent]", "leaves: [kind, shop]", 6, "shop is free text, and would tell for ever"),
        ("else: 10 years + 1 day", "else: ten years", 4, "ten years is not a duration"),
        ("else: 10 years + 1 day", "", 2, "else"),
        ('until: "birthday(ready, urgent ? 31 : 25)"', "until: urgent", 3, "The expression gives true or false"),
        ('until: "birthday(ready, urgent ? 31 : 25)"', "until: birthday(price, 3)", 3, "birthday cannot be used"),
        ("hold: price > 100.0", "hold: pryce > 100.0", 5, "pryce is neither a field nor a function."),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(old: str, new: str, line: int, said: str) -> None:
    assert old in KEEP
    text = TEXT.replace(HEAD, HEAD + KEEP.replace(old, new))
    with pytest.raises(Refused) as refused:
        load_process(text, "workshop.yaml", lambda _: CALENDAR)
    top = text[: text.index("keep:")].count("\n")
    found = [str(one) for one in refused.value.problems if top < one.line <= top + 7]
    assert any(said in one for one in found), refused.value
    assert [one.line - top for one in refused.value.problems if said in str(one)] == [line]
