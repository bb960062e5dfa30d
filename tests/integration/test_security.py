"""What somebody with bad intent might try on the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.clock import SetClock
from engine.running.doors import UPLOAD
from engine.service.people.faults import BadPassword
from tests.conftest import START
from tests.integration.site import Visit
from tests.steps import PUPIL, done, in_panel

SCRIPT = "<script>alert(document.domain)</script>\"'><img src=x onerror=alert(1)>"


PDF = b"%PDF-1.4 x"


@pytest.mark.parametrize(
    "easy", ["password1234", "aaaaaaaaaaaa", "qwertyuiop12", "Password123!", "liverpoolfc1", "jo coordinator jo"]
)
def test_what_is_soon_guessed_is_no_password(engine: Engine, easy: str) -> None:
    engine.people.add("jo", "Jo Coordinator", ["coordinator"])
    with pytest.raises(BadPassword, match="too easy to guess"):
        engine.accounts.set_password("jo", easy)
    with pytest.raises(BadPassword, match="12 to 200"):
        engine.accounts.set_password("jo", "x" * 201)
    engine.accounts.set_password("jo", "ñandú über café 漢字 " * 9)
    assert engine.accounts.sign_in("jo", easy) is None


def test_script_in_any_text_is_shown_as_text(site: FastAPI, engine: Engine) -> None:
    jo = engine.people.person("jo").actor
    engine.people.add_organisation(f"School {SCRIPT}"[:190])
    case = done(engine.open_case("hbep-referral", jo, {**PUPIL, "pupil_name": SCRIPT, "ground": SCRIPT}, state="panel"))
    visit, ada = Visit(site, "jo"), Visit(site, "ada")
    visit.post(f"/cases/{case.id}/notes", {"text": SCRIPT})
    files = {"files": (f"{SCRIPT}.pdf", PDF, "application/pdf")}
    visit.post(f"/cases/{case.id}/documents", {"document": "send_plan"}, files=files)
    visit.post("/cases/views", {"title": SCRIPT, "query": "state=panel"})
    ada.post("/people/pat", {"name": SCRIPT, "roles": "school", "organisation": "Elsewhere", "active": "yes"})
    pages = [
        f"/cases/{case.id}{part}" for part in ("", "/notes", "/documents", "/timeline", "/documents/send_plan/1/page")
    ]
    pages += ["/", "/cases", "/board", "/tasks", f"/cases/{case.id}/do/add_details"]
    for path in pages:
        text = visit.client.get(path).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
    for path in ("/people", "/people/pat", "/organisations", f"/processes-draft?begin={SCRIPT}"):
        assert "<script>alert" not in ada.client.get(path).text, path
    assert "<script>alert" not in visit.post("/cases", {"search": SCRIPT}, 200).text
    said = visit.client.post("/sign-in", data={"login": SCRIPT, "password": "x", "next": SCRIPT})
    assert "<script>alert" not in said.text
    export = visit.client.get("/cases.csv").text
    assert "\n=" not in export


def test_a_gigabyte_is_not_even_read(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine)
    visit = Visit(site, "jo")
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        while sent < 1_000_000_000:
            sent += 1 << 20
            yield b"x" * (1 << 20)

    head = {"content-type": "multipart/form-data; boundary=b", "content-length": "1000000000"}
    assert visit.client.post(f"/cases/{case.id}/documents", content=b"x", headers=head).status_code == 413
    assert engine.case(case.id).version == case.version
    assert UPLOAD.most < 300_000_000
    big = {"files": ("big.pdf", PDF + b"x" * 25_000_001)}
    said = visit.post(f"/cases/{case.id}/documents", {"document": "ehcp"}, 422, files=big)
    assert "big.pdf: The file is bigger than 25 MB." in said.text
    visit.post("/cases/views", {"title": "x" * 3_000_000}, 413)


def test_names_never_reach_an_address_or_an_error(
    site: FastAPI, engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = in_panel(engine, pupil_name="Zebedee Quux")
    visit = Visit(site, "jo")
    for path in ("/", "/cases", f"/cases/{case.id}", f"/cases/{case.id}/do/add_details", "/dates?view=list", "/board"):
        for address in re.findall(r'(?:href|action|src)="([^"]*)"', visit.get(path).text):
            assert "Zebedee" not in address
    data = {"pupil_name": "Zebedee Quux", "upn": "wrong", "step": "check", "version": str(engine.case(case.id).version)}
    said = visit.post(f"/cases/{case.id}/do/add_details", data, 422)
    assert "location" not in said.headers
    with monkeypatch.context() as broken_page:
        broken_page.setattr("engine.web.cases.case.show", lambda *_, **__: 1 / 0)
        broken = visit.get(f"/cases/{case.id}", 500)
    assert "Traceback" not in broken.text
    assert re.search(r"reference <strong>[0-9a-f]{8}</strong>", broken.text)
    printed = capsys.readouterr()
    assert "Zebedee" not in printed.out + printed.err


def test_consent_that_is_withdrawn_hides_names_from_all_but_the_coordinator(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine, pupil_name="Zebedee Quux", school="Hilltop")
    assert "Zebedee" in Visit(site, "sam").get(f"/cases/{case.id}").text
    done(engine.fire(case.id, "record_consent", "jo:coordinator", {"consent": "no"}))
    for login in ("sam", "max"):
        visit = Visit(site, login)
        for path in (f"/cases/{case.id}", "/cases", "/tasks", "/board", "/cases.csv", f"/cases/{case.id}/timeline"):
            assert "Zebedee" not in visit.get(path).text, (login, path)
        assert "No cases fit" in visit.post("/cases", {"search": "zebedee"}, 200).text
    assert "Zebedee" in Visit(site, "jo").get(f"/cases/{case.id}").text
    said = [one.by for one in engine.accesses(case.id)]
    assert {"jo", "sam", "max"} <= set(said)


def test_the_present_is_passed_in(engine: Engine, site: FastAPI, clock: SetClock) -> None:
    clock.set(START + timedelta(days=1))
    assert "12 September 2023" in Visit(site, "jo").get("/dates?view=list").text
