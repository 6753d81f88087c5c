"""The operator's view of the runs (`manage.py createsuperuser` makes the first account): read only."""

from django.contrib import admin
from django.http import HttpRequest

from simulations.models import Run


@admin.register(Run)
class RunAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for the type checker only
    list_display = ("id", "state", "engine_version", "created", "finished")
    list_filter = ("state",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  (Django asks it so)
        return False

    def has_change_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:  # noqa: ARG002  (so too)
        return False
