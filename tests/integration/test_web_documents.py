"""Documents on the pages: names of files are only names, and what is not safe is not shown."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from fastapi import FastAPI

from engine import Engine
from tests.integration.site import Visit
from tests.steps import PUPIL, done, in_panel
from tests.unit.test_content import WORD, zipped

PDF = b"%PDF-1.4 x"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


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


SEEN = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'; base-uri 'none'"
ALONE = f"{SEEN}; sandbox"  # no script, no form, no frame, and of no origin


@pytest.mark.parametrize(
    ("name", "content", "kind", "how", "policy"),
    [
        ("a.pdf", PDF, "application/pdf", "inline", SEEN),  # browsers show it in a sandbox of their own
        ("a.png", PNG, "image/png", "inline", ALONE),
        ("a.txt", b"Three < four, and <b>so</b> on", "text/plain; charset=utf-8", "inline", ALONE),
        ("a.docx", zipped(WORD), "application/octet-stream", "attachment", ALONE),
    ],
)
def test_a_file_is_shown_in_a_sandbox_or_only_sent(
    site: FastAPI, engine: Engine, name: str, content: bytes, kind: str, how: str, policy: str
) -> None:
    case, visit = in_panel(engine).id, Visit(site, "jo")
    visit.post(f"/cases/{case}/documents", {"document": "ehcp"}, files={"files": (name, content)})
    for asked, said_how in (("", how), ("?download=yes", "attachment")):
        said = visit.get(f"/cases/{case}/documents/ehcp/1{asked}")
        assert said.content == content
        assert said.headers["content-type"] == kind
        assert said.headers["content-disposition"] == f"{said_how}; filename*=UTF-8''{name}"
        assert said.headers["content-security-policy"] == policy
        assert said.headers["x-content-type-options"] == "nosniff"
        assert said.headers["cross-origin-resource-policy"] == "same-origin"


def keys_in(page: str) -> set[str]:
    return set(re.findall(r'name="key" value="([^"]+)"', page))


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one by one"])
def test_a_file_that_is_sent_twice_by_one_form_is_one_document(site: FastAPI, engine: Engine, at_once: bool) -> None:
    case = in_panel(engine).id
    visit, path = Visit(site, "jo"), f"/cases/{case}/documents"
    [key] = keys_in(visit.get(path).text)
    sent: dict[str, Any] = {"document": "ehcp", "key": key, "csrf": visit.csrf()}
    files = [("files", ("plan.pdf", PDF)), ("files", ("more.pdf", PDF + b"more"))]
    twice = [threading.Thread(target=visit.post, args=(path, sent), kwargs={"files": files}) for _ in range(2)]
    for one in twice:
        one.start()
        if not at_once:
            one.join()
    for one in twice:
        one.join()

    def names() -> list[str]:
        return sorted(one.name for one in engine.case(case).documents if one.document == "ehcp")

    assert names() == ["more.pdf", "plan.pdf"]
    # Back, and another file by the same form; then the same one on purpose, from the page as it is now.
    visit.post(path, sent, files={"files": ("plan.pdf", PDF + b"corrected")})
    assert names() == ["more.pdf", "plan.pdf", "plan.pdf"]
    [fresh] = keys_in(visit.get(path).text)
    assert fresh != key
    visit.post(path, sent | {"key": fresh}, files={"files": ("plan.pdf", PDF)})
    assert names() == ["more.pdf", "plan.pdf", "plan.pdf", "plan.pdf"]
    # Nobody else's form has this key.
    Visit(site, "max").post(path, {"document": "ehcp", "key": key}, files={"files": ("plan.pdf", PDF)})
    assert len(names()) == 5
    assert engine.verify().findings == ()


def test_a_file_that_is_added_to_a_draft_twice_is_one_document(site: FastAPI, engine: Engine) -> None:
    visit, sam = Visit(site, "sam"), engine.people.person("sam").actor
    draft = engine.desk.begin_draft("hbep-referral", "panel", sam)
    path = f"/drafts/{draft}/documents"
    sent: dict[str, Any] = {"document": "ehcp", "csrf": visit.csrf()}
    twice = [
        threading.Thread(target=visit.post, args=(path, sent), kwargs={"files": {"files": ("plan.pdf", PDF)}})
        for _ in range(3)
    ]
    for one in twice:
        one.start()
    for one in twice:
        one.join()
    visit.post(path, sent, files={"files": ("more.pdf", PDF + b"more")})
    visit.post(path, sent | {"document": "send_plan"}, files={"files": ("plan.pdf", PDF)})
    kept = [(one["document"], one["name"]) for one in engine.desk.draft(draft, sam).documents]
    assert kept == [("ehcp", "plan.pdf"), ("ehcp", "more.pdf"), ("send_plan", "plan.pdf")]
    engine.desk.keep_answers(draft, PUPIL, sam)
    assert len(done(engine.desk.send(draft, sam)).documents) == 3
