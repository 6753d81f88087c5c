"""The ASGI application: pages by Django, websockets by the consumers, both for allowed hosts only."""

import os
from threading import Thread

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "visualizer.settings")
pages = get_asgi_application()

from simulations.examples.shown import situations  # noqa: E402  (needs the apps that the line above loads)
from simulations.routing import websocket_urlpatterns  # noqa: E402  (needs the apps that the line above loads)

application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": AllowedHostsOriginValidator(URLRouter(websocket_urlpatterns)),
    }
)

# the page of examples shows loops of days; made beside the first requests, it does not keep its first visitor waiting
Thread(target=situations, name="examples", daemon=True).start()
