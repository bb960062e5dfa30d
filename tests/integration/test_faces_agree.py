"""Every face reads an answer in one way: it is kept alike by all of them or refused by all, and can be given again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import FormData

from engine import Case, Engine
from engine.cli.shared import form
from engine.source.problem import Refused
from engine.web.forms.forms import event_questions, read, with_answers
from engine.web.visitor import Posted
from tests.asked import asking
from tests.integration.callers import Caller
from tests.steps import done

TYPES = ("text", "long_text", "integer", "number", "yes_no", "choice", "choices", "date", "time", "money", "code")
CHOICES = ["one", "two, or three", "café", "صفر"]
OFFERED = f", choices: {json.dumps(CHOICES)}"
CODE = ', code: {pattern: "[A-Z][0-9]{3}", check: {weights: [2, 3, 4], modulus: 23, signs: ABCDEFGHJKLMNPQRTUVWXYZ}}'
MORE = {"choice": OFFERED, "choices": OFFERED, "code": CODE}
KINDS = {f"f_{kind}": f"type: {kind}{MORE.get(kind, '')}" for kind in TYPES}
PROCESS = asking("survey", KINDS, "optional", "currency: GBP")
# What people and programs send that is nearly right, beside anything at all.
NEARLY = [
    *(
        "yes",
        "NO",
        "on",
        "1",
        "0",
        "007",
        "-0",
        "+4",
        "1.50",
        ".5",
        "1e3",
        "1_000",
        "١٢٣",
        "９",
        "²",
        "0.1234567890123456",
        "1,234.5",
        "£12",
        "-£3.10",
        "V123",
        "v 123",
        "W123",
    ),
    *(
        "9" * 15,
        "9" * 16,
        "9" * 400,
        "  12 ",
        "\u00a012",
        "\u200b",
        "\u00a0",
        "\t",
        "a\tb",
        "a\r\nb",
        "a\u2028b",
        "a\u0085b",
    ),
    *("2024-03-22", "2024-3-2", "20240322", "2024-W12-5", "0001-01-01", "9999-12-31", "2024-02-30", "2024-03-22 14:30"),
    *("2024-03-22T14:30:59Z", "2024-03-22 24:00", "20240322T143000Z", "1711117800", "٢٠٢٤-٠٣-٢٢"),
    *("one", " one ", "ONE", "two, or three", "one,two, or three,one", "cafe\u0301", "صفر", ",", "one,,one"),
    *(
        "👩‍👧 Ann",
        "שלום",
        "A\u0301lex",
        "x" * 501,
        "null",
        "~",
        "true",
        "- a",
        "{a: 1}",
        "# a",
        "'",
        '"',
        "a: b",
        "@a",
        "<b>&amp;",
    ),
    *(0, -0.0, 1, 2.0, 1.5, 1e-5, 1e-20, 0.1 + 0.2, 10**15, 10**18, 10**400, 1e300, True, False, None, [], {}, [[]]),
    *(["one"], ["one", "one"], ["café", "one"], ["gone"], [None], [1], ["one", ["one"]], {"one": 1}, 1711117800, [""]),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
REFUSED = "refused"


class Faces:
    """One case, and each face on which an answer may be given to it."""

    def __init__(self, engine: Engine, caller: Caller, folder: Path) -> None:
        self.engine, self.caller, self.file = engine, caller, folder / "answer.json"
        self.process = engine.process("survey")
        self.case = done(engine.open_case("survey", "maker", {}))
        self.number = self.case.id

    def fired(self, given: dict[str, Any]) -> Any:
        """What the case holds after an answer; REFUSED where it is not taken."""
        result = self.engine.fire(self.number, "say", "maker", given)
        if not isinstance(result, Case):
            assert result.code == "form", result
            return REFUSED
        self.case = result
        return result.data.get(next(iter(given)))

    def by_api(self, name: str, raw: Any) -> Any:
        """The same by a request."""
        said = self.caller.response(
            "POST",
            f"/cases/{self.number}/events/say",
            {"content-type": "application/json"},
            content=json.dumps({"data": {name: raw}}).encode(),
        )
        assert said.status_code in {200, 422}, said.text
        return said.json()["data"].get(name) if said.status_code == 200 else REFUSED

    def by_file(self, name: str, raw: Any) -> Any:
        """The same from a file of the command line, as other programs write it."""
        self.file.write_text(json.dumps({name: raw}))
        try:
            return self.fired(form(None, str(self.file)))
        except Refused:
            return REFUSED

    def by_words(self, name: str, text: str) -> Any:
        """The same as FIELD=VALUE."""
        return self.fired(form([f"{name}={text}"], ""))

    def by_page(self, name: str, boxes: list[str]) -> Any:
        """The same from the box, or the ticked boxes, of a page."""
        asked = [one for one in self.asked() if one.name == name]
        return self.fired(read(asked, Posted(FormData([(asked[0].boxes, one) for one in boxes]))))

    def asked(self) -> list[Any]:
        """What the form of the page asks, as the case is now."""
        form = next(one.form for one in self.engine.possible_events(self.number, "maker") if one.event.name == "say")
        return event_questions(self.process, form, self.engine.case(self.number, "maker"))

    def again(self, name: str) -> Any:
        """What stands in the form sent back as it stands there."""
        asked = next(one for one in with_answers(self.asked(), {}, {}) if one.name == name)
        if asked.type in {"choice", "choices", "yes_no"}:
            return self.by_page(name, asked.chosen)
        if asked.type in {"date", "time"}:
            sent = [(f"{asked.boxes}-{part}", text) for part, text in asked.parts.items()]
            return self.fired(read([asked], Posted(FormData(sent))))
        # As browsers send the ends of lines.
        return self.by_page(name, [asked.text.replace("\n", "\r\n")])


@pytest.fixture
def faces(engine: Engine, callers: dict[str, Caller], client: TestClient, tmp_path: Path) -> Faces:
    engine.publish(PROCESS)
    engine.people.add("kay", "", ["maker"])
    return Faces(engine, Caller(client, engine.people.issue_token("kay", "", ["read", "write"], 30)[0]), tmp_path)


def agree(faces: Faces, kind: str, raw: Any) -> None:
    """All faces keep this alike, or refuse it, and what is kept can be given again."""
    name = f"f_{kind}"
    kept = faces.fired({name: raw})
    answers = {"api": faces.by_api(name, raw), "file": faces.by_file(name, raw)}
    if isinstance(raw, str) and "\x00" not in raw:
        answers["words"] = faces.by_words(name, raw)
        # Boxes are ticked, one for each choice: nothing is written between commas there.
        if kind != "choices":
            answers["page"] = faces.by_page(name, [raw])
    if kind == "choices" and isinstance(raw, list) and raw and all(isinstance(one, str) and one for one in raw):
        answers["page"] = faces.by_page(name, raw)
    assert answers == dict.fromkeys(answers, kept), (kind, raw)
    if kept not in (REFUSED, None):
        faces.fired({name: raw})
        assert faces.again(name) == kept
        assert faces.fired({name: kept}) == kept
        assert faces.by_api(name, kept) == kept


@pytest.mark.parametrize("kind", TYPES)
def test_what_is_nearly_right_is_kept_or_refused_by_all_faces(faces: Faces, kind: str) -> None:
    for raw in NEARLY:
        agree(faces, kind, raw)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(kind=st.sampled_from(TYPES), raw=JSON)
def test_whatever_is_sent_is_kept_or_refused_by_all_faces(faces: Faces, kind: str, raw: Any) -> None:
    agree(faces, kind, raw)
