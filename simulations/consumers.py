"""The websocket of a run: `/ws/runs/<id>/?after=<seq>` sends every frame after the cursor, then closes.

Close codes: 1000 the run has ended and all of it was sent, 4404 there is no such run, 4400 the cursor is no number,
1013 the database is away: try again.
"""

import asyncio
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from simulations.hub import hub
from simulations.models import Run


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
                await self.send(text_data=frame)
            await self.close()
        except RuntimeError:
            pass  # the page left between two frames
        finally:
            await frames.aclose()


def _cursor(query: bytes) -> int | None:
    """The seq after which the page wants the frames; None if it is no such number."""
    try:
        values: list[Any] = parse_qs(query.decode("ascii")).get("after", ["0"])
    except ValueError:
        return None
    text = values[-1]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
