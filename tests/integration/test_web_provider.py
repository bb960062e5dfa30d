"""Signing in with the account of an organisation, at a real OpenID Connect provider."""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2 as httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from engine import Engine
from engine.clock import SetClock
from engine.service.people.sessions import IDLE
from engine.web.app import create_site
from engine.web.people.provider import Provider, SignInFailed, claim_and_value
from tests.conftest import ROOT, missing
from tests.integration.site import BASE, Visit, settle
from tests.served import free_port
from tests.steps import in_panel
from tests.waiting import PATIENCE

BIN = ROOT / ".venv" / "bin"
NODE = shutil.which("node", path=f"{os.environ['PATH']}:{BIN}")
BACK = f"{BASE}/sign-in/back"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    if NODE is None or not (ROOT / "node_modules" / "oidc-provider").exists():
        missing("no provider here: run make")
    port = free_port()
    secret = secrets.token_urlsafe(24)
    script = Path(__file__).with_name("provider.mjs")
    command = [NODE, "--no-warnings", str(script), str(port), BACK, secret]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert running.stdout is not None
    assert running.stdout.readline().strip() == "ready"
    yield Provider(f"http://127.0.0.1:{port}", "casework", secret, "the county")
    running.terminate()
    running.wait(PATIENCE)
    running.stdout.close()


@dataclass
class Walk:
    """Somebody signs in at the provider, with a browser of their own there."""

    visit: Visit
    there: httpx.Client

    def go(self, name: str, wanted: str = "/") -> httpx.Response:
        """From the sign-in page to the provider, and back."""
        said = self.visit.client.post("/sign-in/organisation", data={"next": wanted})
        assert said.status_code == 303
        address = said.headers["location"]
        while not address.startswith(BACK):
            address = self._step(address, name)
        return self.visit.client.get(address)

    def _step(self, address: str, name: str) -> str:
        page = self.there.get(address)
        while page.status_code == 200:
            form = re.search(r'<form[^>]*action="([^"]+)"', page.text)
            assert form is not None, page.text[:500]
            hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
            answers = {**hidden, "login": name, "password": "any"}
            page = self.there.post(urljoin(address, unescape(form.group(1))), data=answers)
        return urljoin(address, page.headers["location"])


@pytest.fixture
def walk(engine: Engine, provider: Provider) -> Iterator[Walk]:
    settle(engine)
    engine.people.change(replace(engine.people.person("jo"), email="Jo.Hale@example.org"))
    with httpx.Client() as there:
        yield Walk(Visit(create_site(engine, provider=provider)), there)


def test_who_is_known_comes_in(walk: Walk) -> None:
    assert "Sign in with the county" in walk.visit.get("/sign-in").text
    said = walk.go("jo.hale", "/cases?state=panel")
    assert (said.status_code, said.headers["location"]) == (303, "/cases?state=panel")
    assert "Jo" in walk.visit.get("/profile").text


def test_a_form_that_came_too_late_waits_behind_the_sign_in_of_an_organisation(
    walk: Walk, engine: Engine, clock: SetClock
) -> None:
    walk.go("jo.hale")
    case, csrf = in_panel(engine).id, walk.visit.csrf()
    clock.set(clock.now() + IDLE)
    late = walk.visit.client.post(f"/cases/{case}/notes", data={"csrf": csrf, "text": "Said at length"})
    wanted = parse_qs(urlsplit(late.headers["location"]).query)["next"][0]
    failed = walk.visit.get("/sign-in/back", 403).text  # begun elsewhere
    assert "Said at length" not in failed
    there = walk.go("jo.hale", wanted).headers["location"]
    assert there == wanted
    assert "Said at length</textarea>" in walk.visit.get(there).text


def test_who_is_not_known_here_may_sign_in_otherwise_and_comes_to_the_same_page(walk: Walk) -> None:
    refused = walk.go("mallory", "/cases?status=open")
    assert refused.status_code == 403
    assert 'name="next" value="/cases?status=open"' in refused.text


def test_who_is_not_known_or_vouched_for_does_not(walk: Walk, engine: Engine) -> None:
    said = walk.go("stranger")
    assert said.status_code == 403
    assert "You are not known here yet." in said.text
    engine.people.change(replace(engine.people.person("max"), email="unverified@example.org"))
    walk.there.cookies.clear()
    assert walk.go("unverified").status_code == 403
    walk.visit.get("/", 303)


def test_an_answer_holds_once_and_for_one_browser(walk: Walk, provider: Provider) -> None:
    first = walk.visit.client.post("/sign-in/organisation", data={"next": "/"})
    state = re.search(r"state=([^&]+)", first.headers["location"])
    assert state is not None
    forged = walk.visit.client.get(f"/sign-in/back?code=x&state={state.group(1)}x")
    assert forged.status_code == 403
    again = walk.visit.client.get(f"/sign-in/back?code=x&state={state.group(1)}")
    assert "begun elsewhere" in again.text
    with pytest.raises(SignInFailed):
        replace(provider, client_id="other").finish(
            f"{BACK}?code=x&state=s", {"state": "s", "nonce": "n", "verifier": "v" * 50, "back": BACK}
        )


def test_a_provider_that_cannot_be_reached_is_told(engine: Engine) -> None:
    settle(engine)
    visit = Visit(create_site(engine, provider=Provider("http://127.0.0.1:9", "casework", "x")))
    said = visit.client.post("/sign-in/organisation", data={"next": "/"})
    assert said.status_code == 503
    assert "cannot be reached" in said.text


