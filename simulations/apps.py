"""The one Django app."""

from django.apps import AppConfig


class SimulationsConfig(AppConfig):
    name = "simulations"
