"""Connection: a client's line to the server. It hangs up on those who are too slow, so that they use up no lines."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Impatient(H11Protocol):
    """A line on which a request must arrive within `grace` seconds, and one more for each `rate` bytes that came.

    Between two requests the keep-alive limit of the server holds.
    """

    grace = 20.0
    rate = 10_000

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._begun, self._received = 0.0, 0
        self._limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody called."""
        super().connection_made(transport)
        self._begun = self.loop.time()
        self._expect()

    def data_received(self, data: bytes) -> None:
        """They said something."""
        if self._limit is None and self._awaits_head:
            self._begun, self._received = self.loop.time(), 0
        self._received += len(data)
        super().data_received(data)
        self._expect()

    def on_response_complete(self) -> None:
        """They have their answer."""
        self._stop()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """They hung up."""
        self._stop()
        super().connection_lost(exc)

    @property
    def _awaits_head(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _expect(self) -> None:
        self._stop()
        if not self.transport.is_closing() and (self._awaits_head or self.cycle.more_body):
            until = self._begun + self.grace + self._received / self.rate
            self._limit = self.loop.call_at(until, self._hang_up)

    def _stop(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _hang_up(self) -> None:
        self._limit = None
        if self.flow.read_paused:  # not they are slow, but the server
            self._begun = self.loop.time()
            self._expect()
            return
        # An answer that has begun cannot be followed by another one.
        if self._awaits_head or not self.cycle.response_started:
            self.transport.write(_TOO_SLOW)
        self.transport.close()
