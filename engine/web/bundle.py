"""Bundle: the style sheets, scripts and images of the pages, as they were built into `static/`.

Each has a hash of its content in its name, so that browsers keep it for ever and still never show an old one; each
lies there compressed as well. Before anything was built there are none, and pages are plain.
"""

from __future__ import annotations

import functools
import json
import mimetypes
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
# The smaller one first.
ENCODINGS = {"br": ".br", "gzip": ".gz"}


@functools.cache
def names() -> dict[str, str]:
    """The name with its hash of each asset, by the name that it was written under."""
    made = STATIC / "names.json"
    found: dict[str, str] = json.loads(made.read_text(encoding="utf-8")) if made.exists() else {}
    return found


def asset(name: str) -> str:
    """The address of an asset."""
    return f"/static/{names().get(name, name)}"


class Bundle:
    """Sends what was built, and nothing else."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope)
        if request.method != "GET":
            raise HTTPException(405)
        # Of the path the last part only: no other one can lead out of the folder.
        await _found(request.url.path.rpartition("/")[2], request.headers.get("accept-encoding", ""))(
            scope, receive, send
        )


def _found(name: str, accepted: str) -> Response:
    hashed = set(names().values())
    # What an earlier release has built has no hashes in its names; it is asked for anew each time.
    if name not in (hashed or {one.name for one in STATIC.glob("*.*")}):
        return Response(status_code=404)
    # Vary: whoever keeps a copy on the way must not give a packed one to a browser that cannot unpack it.
    headers = {"cache-control": FOR_EVER if hashed else "no-cache", "vary": "Accept-Encoding"}
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = STATIC / name
    for encoding in _acceptable(accepted):
        packed = STATIC / (name + ENCODINGS[encoding])
        if packed.exists():
            file, headers["content-encoding"] = packed, encoding
            break
    return FileResponse(file, headers=headers, media_type=kind)


def _acceptable(accepted: str) -> list[str]:
    """The encodings that a browser takes, as it says itself; one with the weight 0 is refused."""
    said = {}
    for one in accepted.lower().split(","):
        name, _, weight = one.strip().partition(";")
        said[name.strip()] = weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return [name for name in ENCODINGS if said.get(name, said.get("*", False))]
