"""The websocket of a run: `/ws/runs/<id>/?after=<seq>` sends every frame after the cursor, then closes.

Close codes: 1000 the run has ended and all of it was sent, 4404 there is no such run, 4400 the cursor is no number,
4500 its trace cannot be read, 1013 the database is away: try again.
"""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from simulations.hub import hub
from simulations.models import Run

logger = logging.getLogger(__name__)


def _find(run_id: str) -> Run | None:
    return Run.objects.filter(id=run_id).only("id", "state").first()


class RunConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """Relays one run to one page."""

    _pump: "asyncio.Task[None] | None" = None

    async def connect(self) -> None:
        # accepted first: a refused handshake has no close code that a page could read
        await self.accept()
        after = _cursor(self.scope["query_string"])
        if after is None:
            await self.close(4400)
            return
        try:
            run = await database_sync_to_async(_find)(self.scope["url_route"]["kwargs"]["run_id"])
        except DatabaseError:
            await self.close(1013)
            return
        if run is None:
            await self.close(4404)
            return
        self._pump = asyncio.create_task(self._relay(run, after))

    async def disconnect(self, code: int) -> None:  # noqa: ARG002  (Channels hands it over)
        if self._pump is not None:
            self._pump.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is expected from the page."""

    async def _relay(self, run: Run, after: int) -> None:
        frames = hub().follow(run.id, after, ended=run.ended)
        try:
            async for frame in frames:
                if not await self._reaches(self.send(text_data=frame)):
                    return
            await self._reaches(self.close())
        except Exception:
            logger.exception("run %s cannot be relayed", run.id)
            await self._reaches(self.close(4500))
        finally:
            await frames.aclose()

    async def _reaches(self, sending: Awaitable[None]) -> bool:
        """Whether the page is still there to hear it: it may leave between two frames."""
        try:
            await sending
        except (RuntimeError, OSError):  # what the ASGI server raises for a line that is closed, by its version
            return False
        return True


def _cursor(query: bytes) -> int | None:
    """The seq after which the page wants the frames; None if it is no such number."""
    try:
        values: list[Any] = parse_qs(query.decode("ascii")).get("after", ["0"])
    except ValueError:
        return None
    text = values[-1]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
