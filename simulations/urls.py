"""Addresses of pages and of what the page asks for."""

from django.urls import path, re_path

from simulations import cost_pages, views

_RUN = r"^runs/(?P<run_id>[A-Za-z0-9_-]{1,40})/"

urlpatterns = [
    path("", views.build, name="build"),
    path("trigger-form/", views.trigger_form, name="trigger_form"),
    path("export/<str:name>", views.export, name="export"),
    path("words/", views.words, {"most": "first_paint_records"}, name="words"),
    path("words/whole/", views.words, {"most": "told_records"}, name="words_of_the_whole"),
    path("compare/", views.compare, name="compare"),
    path("compare/differences/", views.differences, name="differences"),
    path("examples/", views.examples, name="examples"),
    path("rules/", views.rules, name="rules"),
    path("cost/", cost_pages.cost, name="cost"),
    path("cost/against/", cost_pages.against, name="cost_against"),
    path("runs/", views.start, name="start"),
    re_path(_RUN + "$", views.run, name="run"),
    re_path(_RUN + "cost/$", cost_pages.cost_of_run, name="cost_of_run"),
    re_path(_RUN + "cancel/$", views.cancel, name="cancel"),
    re_path(_RUN + "charts/(?P<name>[a-z_]{1,40})/$", views.chart, name="chart"),
    path("charts/<slug:name>/", views.chart_of_link, name="chart_of_link"),
    path("healthz", views.healthz, name="healthz"),
]
