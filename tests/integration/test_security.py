"""What somebody with bad intent might try on the pages."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.clock import SetClock
from engine.running.doors import UPLOAD
from engine.service.documents.admission import Unwanted, media_type_of
from engine.service.people.accounts import ABSOLUTE, IDLE, BadPassword
from engine.web.app import create_site
from engine.web.people.signing import Throttle
from engine.web.visitor import local_path
from tests.conftest import START
from tests.integration.site import BASE, PASSWORD, Visit, settle
from tests.steps import PUPIL, done, in_panel

SCRIPT = "<script>alert(document.domain)</script>\"'><img src=x onerror=alert(1)>"
PDF = b"%PDF-1.4 x"


@pytest.fixture
def site(engine: Engine) -> FastAPI:
    settle(engine)
    return create_site(engine, throttle=Throttle(1000, 1000))


def test_headers_of_every_kind_of_answer(site: FastAPI, engine: Engine) -> None:
    in_panel(engine)
    visit = Visit(site, "jo")
    for path in (
        "/",
        "/cases/1",
        "/nowhere",
        "/sign-in",
        "/cases.csv",
        "/static/casework.js",
        "/cases/1/documents/send_plan/1",
    ):
        headers = visit.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self'" in policy or "script-src" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
    assert "unsafe-inline" not in visit.client.get("/").headers["content-security-policy"]
    assert visit.client.get("/cases/1").headers["cache-control"] == "no-store"


def test_the_cookie_is_out_of_reach(engine: Engine) -> None:
    settle(engine)
    for address, name, secure in (
        ("http://127.0.0.1:8000", "casework", False),
        ("https://127.0.0.1:8000", "__Host-casework", True),
    ):
        visit = Visit(create_site(engine, address=address))
        said = visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
        cookie = said.headers["set-cookie"]
        assert cookie.startswith(f"{name}=")
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert ("Secure" in cookie) == secure
        assert ("strict-transport-security" in said.headers) == secure


def test_a_session_is_new_at_every_sign_in_and_ends(site: FastAPI, engine: Engine, clock: SetClock) -> None:
    visit = Visit(site)
    visit.client.cookies.set("casework", "planted-by-somebody-else", domain="127.0.0.1")
    visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
    first = [one.value for one in visit.client.cookies.jar if one.value != "planted-by-somebody-else"]
    assert first
    assert engine.accounts.session("planted-by-somebody-else") is None
    visit = Visit(site, "jo")
    key = visit.client.cookies["casework"]
    again = visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
    assert again.status_code == 303
    assert visit.client.cookies["casework"] != key
    assert engine.accounts.session(key) is None
    clock.set(START + IDLE)
    visit.get("/", 303)
    visit = Visit(site, "jo")
    begun = clock.now()
    while clock.now() < begun + ABSOLUTE - IDLE:
        clock.set(clock.now() + IDLE / 2)
        visit.get("/")
    clock.set(begun + ABSOLUTE)
    visit.get("/", 303)


def test_signing_out_everywhere_ends_all_sessions(site: FastAPI) -> None:
    one, other = Visit(site, "jo"), Visit(site, "jo")
    other.post("/sign-out-everywhere")
    one.get("/", 303)
    other.get("/", 303)


def test_people_see_where_they_are_signed_in_and_end_it_there(
    site: FastAPI, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other, sam = Visit(site, "jo"), Visit(site, "jo"), Visit(site, "sam")
    page = one.get("/profile").text
    handles = re.findall(r'name="session" value="([^"]+)"', page)
    assert (len(handles), page.count(": here")) == (1, 1)
    assert one.client.cookies["casework"] not in page
    sam.post("/profile/sessions/end", {"session": handles[0]})  # it is not theirs: nothing happens
    other.get("/")
    one.post("/profile/sessions/end", {"session": handles[0]})
    other.get("/", 303)
    one.get("/")
    assert engine.accounts.end_session("jo", handles[0]) is False
    assert [one.handle for one in engine.accounts.sessions("jo")] != handles
    logged = capsys.readouterr()
    assert "signed in" in logged.out + logged.err
    assert PASSWORD not in logged.out + logged.err


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


def test_one_who_may_act_no_more_is_out_at_once(site: FastAPI) -> None:
    jo, ada = Visit(site, "jo"), Visit(site, "ada")
    ada.post("/people/jo", {"name": "Jo", "roles": "coordinator"})
    jo.get("/", 303)
    Visit(site).client.post("/sign-in", data={"login": "jo", "password": PASSWORD})


def test_nothing_tells_whether_a_name_exists(site: FastAPI) -> None:
    visit = Visit(site)
    texts = set()
    too_long = visit.client.post("/sign-in", data={"login": "x" * 500, "password": "wrong"})
    assert too_long.status_code == 422  # told of its length alone, before anybody looks for it
    for login in ("jo", "nobody", "", "x" * 60, "jo' OR 1=1"):
        said = visit.client.post("/sign-in", data={"login": login, "password": "wrong"})
        assert said.status_code == 403
        texts.add(re.sub(r'value="[^"]*"', "", said.text))
    assert len(texts) == 1


def test_attempts_are_counted(engine: Engine) -> None:
    settle(engine)
    visit = Visit(create_site(engine, throttle=Throttle(5, 100)))
    said = [visit.client.post("/sign-in", data={"login": "jo", "password": "wrong"}).status_code for _ in range(6)]
    assert said == [403] * 5 + [429]
    assert visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD}).status_code == 429
    assert visit.client.post("/sign-in", data={"login": "max", "password": PASSWORD}).status_code == 303


def test_forms_from_elsewhere_are_refused(site: FastAPI, engine: Engine) -> None:
    visit = Visit(site, "jo")
    data = {"csrf": visit.csrf(), "title": "x", "query": ""}
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        visit.post("/cases/views", data, 403, headers=headers)
        assert (
            visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD}, headers=headers).status_code
            == 403
        )
    other = Visit(site, "max")
    visit.post("/cases/views", {"csrf": other.csrf(), "title": "x"}, 403)
    assert engine.desk.views(engine.people.person("jo").actor) == []


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "/%0d%0aset-cookie:x",
    ],
)
def test_no_way_leads_out(site: FastAPI, wanted: str) -> None:
    visit = Visit(site)
    said = visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD, "next": wanted})
    location = said.headers["location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "\r" not in location
    assert local_path("/cases?state=panel&sort=-id") == "/cases?state=panel&sort=-id"


def test_another_host_is_not_served(site: FastAPI) -> None:
    said = Visit(site).client.get("/sign-in", headers={"host": "evil.example"})
    assert said.status_code == 400
    ada = Visit(site, "ada")
    text = ada.post("/people/jo/invite", status=200).text
    assert f"{BASE}/invitation/" in text


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


def test_a_spreadsheet_gets_no_formula(site: FastAPI, engine: Engine) -> None:
    jo = engine.people.person("jo").actor
    done(
        engine.open_case(
            "hbep-referral", jo, {**PUPIL, "pupil_name": '=HYPERLINK("http://evil.example")'}, state="panel"
        )
    )
    visit = Visit(site, "jo")
    assert "'=HYPERLINK" in visit.get("/cases.csv").text
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(visit.get("/cases.xlsx").content)).active
    assert sheet is not None
    assert sheet["B2"].data_type == "s"


def test_only_fields_of_the_form_are_taken(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine)
    visit = Visit(site, "jo")
    data = {"reason": "Moved away", "reviews_held": "99", "state": "returned", "outcome": "x", "step": "do", "key": "k"}
    visit.post(f"/cases/{case.id}/do/withdraw", {**data, "version": str(case.version)})
    after = engine.case(case.id)
    assert (after.state, "reviews_held" in after.data) == ("withdrawn", False)
    ada = Visit(site, "ada")
    ada.post(
        "/people/pat",
        {"name": "Pat", "roles": "school", "organisation": "Elsewhere", "active": "yes", "login": "ada", "id": "1"},
    )
    assert engine.people.person("ada").name == "Ada"
    visit.post("/people/jo", {"name": "Jo", "roles": "administrator", "active": "yes"}, 404)
    assert engine.people.person("jo").roles == ("hbep-referral/coordinator",)


def test_names_of_files_are_only_names(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine)
    visit = Visit(site, "jo")
    names = [
        "../../etc/passwd.pdf",
        "C:\\Windows\\win.pdf",
        "a\r\nset-cookie: x.pdf",
        ".hidden.pdf",
        "x" * 196 + ".pdf",
        "名.pdf",
    ]
    too_long = visit.post(
        f"/cases/{case.id}/documents", {"document": "ehcp"}, 422, files={"files": ("x" * 400 + ".pdf", PDF)}
    )
    assert "can have at most 200 characters; this one has 404." in too_long.text
    for name in names:
        visit.post(f"/cases/{case.id}/documents", {"document": "ehcp"}, files={"files": (name, PDF)})
    copies = [one for one in engine.case(case.id).documents if one.document == "ehcp"]
    assert len(copies) == len(names)
    for copy, one in enumerate(copies, 1):
        assert not set(one.name) & set("/\\\r\n")
        assert 0 < len(one.name) <= 200
        headers = visit.get(f"/cases/{case.id}/documents/ehcp/{copy}?download=yes").headers
        assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert "set-cookie" not in headers
    for path in ("ehcp/0", "ehcp/99", "..%2f..%2fx/1", "nothing/1"):
        visit.get(f"/cases/{case.id}/documents/{path}", 404)


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


def zipped(*names: str, mimetype: str = "") -> io.BytesIO:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return into


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


def test_a_calendar_address_can_be_revoked_and_names_nobody(site: FastAPI, engine: Engine) -> None:
    in_panel(engine, pupil_name="Zebedee Quux")
    visit = Visit(site, "jo")
    text = visit.post("/profile/calendar", status=200).text
    found = re.search(r"/calendar/[^<]+\.ics", text)
    assert found is not None
    calendar = Visit(site).get(found.group())
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert "Bring the case to a decision of the panel: case 1" in calendar.text.replace("\r\n ", "")
    assert "Zebedee" not in calendar.text
    visit.post("/profile/calendar", status=200)
    Visit(site).get(found.group(), 404)


def test_the_present_is_passed_in(engine: Engine, site: FastAPI, clock: SetClock) -> None:
    clock.set(START + timedelta(days=1))
    assert "12 September 2023" in Visit(site, "jo").get("/dates?view=list").text
