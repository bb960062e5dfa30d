"""Page: days, times, sizes and texts as people read them, and addresses without what is empty."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.web import page
from engine.web.page import ago, day, environment, go, lines, moment, query, short, size

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2024, 3, 1, 12, tzinfo=LONDON)


def test_every_template_escapes_what_it_is_given_and_holds_no_script() -> None:
    made = environment()
    names = [one for one in made.list_templates() if "/" not in one]
    assert len(names) > 50
    for name in names:
        text = (Path(page.__file__).parent / "templates" / name).read_text()
        assert made.autoescape(name) is True, name  # type: ignore[operator]
        assert re.findall(r"\|\s*safe\b|autoescape|\bhtml\s*:", text) == [], name
        assert re.findall(r"\s(?:on[a-z]+|style|srcdoc)=", text) == [], name
        scripts = re.findall(r"<script[^>]*>", text)
        assert scripts == (['<script src="{{ asset("casework.js") }}" type="module">'] if name == "layout.html" else [])
    assert made.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    # Nor is any text made a template.
    sources = [one.read_text() for one in Path(page.__file__).parent.rglob("*.py")]
    assert [one for one in sources if "from_string(" in one] == []


def test_days_and_times_have_no_zero_before_them() -> None:
    assert (day(NOON), day("2026-12-04T00:00"), day(date(2026, 12, 4)), day(None)) == (
        "1 March 2024",
        "4 December 2026",
        "4 December 2026",
        "",
    )
    assert (short(NOON), short(""), moment(NOON), moment(None)) == (
        "Fri 1 Mar 2024",
        "",
        "1 March 2024 at 12:00",
        "",
    )


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (datetime(2024, 6, 1, 0, 15, tzinfo=LONDON), "since today"),
        (datetime(2024, 5, 31, 23, 45, tzinfo=LONDON), "1 day"),
        (datetime(2024, 5, 18, 12, tzinfo=LONDON), "2 weeks"),
        (datetime(2024, 1, 31, 12, tzinfo=LONDON), "4 months"),
        (None, ""),
    ],
)
def test_days_that_have_passed_are_those_of_its_own_zone(since: datetime | None, said: str) -> None:
    """At half past eleven in the evening of UTC it is the next day in London already."""
    assert ago(since, datetime(2024, 5, 31, 23, 30, tzinfo=UTC)) == said


def test_mentions_stand_out_and_nothing_that_was_typed_is_markup() -> None:
    said = str(lines("<b>@jo</b>\nmail jo@example.org"))
    assert said == ('&lt;b&gt;<strong class="casework-mention">@jo</strong>&lt;/b&gt;<br>mail jo@example.org')


@pytest.mark.parametrize(("count", "said"), [(1, "1 byte"), (999, "999 bytes"), (1000, "1 kB"), (1_500_000, "1.5 MB")])
def test_sizes(count: int, said: str) -> None:
    assert size(count) == said


def test_what_is_empty_stands_in_no_address() -> None:
    values: dict[str, Any] = {"state": "", "show": ["a", "b"], "overdue": False, "after": "x&y"}
    assert query(values, after="", sort="-id") == "show=a&show=b&sort=-id"
    assert query(values) == "show=a&show=b&after=x%26y"


def test_a_page_that_is_loaded_again_does_nothing_twice() -> None:
    """Only after 303 every browser asks by GET."""
    assert go("/cases").status_code == 303
