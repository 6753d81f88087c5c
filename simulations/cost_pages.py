"""The pages and answers about cost: a scenario's or a run's bill under a view, as page, part of a page, CSV, JSON or chart.

A view (Region, free tier, rate, length of the month) stands in the address beside the scenario's link (`of`) or beside the
parameters of that link themselves, so that a bill can be sent as a link too.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from simulations import links, receipt
from simulations.engine import (
    TRIGGERS,
    FieldError,
    Scenario,
    ScenarioErrors,
    make_report,
    parse_scenario,
    simulate_rows,
)
from simulations.engine.cost import Cost, make_cost
from simulations.engine.limits import UNKNOWN
from simulations.engine.usage import Used
from simulations.models import Run
from simulations.sweep import candidates, sweep

HOME = "trigger=s3&error_rate=1"
_OWN = frozenset(("of", "format", "setting", *receipt.CHOICES))
_BAD, _NOT_FOUND = 400, 404


@require_safe
def cost(request: HttpRequest) -> HttpResponse:
    """What a link's scenario costs, as a page that needs no script; also as a part of one, CSV or JSON."""
    try:
        scenario = _scenario(request.GET)
    except ScenarioErrors as found:
        return _wrong(request, found.errors)
    used, whole = counted(scenario)
    return _answer(request, scenario, used, cut=not whole, run="")


@require_safe
def cost_of_run(request: HttpRequest, run_id: str) -> HttpResponse:
    """The same of a run that has ended, from what it counted."""
    found = get_object_or_404(Run, id=run_id)
    used = _used(found)
    if used is None:
        return JsonResponse(
            {"errors": [{"field": "", "code": "NoCost", "message": "This run has no bill yet."}]}, status=_NOT_FOUND
        )
    return _answer(request, parse_scenario(found.raw_scenario()), used, cut=False, run=request.path)


@require_GET
def against(request: HttpRequest) -> HttpResponse:
    """The cost at several values of one setting, as Plotly's JSON with its sentence and the rows of its table."""
    from simulations.charts import sweep_chart  # noqa: PLC0415  plotly is slow to import: only who opens a chart pays

    try:
        scenario = _scenario(request.GET)
        view, errors = receipt.read_view(_texts(request.GET))
        found = sweep(scenario, request.GET.get("setting", ""), view, *_limits())
    except ScenarioErrors as refused:
        return _wrong(request, refused.errors)
    except KeyError:
        errors = [FieldError("setting", UNKNOWN, "There is no such setting to vary.")]
    if errors:
        return JsonResponse({"errors": msgspec.to_builtins(errors)}, status=_BAD)
    chart = sweep_chart(found)
    rows = [
        [f"{point.value:,}", *([point.why] if point.why else [point.month, point.run, point.delivered, point.lost])]
        for point in found.points
    ]
    head = [f"{found.title}{f' ({found.unit})' if found.unit else ''}", "A month", "This run", "Delivered", "Lost"]
    return JsonResponse({"figure": chart.figure, "summary": chart.summary, "head": head, "rows": rows})


def counted(scenario: Scenario) -> tuple[Used, bool]:
    """What a scenario uses, up to the number of records that a view may simulate, and whether that is all of it."""
    most, events = _limits()
    rows = list(simulate_rows(scenario, record_limit=most, event_limit=events))
    report = make_report(scenario, rows, by_event=False, keep_documents=False)
    return report.cost.used, report.ended is None or report.ended.reason != "record_limit"


