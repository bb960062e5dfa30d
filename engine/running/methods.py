"""Methods: which an address knows. HEAD is answered as GET without its body, OPTIONS by the list, others by 405.

What is told here is told of addresses, never of what lies behind them: it is the same for everybody, and whether
there is such a case or not. It touches requests only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ASKED = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Heads:
    """Stands before an application whose routes know GET only: HEAD runs the same route, and leaves the body out.

    So it is written down as shown what GET shows: the head alone tells how long a page is, and how a file is called.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, head)


def unknown_method(request: Request, refusal: Callable[[], Response]) -> Response:
    """The answer to a method that an address does not know: to OPTIONS the list, else what the face says, with it."""
    response = Response(status_code=204) if request.method == "OPTIONS" else refusal()
    response.headers["allow"] = _allowed(request.app.routes, request.scope)
    return response


def _allowed(routes: Sequence[BaseRoute], scope: Scope) -> str:
    """The methods that this address knows, as the header `Allow` names them."""
    # Where a folder was found, what leads to it was cut off the address.
    asked = {**scope, "root_path": scope.get("app_root_path", scope.get("root_path", ""))}
    known = {method for method in _ASKED if any(_takes(route, {**asked, "method": method}) for route in routes)}
    return ", ".join(sorted({*known, "OPTIONS", *(("HEAD",) if "GET" in known else ())}))


def _takes(route: BaseRoute, scope: Scope) -> bool:
    """Whether the route answers; a folder of files would take any method, and knows one."""
    return route.matches(scope)[0] is Match.FULL and (scope["method"] == "GET" or not isinstance(route, Mount))
