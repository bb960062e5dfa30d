"""Callers of the API for tests: each sends requests with the token of one person."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

# Every route of cases and lists; for those of one case, its number stands for any.
CORRECTION = {"entry": 1, "field": "pupil_name", "value": "Ann Hill", "reason": "Misread"}
UNDO = {"entry": 1, "reason": "A slip"}
ROUTES = [
    ("GET", "/cases"),
    ("POST", "/cases"),
    ("GET", "/cases/1"),
    ("GET", "/cases/1/history"),
    ("GET", "/cases/1/events"),
    ("GET", "/cases/1/accesses"),
    ("POST", "/cases/1/events/withdraw"),
    ("POST", "/cases/1/corrections"),
    ("POST", "/cases/1/undo"),
    ("GET", "/cases/1/links"),
    ("POST", "/cases/1/links"),
    ("POST", "/cases/1/links/1/removal"),
    ("POST", "/cases/1/tasks/hold_review/done"),
    ("POST", "/cases/1/tasks/hold_review/claim"),
    ("POST", "/cases/1/tasks/hold_review/assign"),
    ("POST", "/cases/1/documents/ehcp"),
    ("GET", "/cases/1/documents/ehcp"),
    ("GET", "/tasks"),
    ("GET", "/dates"),
    ("GET", "/people"),
    ("GET", "/organisations"),
    ("GET", "/meetings"),
    ("GET", "/meetings/1"),
    ("GET", "/meetings/1/record"),
    ("POST", "/meetings/1/intake"),
    ("GET", "/people/jo/tasks"),
    ("POST", "/people/jo/handover"),
    ("GET", "/tasks/handed-over"),
    ("GET", "/warnings"),
    ("POST", "/warnings/1/read"),
    ("GET", "/processes"),
    ("GET", "/processes/hbep-referral"),
]


class Caller:
    """Sends requests as one person."""

    def __init__(self, client: TestClient, secret: str) -> None:
        self._client, self._headers = client, {"Authorization": f"Bearer {secret}"} if secret else {}

    def __call__(self, method: str, path: str, status: int, headers: dict[str, str] | None = None, **more: Any) -> Any:
        response = self.response(method, path, headers, **more)
        assert response.status_code == status, response.text
        if status >= 400:
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["status"] == status
        return response.json() if response.content else None

    def response(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
        return self._client.request(method, f"/api/v1{path}", headers=self._headers | (headers or {}), **more)
