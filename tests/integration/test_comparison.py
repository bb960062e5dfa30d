"""What a text would take away that open cases of a site have: counted, never named, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Case, Engine
from engine.source.problem import Refused
from engine.store.tables import metadata
from tests.conftest import LOAN
from tests.integration.lending import Lending, lending
from tests.tampering import everything

__all__ = ["lending"]

TEXT = LOAN.read_text()
NEXT = TEXT.replace('version: "1"', 'version: "2"').replace("2023-01-01", "2024-06-01")


def begun(engine: Engine, item: str) -> int:
    case = engine.open_case("equipment-loan", "member@Rowing", {"club": "Rowing", "item": item})
    assert isinstance(case, Case), case
    return case.id


def told(lending: Lending, text: str, folder: Path) -> list[tuple[str, str, int, str]]:
    file = folder / "next.yaml"
    file.write_text(text)
    found = lending.engine.published.compared(file)
    return [(str(one.severity), one.code, one.line, one.message) for one in found]


def line_of(text: str, said: str) -> int:
    return text.split(said)[0].count("\n") + 1


def renamed(text: str) -> str:
    """The first state is called otherwise, and what one field held stands in another one."""
    return text.replace("requested", "asked").replace("item", "machine")


def test_what_is_gone_is_told_with_the_number_of_open_cases(lending: Lending, tmp_path: Path) -> None:
    # Two are there from the beginning.
    for item in ("lathe", "saw", "saw"):
        begun(lending.engine, item)
    ended = begun(lending.engine, "saw")
    assert isinstance(lending.engine.fire(ended, "refuse", "clerk"), Case)
    before = rows(lending.engine)
    text = renamed(NEXT)
    in_state = [one for one in told(lending, text, tmp_path) if "(requested)" in one[3]]
    of_field = [one for one in told(lending, text, tmp_path) if "(item)" in one[3]]
    assert [one[:3] for one in in_state] == [("warning", "still-in-use", line_of(text, "states:"))]
    assert in_state[0][3].startswith("5 open cases stand in Requested (requested) of version 1")
    assert [one[:3] for one in of_field] == [("warning", "still-in-use", line_of(text, "fields:"))]
    assert of_field[0][3] == "5 open cases of version 1 hold Item (item), which is not here."
    assert not any("Rowing" in one[3] for one in told(lending, text, tmp_path))
    assert rows(lending.engine) == before


def rows(engine: Engine) -> object:
    with engine.database.reading() as connection:
        assert metadata.tables
        return everything(connection)


def test_a_text_that_keeps_it_all_is_right(lending: Lending, tmp_path: Path) -> None:
    begun(lending.engine, "saw")
    assert told(lending, NEXT, tmp_path) == []
    assert told(lending, TEXT, tmp_path) == []  # it is the very text that was published
    # Of another process nothing is published.
    assert told(lending, renamed(NEXT).replace("process: equipment-loan", "process: other"), tmp_path) == []


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (TEXT.replace("saw: Saw}", "saw: Band saw}"), "version-reused", "version:"),
        (NEXT.replace("2024-06-01", "2022-01-01"), "too-early", "effective_from:"),
    ],
)  # fmt: skip
def test_what_publishing_runs_into_is_a_warning(
    lending: Lending, tmp_path: Path, text: str, code: str, said: str
) -> None:
    assert [one[:3] for one in told(lending, text, tmp_path)] == [("warning", code, line_of(text, said))]


def test_a_file_that_cannot_be_used_is_refused(lending: Lending, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        told(lending, "process: [", tmp_path)
