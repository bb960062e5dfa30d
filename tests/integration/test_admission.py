"""What may be kept as a document is decided in one room, whoever brings it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.case.command import Actor
from engine.case.refusal import Code, Refusal
from engine.cli.main import run
from engine.service.documents.admission import MOST_BYTES, Scanner, Unwanted
from engine.web.app import create_site
from engine.web.people.signing import Throttle
from tests.integration.site import Visit, settle
from tests.steps import done, in_panel

PDF, TEXT = b"%PDF-1.4 x", b"A letter.\n"
TAKEN = [("plan.pdf", PDF), ("PLAN.PDF", PDF), ("letter.txt", TEXT), ("Letter of 12.3.2024", TEXT), ("", PDF)]
TAKEN += [("Letter to Dr. Jones", TEXT), (f"{'É' * 196}.txt", TEXT)]
# A sign of two bytes that stands where the looking ends.
TAKEN += [("long.txt", b"x" * 999_999 + "É, and more".encode())]
REFUSED = [
    ("plan.pdf", b"", "empty"),
    ("plan.pdf", b"MZ\x90\x00", "This kind of file is not taken"),
    ("page.html", b"<html>", "This kind of file is not taken"),
    ("plan.pdf", TEXT, "it must end in .txt"),
    ("letter.txt", PDF, "it must end in .pdf"),
    ("run.exe", TEXT, "it must end in .txt"),
    ("picture.png", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "it must end in .jpg or .jpeg"),
    (f"{'a' * 197}.txt", TEXT, "at most 200 characters; this one has 201"),
    ("big.txt", b"x" * (MOST_BYTES + 1), "bigger than 25 MB"),
]


@pytest.mark.parametrize(("name", "content"), TAKEN, ids=lambda one: str(one)[:20])
def test_what_fits_its_name_is_kept_as_what_it_is(engine: Engine, name: str, content: bytes) -> None:
    case = in_panel(engine)
    kept = done(engine.add_document(case.id, "ehcp", content, "coordinator", name=name, media_type="image/png"))
    assert kept.documents[-1].type == ("application/pdf" if content == PDF else "text/plain")
    assert kept.documents[-1].name == (name or "ehcp")


@pytest.mark.parametrize(("name", "content", "said"), REFUSED, ids=lambda one: str(one)[:20])
def test_what_is_refused_is_refused_on_every_face(
    engine: Engine,
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes,
    said: str,
) -> None:
    settle(engine)
    case = in_panel(engine)
    refused = engine.add_document(case.id, "ehcp", content, "coordinator", name=name)
    assert isinstance(refused, Refusal)
    assert (refused.code, list(refused.fields)) == (Code.FORM, ["content"])
    assert said in refused.message
    with TestClient(create_app(engine)) as client:
        secret, _ = engine.people.issue_token("jo", "", ["read", "write"], 1)
        head = {"authorization": f"Bearer {secret}"}
        answer = client.post(f"/api/v1/cases/{case.id}/documents/ehcp?name={name}", content=content, headers=head)
    assert answer.status_code == (413 if len(content) > MOST_BYTES else 422)
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "jo")
    page = visit.post(f"/cases/{case.id}/documents", {"document": "ehcp"}, 422, files={"files": (name, content)})
    assert said in page.text
    (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("CASEWORK_DATABASE_URL", url)
    monkeypatch.setenv("CASEWORK_DOCUMENTS", str(tmp_path / "documents"))
    capsys.readouterr()
    assert run(["add-document", str(case.id), "ehcp", str(tmp_path / name), "--by", "coordinator"]) == 1
    assert said in capsys.readouterr().err
    assert engine.case(case.id).version == case.version


def test_a_draft_takes_what_a_case_takes(engine: Engine) -> None:
    settle(engine)
    sam: Actor = engine.people.person("sam").actor
    number = engine.desk.begin_draft("hbep-referral", "panel", sam)
    with pytest.raises(Unwanted, match=r"it must end in \.txt"):
        engine.desk.attach(number, "ehcp", "plan.pdf", io.BytesIO(TEXT), sam)
    assert engine.desk.draft(number, sam).documents == []
    assert (
        engine.desk.attach(number, "ehcp", "plan.pdf", io.BytesIO(PDF), sam).documents[0]["type"] == "application/pdf"
    )


def test_the_scanner_of_the_service_is_asked_by_python_too(engine: Engine, url: str) -> None:
    case = in_panel(engine)
    scanned = Engine(url, documents=engine.documents, clock=engine.clock, scanner=Scanner("127.0.0.1:9"))
    refused = scanned.add_document(case.id, "ehcp", PDF, "coordinator", name="a.pdf")
    assert isinstance(refused, Refusal)
    assert "cannot be checked for viruses now" in refused.message
    scanned.close()
