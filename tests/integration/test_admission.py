"""What may be kept as a document is decided in one room, whoever brings it."""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.case.command import Actor
from engine.case.refusal import Code, Refusal
from engine.cli.main import run
from engine.service.documents.admission import MOST_BYTES, Scanner, Unwanted, media_type_of
from engine.service.documents.content import LOOKED_AT
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.integration.site import Visit, settle, settle_more
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
    ("plan.hta", TEXT, "it must end in .txt"),
    ("plan.settingcontent-ms", TEXT, "it must end in .txt"),
    ("plan.application", TEXT, "it must end in .txt"),
    ("picture.png", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "it must end in .jpg or .jpeg"),
    (f"{'a' * 197}.txt", TEXT, "at most 200 characters; this one has 201"),
    ("big.txt", b"x" * (MOST_BYTES + 1), "bigger than 25 MB"),
]


class Clamd(threading.Thread):
    """Something that speaks as ClamAV does: it finds a virus where a file says so."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.line = socket.create_server(("127.0.0.1", 0))
        self.port = self.line.getsockname()[1]
        self.read: list[int] = []

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.line.accept()
                with client, client.makefile("rb") as said:
                    assert said.read(10) == b"zINSTREAM\0"
                    content = b""
                    while size := struct.unpack("!L", said.read(4))[0]:
                        content += said.read(size)
                    self.read.append(len(content))
                    client.sendall(b"stream: Eicar FOUND\0" if b"EICAR" in content else b"stream: OK\0")


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    running = Clamd()
    running.start()
    yield running
    running.line.close()


def zipped(*names: str, mimetype: str = "") -> io.BytesIO:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return into


@pytest.mark.parametrize(("name", "content"), TAKEN, ids=lambda one: str(one)[:20])
def test_what_fits_its_name_is_kept_as_what_it_is(engine: Engine, name: str, content: bytes) -> None:
    case = in_panel(engine)
    kept = done(engine.add_document(case.id, "ehcp", content, "coordinator", name=name, media_type="image/png"))
    [added] = [one for one in kept.documents if one.document == "ehcp"]
    assert added.type == ("application/pdf" if content == PDF else "text/plain")
    assert added.name == (name or "ehcp")


@pytest.mark.usefixtures("commands")
@pytest.mark.parametrize(("name", "content", "said"), REFUSED, ids=lambda one: str(one)[:20])
def test_what_is_refused_is_refused_on_every_face(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, said: str
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
    capsys.readouterr()
    assert run(["add-document", str(case.id), "ehcp", str(tmp_path / name), "--by", "coordinator"]) == 1
    assert said in capsys.readouterr().err
    assert engine.case(case.id).version == case.version


PLANS = """
process: plans
version: "1"
title: Plans
effective_from: 2023-01-01
initial: first
roles: {clerk: {title: Clerk}}
documents: {plan: {title: Plan, kinds: [pdf, image], most: 10 KB}, note: {title: Note}}
tasks: {look: {title: Look, role: clerk}}
states:
  first:
    owner: clerk
    deadline: {within: 9 weeks, raise: look}
    events: {stop: {title: Stop, needs: [{document: plan}, {document: note}], to: done}}
  done: {final: true}
