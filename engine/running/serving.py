"""Serving: the pages and the API as one application, with the scheduler in the same process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.api.app import create_app
from engine.running.proxies import Network, Proxies
from engine.running.scheduler import Scheduler
from engine.service import Engine
from engine.web.app import create_site
from engine.web.people.provider import Provider

API = "/api/"


class Both:
    """Pages and API under one address: what begins with `/api/` is the API's."""

    def __init__(self, pages: FastAPI, api: ASGIApp) -> None:
        self._pages, self._api = pages, api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_api = scope["type"] == "http" and scope["path"].startswith(API)
        await (self._api if is_api else self._pages)(scope, receive, send)


def create_service(
    engine: Engine,
    *,
    per_minute: int,
    scheduler: Scheduler | None = None,
    address: str = "http://127.0.0.1:8000",
    provider: Provider | None = None,
    proxies: tuple[Network, ...] = (),
) -> ASGIApp:
    """Everything that `casework serve` runs, reached at `address`, through `proxies` where there are any.

    The scheduler runs as long as it does.
    """
    pages = create_site(engine, address=address, provider=provider)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        if scheduler:
            scheduler.start()
        yield
        if scheduler:
            scheduler.stop()

    pages.router.lifespan_context = life
    return Proxies(Both(pages, create_app(engine, per_minute=per_minute, address=address)), proxies)