def test_the_way_back_may_lead_to_another_process(walk: Walk, engine: Engine, provider: Provider) -> None:
    began = walk.visit
    url = engine.database.url.render_as_string(hide_password=False)
    other = Engine(url, documents=engine.documents, clock=engine.clock, keys=engine.safe._keys)
    address = began.client.post("/sign-in/organisation", data={"next": "/tasks"}).headers["location"]
    while not address.startswith(BACK):
        address = walk._step(address, "jo.hale")
    after = Visit(create_site(other, provider=provider))  # a restart, or the process beside
    after.client.cookies = began.client.cookies
    said = after.client.get(address)
    assert (said.status_code, said.headers["location"]) == (303, "/tasks")
    assert "begun elsewhere" in began.client.get(address).text
    other.close()


KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
HS256 = b'{"alg":"HS256","kid":"one"}'
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"


def vouched(provider: Provider, **claims: object) -> str | None:
    """The address that a provider is believed to vouch for, with these claims in its token."""
    known = {"iss": provider.issuer, "aud": provider.client_id, "exp": 4_000_000_000, "nonce": "n"}
    token = jwt.encode({"alg": "RS256", "kid": "one"}, {**known, "email": "jo@example.org", **claims}, KEY)
    try:
        return provider._email(token, KeySet([KEY]), "n")
    except SignInFailed:
        return None


def test_an_address_is_believed_that_the_provider_calls_verified() -> None:
    strict = Provider("https://login.example", "casework", "x")
    assert vouched(strict, email_verified=True) == "jo@example.org"
    for claims in ({}, {"email_verified": False}, {"email_verified": "true"}, {"tid": TENANT}, {"email_verified": 1}):
        assert vouched(strict, **claims) is None


def test_without_that_only_of_the_tenant_that_is_trusted() -> None:
    of_tenant = Provider("https://login.example", "casework", "x", trusted=f"tid = {TENANT}")
    assert vouched(of_tenant, tid=TENANT) == "jo@example.org"
    for claims in ({}, {"tid": "another"}, {"tid": [TENANT]}, {"tid": None}, {"email_verified": True}):
        assert vouched(of_tenant, **claims) is None
    for said in (False, "false"):  # it says that it is not
        assert vouched(of_tenant, tid=TENANT, email_verified=said) is None
    by_domain = Provider("https://login.example", "casework", "x", trusted="xms_edov=true")
    assert vouched(by_domain, xms_edov=True) == vouched(by_domain, xms_edov="true") == "jo@example.org"
    assert vouched(by_domain, xms_edov=False) is None
    for wrong in ("tid", "=x", "tid=", ""):
        with pytest.raises(ValueError, match="a claim and its value"):
            claim_and_value(wrong)


def written(part: bytes) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def test_a_token_that_is_not_theirs_for_us_now_lets_nobody_in() -> None:
    strict = Provider("https://login.example", "casework", "x")
    known = {"iss": strict.issuer, "aud": "casework", "exp": 4_000_000_000, "nonce": "n"}
    claims = {**known, "email": "jo@example.org", "email_verified": True}

    def email(token: str, nonce: str = "n") -> str | None:
        try:
            return strict._email(token, KeySet([KEY]), nonce)
        except SignInFailed:
            return None

    right = {"alg": "RS256", "kid": "one"}
    assert email(jwt.encode(right, claims, KEY)) == "jo@example.org"
    assert email(jwt.encode(right, claims, KEY), "of another sign-in") is None
    for wrong in ({"iss": "https://evil.example"}, {"aud": "another"}, {"exp": 1_000_000_000}, {"nonce": "m"}):
        assert email(jwt.encode(right, {**claims, **wrong}, KEY)) is None, wrong
    for lacking in known:
        assert email(jwt.encode(right, {k: v for k, v in claims.items() if k != lacking}, KEY)) is None, lacking
    # Signed by somebody else; by the public key as if it were a shared secret; by nobody; with a key that it brings.
    other = RSAKey.generate_key(2048, {"kid": "one"})
    assert email(jwt.encode(right, claims, other)) is None
    assert email(jwt.encode({**right, "jwk": other.as_dict(private=False)}, claims, other)) is None
    head, body, sign = jwt.encode(right, claims, KEY).split(".")
    none, shared = written(b'{"alg":"none"}'), f"{written(HS256)}.{body}"
    by_public_key = hmac.digest(KEY.as_pem(private=False), shared.encode(), "sha256")
    assert email(f"{shared}.{written(by_public_key)}") is None
    for token in (f"{none}.{body}.", f"{head}.{body}.", f"{head}.{body}.{sign[:-4]}AAAA", "", "x", "a.b.c"):
        assert email(token) is None, token


def test_a_provider_that_calls_itself_otherwise_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"issuer": "https://login.example", "authorization_endpoint": "https://login.example/a"}
    answer = httpx.Response(200, json=said, request=httpx.Request("GET", "https://login.example"))
    monkeypatch.setattr("engine.web.people.provider.httpx.get", lambda *_, **__: answer)
    address, _ = Provider("https://login.example", "casework", "x").begin(BACK, "/")
    assert address.startswith("https://login.example/a?")
    for issuer in ("https://login.example/", "https://login.example.evil", "http://login.example"):
        with pytest.raises(SignInFailed, match="another address"):
            Provider(issuer, "casework", "x").begin(BACK, "/")
