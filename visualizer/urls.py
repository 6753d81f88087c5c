"""Addresses of the whole site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("simulations.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "simulations.views.bad_request"
handler404 = "simulations.views.not_found"
handler500 = "simulations.views.server_error"
