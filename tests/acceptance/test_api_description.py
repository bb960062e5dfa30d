"""The API against its own description: no server error, nothing that it does not say."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import httpx2 as httpx
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engine import Engine
from engine.api.app import create_app
from engine.clock import SetClock
from tests.conftest import REFERRAL, ROOT, START
from tests.part import THOROUGH
from tests.served import free_port
from tests.steps import in_panel, in_placement
from tests.waiting import PATIENCE, until

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def prepared() -> tuple[Engine, str]:
    engine = Engine(clock=SetClock(START))
    engine.publish(REFERRAL)
    in_panel(engine)
    in_placement(engine)
    engine.people.add_organisation("Hilltop")
    engine.people.add("jo", "", ["coordinator", "school"], "Hilltop")
    return engine, engine.people.issue_token("jo", "", ["read", "write"], 30)[0]


ENGINE, SECRET = prepared()
APP = create_app(ENGINE, per_minute=10**9)
described = schemathesis.openapi.from_asgi("/api/v1/openapi.json", APP)


@described.parametrize()
@settings(max_examples=400 if THOROUGH else 15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_described(case: schemathesis.Case) -> None:
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {SECRET}"}
    response = case.call()
    case.validate_response(response, checks=CHECKS)


def test_the_description_is_openapi_3_1_and_says_everything() -> None:
    with TestClient(APP) as client:
        told = client.get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    for path in told["paths"].values():
        for operation in path.values():
            assert operation["security"]
            assert operation["description"]
            assert {"401", "403", "429"} <= set(operation["responses"])


def test_serve_runs_the_api_and_the_scheduler_and_stops_cleanly(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'c.db'}"
    Engine.prepare(url)
    engine = Engine(url)
    engine.publish(REFERRAL)
    engine.people.add("jo", "", ["coordinator"])
    secret, _ = engine.people.issue_token("jo", "", ["read"], 1)
    engine.close()
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "serve", "--port", str(port)],
        cwd=ROOT,
        env={"CASEWORK_DATABASE_URL": url, "CASEWORK_LOG_FORMAT": "json", "PATH": "/usr/bin"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: listens(port) or server.poll() is not None)
        address = f"http://127.0.0.1:{port}/api/v1/cases?organisation=Hilltop"
        response = httpx.get(address, headers={"Authorization": f"Bearer {secret}"}, timeout=PATIENCE)
        assert response.json() == {"items": [], "next": ""}
    finally:
        server.terminate()
        _, log = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0
    assert '"event": "scheduler stopped"' in log
    assert secret not in log
    assert "Hilltop" not in log


def listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module", autouse=True)
def close_engine() -> object:
    yield
    ENGINE.close()
