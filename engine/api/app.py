"""The application: the routes below `/api/v1`, its description, and what every answer carries."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from starlette.middleware.trustedhost import TrustedHostMiddleware

from engine import __version__
from engine.api import cases, deputies, handovers, house, links, lists, registers, retention, warnings
from engine.api.asking import addressed
from engine.api.problem import ProblemDetails, add_handlers, answer, problem, tell
from engine.running.doors import Doors
from engine.running.headers import headers, hosts_of, is_secure
from engine.running.logs import place_of
from engine.running.methods import Heads
from engine.service import Engine

# Ten a second, for each token: far above any honest program, below what would slow others down.
PER_MINUTE = 600
_log = structlog.get_logger("casework.api")
_TITLE = "casework"
_DESCRIPTION = (
    "Cases, their events, tasks, documents and dates. Sign in with a token. Send the ETag of a case back as "
    "If-Match to be told if it was changed meanwhile, and an Idempotency-Key with what must not happen twice. "
    "What is not done is told as problem details (RFC 9457)."
)
# An answer is for programs: a browser that is led to one runs nothing of it, and shows it in no frame.
_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"


def _operations() -> APIRouter:
    router = APIRouter()
    for room in (cases, links, lists, registers, retention, house, warnings, deputies, handovers):
        router.include_router(room.router, prefix="/api/v1", dependencies=[Depends(addressed)])
    return router


# What FastAPI works out of each route takes half a second, and is the same for every engine: once for all.
OPERATIONS = _operations()


def create_app(engine: Engine, *, per_minute: int = PER_MINUTE, address: str = "") -> FastAPI:
    """The API of an engine, reached at `address`; without one it answers whatever name it is asked by."""

    app = FastAPI(
        title=_TITLE,
        version=__version__,
        description=_DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        # Their pages would load scripts from servers of others.
        docs_url=None,
        redoc_url=None,
    )
    app.state.engine, app.state.per_minute = engine, per_minute
    add_handlers(app)
    _add_middleware(app, address)
    app.router.routes.extend(OPERATIONS.routes)
    app.openapi = _description  # type: ignore[method-assign]
    return app


def _add_middleware(app: FastAPI, address: str) -> None:
    every = headers(_POLICY, "no-referrer", secure=is_secure(address))
    app.add_middleware(Doors, tell=tell)
    if address:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts_of(address), www_redirect=False)

    @app.middleware("http")
    async def guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        """A fault of the program is told as a problem without details, which might be personal."""
        try:
            response = await go_on(request)
        # Here, and not as a handler: that of Starlette for every fault raises it again for the server to write down.
        except Exception as error:
            _log.error("request failed", fault=type(error).__name__, at=place_of(error), method=request.method)
            response = answer(problem(500, "fault", "Something went wrong inside. Nothing was half-written."))
        response.headers.update(every)
        return response

    # Added last, so it is asked first: all others see HEAD as the GET that it stands for.
    app.add_middleware(Heads)


@functools.cache
def _description() -> dict[str, Any]:
    """The description of the API, the same for every engine. Callers leave it as it is."""
    described = get_openapi(title=_TITLE, version=__version__, description=_DESCRIPTION, routes=OPERATIONS.routes)
    # FastAPI describes what routes give back; a problem is raised, and would be named without being described.
    described["components"]["schemas"].setdefault("ProblemDetails", TypeAdapter(ProblemDetails).json_schema())
    return described