def part(scenario: Scenario, used: Used, texts: Mapping[str, str], cut: bool = False, run: str = "") -> dict[str, Any]:
    """What the receipt's template needs; `run` is the address of a run's own bill, "" for that of a link."""
    view, errors = receipt.read_view(texts)
    found = make_cost(scenario, used, view)
    link = links.render_link(scenario)
    shown = receipt.context(scenario, found, view, texts, errors)
    chosen = urlencode(shown["view_query"])
    own = run or f"{reverse('cost')}?{urlencode({'of': link})}"
    joined = f"{own}{'&' if '?' in own else '?'}{chosen}" if chosen else own
    return {
        **shown,
        "of": link,
        "noun": TRIGGERS[scenario.trigger].noun,
        "cut": cut,
        "bill": own,
        "page_of_cost": f"{reverse('cost')}?{urlencode({'of': link, **shown['view_query']})}",
        "download": f"{joined}{'&' if '?' in joined else '?'}format=",
        "against": f"{reverse('cost_against')}?{urlencode({'of': link, **shown['view_query']})}&setting=",
        "chart_address": f"{joined}{'&' if '?' in joined else '?'}format=chart",
        "varied": [(field.key, field.title) for field in candidates(scenario)],
        "errors": errors,
    }


def _answer(request: HttpRequest, scenario: Scenario, used: Used, *, cut: bool, run: str) -> HttpResponse:
    texts = _texts(request.GET)
    form = request.GET.get("format", "")
    shown = part(scenario, used, texts, cut, run)
    found: Cost = shown["cost"]
    status = _BAD if shown["errors"] else 200
    if form == "json":
        answer = HttpResponse(
            msgspec.json.format(msgspec.json.encode(found)), content_type="application/json", status=status
        )
        answer["Content-Disposition"] = 'attachment; filename="redrive-cost.json"'
        return answer
    if form == "csv":
        answer = HttpResponse(receipt.as_csv(found), content_type="text/csv; charset=utf-8", status=status)
        answer["Content-Disposition"] = 'attachment; filename="redrive-cost.csv"'
        return answer
    if form == "chart":
        from simulations.charts import cost_chart  # noqa: PLC0415  plotly is slow to import

        chart = cost_chart({"cost": msgspec.to_builtins(found)})
        return JsonResponse({"figure": chart.figure, "summary": chart.summary})
    if form == "part":
        return render(request, "_bill.html", shown)  # a part of a page that stands: what is wrong is said in it
    return _page(request, scenario, shown, status)


def _page(request: HttpRequest, scenario: Scenario, shown: dict[str, Any], status: int) -> HttpResponse:
    view, _ = receipt.read_view(_texts(request.GET))
    setting = request.GET.get("setting", "")
    varied = None
    if setting in dict(shown["varied"]):
        varied = sweep(scenario, setting, view, *_limits())
    context = {**shown, "page": "cost", "trigger": TRIGGERS[scenario.trigger], "sweep": varied, "setting": setting}
    return render(request, "cost.html", context, status=status)


def _scenario(query: QueryDict) -> Scenario:
    """The scenario of an address: of its link, or of what is there beside the view; the home page's where there is neither."""
    most = settings.REDRIVE["link_bytes"]
    others = [(name, text) for name, texts in query.lists() if name not in _OWN for text in texts]
    if others and "of" not in query:
        return links.read_scenario(links.check_pairs(others, most))
    if others:
        raise ScenarioErrors(
            [FieldError(name, UNKNOWN, f"{name[:100]} belongs into the link, of.") for name, _ in others]
        )
    return links.read_link(query.get("of", "") or HOME, most)


def _texts(query: QueryDict) -> dict[str, str]:
    return {name: query.get(name, "") for name in receipt.CHOICES if name in query}


def _limits() -> tuple[int, int]:
    return settings.REDRIVE["first_paint_records"], settings.REDRIVE["events"]


def _used(run: Run) -> Used | None:
    """The counts of a run; None where it has not ended, or ended before counts were kept."""
    try:
        return msgspec.convert((run.report or {})["cost"]["used"], Used)
    except (KeyError, msgspec.ValidationError):
        return None


def _wrong(request: HttpRequest, errors: list[FieldError]) -> HttpResponse:
    if request.GET.get("format") or "setting" in request.GET:
        return JsonResponse({"errors": msgspec.to_builtins(errors)}, status=_BAD)
    return render(request, "cost.html", {"page": "cost", "problems": errors}, status=_BAD)