"""
ONLY, SMALL = "Plan is taken as PDF, PNG or JPEG only.", "Plan can have at most 10 KB."


@pytest.mark.usefixtures("commands")
def test_a_document_is_of_the_kinds_that_its_process_takes_on_every_face(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.publish(PLANS)
    settle_more(engine, {"cy": (["plans/clerk"], None)})
    cy = engine.people.person("cy").actor
    case = done(engine.open_case("plans", cy)).id
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "cy")
    page = visit.get(f"/cases/{case}/documents").text
    # Told before anything is sent; of what takes all that the house does nothing is said again.
    assert 'accept=".pdf,.png,.jpg,.jpeg" aria-describedby="files-plan-hint"' in page
    assert 'id="files-plan-hint">PDF, PNG or JPEG, at most 10 KB each.<' in page
    assert page.count("accept=") == 1
    client, head = TestClient(create_app(engine)), engine.people.issue_token("cy", "", ["read", "write"], 1)[0]
    for name, content, said in (("plan.txt", TEXT, ONLY), ("plan.pdf", PDF + b"x" * 10_000, SMALL)):
        sent = visit.post(f"/cases/{case}/documents", {"document": "plan"}, 422, files={"files": (name, content)})
        assert f"{name}: {said}" in sent.text
        answer = client.post(
            f"/api/v1/cases/{case}/documents/plan?name={name}",
            content=content,
            headers={"authorization": f"Bearer {head}"},
        )
        assert (answer.status_code, answer.json()["fields"]) == (422, {"content": said})
        (tmp_path / name).write_bytes(content)
        capsys.readouterr()
        assert run(["add-document", str(case), "plan", str(tmp_path / name), "--by", "clerk"]) == 1
        assert said in " ".join(capsys.readouterr().err.split())
        draft = engine.desk.begin_draft("plans", "first", cy)
        kept = visit.post(f"/drafts/{draft}/documents", {"document": "plan"}, 422, files={"files": (name, content)})
        assert said in kept.text
        # Who attaches it past the page is told when it is sent: nothing begins with it.
        engine.desk.attach(draft, "plan", name, io.BytesIO(content), cy)
        refused = engine.desk.send(draft, cy)
        assert isinstance(refused, Refusal)
        assert refused.message == said
    assert engine.case(case).documents == ()
    done(engine.add_document(case, "note", TEXT, cy, name="plan.txt"))
    assert done(engine.add_document(case, "plan", PDF, cy)).documents[1].type == "application/pdf"


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


def test_every_file_goes_through_the_scanner(engine: Engine, url: str, clamd: Clamd) -> None:
    settle(engine)
    case = in_panel(engine)
    scanned = Engine(url, documents=engine.documents, clock=engine.clock, scanner=Scanner(f"127.0.0.1:{clamd.port}"))
    visit = Visit(create_site(scanned), "jo")
    clean, bad = b"%PDF-1.4 " + b"x" * 200_000, b"%PDF-1.4 EICAR"
    files = [("files", ("clean.pdf", clean)), ("files", ("bad.pdf", bad))]
    said = visit.post(f"/cases/{case.id}/documents", {"document": "ehcp"}, 422, files=files)
    assert "bad.pdf: The virus scanner found something" in said.text
    assert [one.name for one in engine.case(case.id).documents if one.document == "ehcp"] == ["clean.pdf"]
    assert clamd.read == [len(clean), len(bad)]
    scanned.close()


def test_without_the_scanner_nothing_is_taken(engine: Engine, url: str) -> None:
    settle(engine)
    case = in_panel(engine)
    scanned = Engine(url, documents=engine.documents, clock=engine.clock, scanner=Scanner("127.0.0.1:9"))
    visit = Visit(create_site(scanned), "jo")
    said = visit.post(f"/cases/{case.id}/documents", {"document": "ehcp"}, 422, files={"files": ("a.pdf", b"%PDF-1.4")})
    assert "cannot be checked for viruses now" in said.text
    assert "ehcp" not in {one.document for one in engine.case(case.id).documents}
    scanned.close()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00\x03\x00", "not taken"),
        (b"<html><script>alert(1)</script></html>", "not taken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not taken"),
        (b"#!/bin/sh\nrm -rf /", "not taken"),
        (b"\x7fELF\x02", "not taken"),
        (b"GIF89a\x01\x00\x01\x00\x80\x00\x00", "not taken"),
        (b"PK\x03\x04broken", "not taken"),
        (b"\x00\x01\x02\xff", "not taken"),
        (b"{\\rtf1 x}", "not taken"),
    ],
)
def test_what_a_file_is_shows_in_its_content(content: bytes, said: str) -> None:
    with pytest.raises(Unwanted, match=said):
        media_type_of(io.BytesIO(content))


def test_office_documents_are_taken_without_macros() -> None:
    assert media_type_of(zipped("word/document.xml")).endswith("wordprocessingml.document")
    assert media_type_of(zipped("xl/workbook.xml")).endswith("spreadsheetml.sheet")
    assert media_type_of(zipped(mimetype="application/vnd.oasis.opendocument.text")).endswith("opendocument.text")
    assert media_type_of(io.BytesIO("Grüße\n".encode())) == "text/plain"
    assert media_type_of(io.BytesIO(PDF)) == "application/pdf"
    assert media_type_of(io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 30)) == "image/png"
    for bad in (zipped("word/document.xml", "word/vbaProject.bin"), zipped("evil.exe"), zipped(mimetype="x/y")):
        with pytest.raises(Unwanted):
            media_type_of(bad)


@pytest.mark.parametrize("before", [600, LOOKED_AT - 13, LOOKED_AT, 3 * LOOKED_AT - 1])
def test_an_old_microsoft_file_is_read_in_pieces_wherever_its_directory_names_what_it_is(before: int) -> None:
    begins = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(before, b"\0")
    file = Pieces(begins + "WordDocument".encode("utf-16-le") + b"\0" * LOOKED_AT)
    with pytest.raises(Unwanted, match=r"old kind \(\.doc\)"):
        media_type_of(file)
    assert max(file.sizes) <= LOOKED_AT
    with pytest.raises(Unwanted, match="protected by a password"):
        media_type_of(io.BytesIO(file.getvalue() + "EncryptedPackage".encode("utf-16-le")))


class Pieces(io.BytesIO):
    """A file that notes how much of it is read at once."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.sizes: list[int] = []

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.sizes.append(len(found))
        return found
