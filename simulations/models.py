"""What is kept: a run is a scenario, its state and its report. The trace is not kept: it can be simulated again."""

import json
import secrets
from typing import Any

from django.db import models


def new_run_id() -> str:
    """22 characters that cannot be guessed: whoever has the id may watch and cancel the run."""
    return secrets.token_urlsafe(16)


class State(models.TextChoices):
    """How far a run is. How it ended never changes; one that is simulated again gets the report of that simulation."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDED = (State.FINISHED, State.CANCELLED, State.FAILED)


class Run(models.Model):
    """One simulation of one scenario."""

    id = models.CharField(primary_key=True, max_length=22, default=new_run_id, editable=False)
    scenario = models.TextField(help_text="The canonical scenario as JSON")
    engine_version = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    requested_cancel = models.BooleanField(default=False)
    report = models.JSONField(null=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often a worker has begun it without ending it")
    error = models.TextField(blank=True, default="")
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created",)
        indexes = (models.Index(fields=("state", "created")),)

    def __str__(self) -> str:
        return f"{self.id} ({self.state})"

    @property
    def ended(self) -> bool:
        """Finished, cancelled or failed."""
        return self.state in ENDED

    def raw_scenario(self) -> dict[str, Any]:
        """The scenario as the engine's parser takes it."""
        raw: dict[str, Any] = json.loads(self.scenario)
        return raw
