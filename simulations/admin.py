"""The operator's view of the runs (`manage.py createsuperuser` makes the first account): read only."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from simulations.models import Run

# generic for the type checker only
_Admin = admin.ModelAdmin[Run] if TYPE_CHECKING else admin.ModelAdmin


@admin.register(Run)
class RunAdmin(_Admin):
    list_display = ("id", "state", "engine_version", "created", "finished")
    list_filter = ("state",)
    readonly_fields = tuple(field.name for field in Run._meta.fields)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
