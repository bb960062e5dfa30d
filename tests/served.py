"""A real server on loopback, for as long as a test needs it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn

from engine.running.connection import Impatient
from engine.running.serving import create_service
from engine.service import Engine
from tests.waiting import PATIENCE


@contextlib.contextmanager
def served(engine: Engine, name: str = "127.0.0.1") -> Iterator[str]:
    """Serve an engine on a free port of this machine, which is called by a name; the address.

    Who calls before the server is there waits in line.
    """
    with socket.create_server(("127.0.0.1", 0)) as door:
        base = f"http://{name}:{door.getsockname()[1]}"
        service = create_service(engine, per_minute=6000, address=base)
        server = uvicorn.Server(uvicorn.Config(service, http=Impatient, log_level="error", access_log=False))
        thread = threading.Thread(target=server.run, args=([door],), daemon=True)
        thread.start()
        yield base
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive()


def free_port() -> int:
    """A port of loopback on which nobody listens, for a process that must be told one."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
    return port
