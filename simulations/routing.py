"""Websocket addresses."""

from django.urls import re_path

from simulations.consumers import RunConsumer

websocket_urlpatterns = [
    re_path(r"^ws/runs/(?P<run_id>[A-Za-z0-9_-]{1,40})/$", RunConsumer.as_asgi()),
]
