"""Pages and answers: each view reads, acts, and answers. Wrong input is shown at its field, never a server error."""

import hashlib
import json
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
import redis
from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import json_script
from django.utils.text import slugify
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST, require_safe
from kombu.exceptions import OperationalError as BrokerAway

from simulations import comparison, cost_pages, exports, forms, links, picture, runlog, telling
from simulations.as_code import LANGUAGES, as_code
from simulations.engine import (
    ENGINE_VERSION,
    RULES,
    TRIGGERS,
    FieldError,
    Report,
    Scenario,
    ScenarioErrors,
    parse_scenario,
    simulate_rows,
)
from simulations.engine.packs import NEWEST
from simulations.engine.report import ReportBuilder
from simulations.engine.rules import SECTIONS
from simulations.engine.trace import FATES, FIELDS, KINDS, OUTCOMES
from simulations.engine.usage import Used
from simulations.examples import shown
from simulations.models import ENDED, Run, State
from simulations.picture.strips import draw_strips
from simulations.tasks import QUEUE, simulate_run

# the first page: an object arrives, the function always fails, nobody catches it
HOME = f"trigger=s3&error_rate=1&rules={NEWEST}"
_WIRE = {"kinds": KINDS, "outcomes": OUTCOMES, "fates": FATES, "fields": FIELDS}
_ROOM = 800  # pixels for the first picture: what a page of 1280 px leaves
_ROOM_OF_PANES = 1_200  # the same for several runs, which have the whole width
_AWAY = "The server cannot reach Redis at the moment. Try again in a few seconds."
_CANNOT_WRITE = "The server cannot write to its database at the moment. Try again in a few seconds."
_SERVICE_UNAVAILABLE, _TOO_MANY = 503, 429


@require_safe
@ensure_csrf_cookie
def build(request: HttpRequest) -> HttpResponse:
    """The page: the form with the scenario of the address in it."""
    query = request.META.get("QUERY_STRING", "")
    try:
        texts = links.read_texts(query or HOME, settings.REDRIVE["link_bytes"])
    except ScenarioErrors as found:
        return _page(request, {}, None, found.errors)
    if texts.pop("update", ""):
        return HttpResponseRedirect(f"/?{_updated(texts)}")
    try:
        scenario = links.read_scenario(texts)
    except ScenarioErrors as found:
        return _page(request, texts, None, found.errors)
    return _page(request, links.render_texts(scenario), scenario, [])


def _page(
    request: HttpRequest, texts: Mapping[str, str], scenario: Scenario | None, errors: list[FieldError]
) -> HttpResponse:
    form = forms.build_form(texts, errors)
    trigger = TRIGGERS[form.trigger]
    context = {
        "page": "build",
        "form": form,
        "trigger": trigger,
        "link": f"/?{links.render_link(scenario)}" if scenario else "",
        "query": links.render_link(scenario) if scenario else "",
        "address": request.build_absolute_uri(f"/?{links.render_link(scenario)}") if scenario else "",
        "wire": _WIRE,
        "rules": _rules_for_the_page(),
        "scenario": {
            "trigger": trigger.key,
            "noun": trigger.noun,
            "model": trigger.model,
            "label": trigger.label,
            "link": f"/?{links.render_link(scenario)}" if scenario else None,
        },
        "limits": {
            "events": settings.REDRIVE["events"],
            "records": settings.REDRIVE["records"],
            "first": settings.REDRIVE["first_paint_records"],
        },
        "engine_version": ENGINE_VERSION,
        "seed": scenario.seed if scenario else "",
        "new_seed": f"/?{links.render_link(msgspec.structs.replace(scenario, seed=scenario.seed + 1))}"
        if scenario
        else "",
        **_code(scenario),
        **_first_paint(scenario, trigger.noun),
    }
    return render(request, "build.html", context, status=400 if errors else 200)


def _first_paint(scenario: Scenario | None, noun: str) -> dict[str, Any]:
    """The run as the server draws it, up to a number of records, so that no link opens empty."""
    if scenario is None:
        return {}
    frame, whole = _beginning(scenario)
    story = picture.read(frame.rows)
    return {
        "told": telling.forecast(scenario, story, settings.REDRIVE["first_paint_records"]),
        "reached": _reached(frame.report),
        "chapters": telling.chapters(story, noun),
        "total": frame.totals["total_usd"],
        **_bill(scenario, frame.report, cut=not whole),
        "picture": picture.draw(frame.rows, noun, room=_ROOM),
        "strips": draw_strips([picture.Pane(frame.rows, noun)], [frame.report], [telling.watched(scenario)], _ROOM)[0],
        "attempts": picture.table(frame.rows),
        "events": picture.events_table(frame.rows, noun),
        "cut": not whole,
        "metrics": _metric_lines(frame.report),
        # what a worker would send: the page can play it at once
        "frame": json_script(frame, "redrive-frame", _WireEncoder) if whole else "",
    }


def _code(scenario: Scenario | None) -> dict[str, Any]:
    """The settings as AWS is told them; places for that where they are refused."""
    code = as_code(scenario) if scenario else None
    texts = [(key, name, file, getattr(code, key, "")) for key, (name, file) in LANGUAGES.items()]
    return {"codes": texts, "left": code.left if code else ""}


def _bill(scenario: Scenario, report: Mapping[str, Any], *, cut: bool) -> dict[str, Any]:
    """The receipt of the run, from what it counted."""
    used = msgspec.convert(report["cost"]["used"], Used)
    return cost_pages.part(scenario, used, {}, cut)


def _reached(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The limits that shaped a run, each with its rule."""
    return [limit | {"sentence": RULES[limit["rule"]].sentence} for limit in report["limits"]]


def _metric_lines(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each CloudWatch metric that moved adds up to, by its statistic."""
    moved = report["cloudwatch_over_time"]["metrics"]
    figures = report["cloudwatch"]
    return [
        {
            "name": name,
            "statistic": one["statistic"],
            "number": figures[name]["sum" if one["statistic"] == "Sum" else "max"],
        }
        for name, one in moved.items()
    ]


class _WireEncoder(json.JSONEncoder):
    """Frames are written here as the worker writes them."""

    def encode(self, o: Any) -> str:
        return msgspec.json.encode(o).decode()


def _beginning(scenario: Scenario) -> tuple[runlog.Frame, bool]:
    """The run as one frame, and whether it is the whole of it or only as many records as a view may simulate."""
    limits = settings.REDRIVE
    chunks = simulate_rows(scenario, record_limit=limits["first_paint_records"], event_limit=limits["events"])
    rows = [row for chunk in chunks for row in chunk]
    builder = ReportBuilder(scenario, by_event=False, keep_documents=False)
    builder.add(rows)
    frame = runlog.Frame(1, len(rows), rows, builder.totals(), msgspec.to_builtins(builder.finish()))
    return frame, rows[-1][3] != "record_limit"


def _updated(texts: Mapping[str, str]) -> str:
    """The canonical query string of a form whose trigger or variant was changed; as it is where it has errors."""
    kept = links.kept_texts(texts)
    try:
        return links.render_link(links.read_scenario(kept))
    except ScenarioErrors:
        return links.render_query(kept)


def _rules_for_the_page() -> dict[str, dict[str, Any]]:
    """What the page says of the rules that a record may name."""
    names = ("sentence", "basis", "state", "source", "checked_on")
    acting = (rule for rule in RULES.values() if rule.state == "modelled")
    return {rule.id: {name: getattr(rule, name) for name in names} for rule in acting}


@require_safe
def trigger_form(request: HttpRequest) -> HttpResponse:
    """The form alone, for a trigger that was just changed: what both triggers know is kept."""
    texts: Mapping[str, str] = {}
    try:
        texts = links.kept_texts(links.read_texts(request.META.get("QUERY_STRING", ""), settings.REDRIVE["link_bytes"]))
        texts, errors = links.render_texts(links.read_scenario(texts)), []
    except ScenarioErrors as found:
        errors = found.errors
    form = forms.build_form(texts, errors)
    context = {"form": form, "trigger": TRIGGERS[form.trigger]}
    return render(request, "_form.html", context, status=400 if errors else 200)


@require_safe
def words(request: HttpRequest, most: str) -> HttpResponse:
    """What is said about a scenario before it is run: the sentence, what would have changed it, the steps, its prices.

    `most` names the limit of how many records it is read from. Settings that are refused are an answer too, not an error:
    a person is in the middle of typing them.
    """
    try:
        texts = links.read_texts(request.META.get("QUERY_STRING", ""), settings.REDRIVE["link_bytes"])
        link = links.render_link(links.read_scenario(texts))
    except ScenarioErrors as found:
        return JsonResponse({"errors": [msgspec.to_builtins(error) for error in found.errors]})
    told = telling.told(link, settings.REDRIVE[most])
    return HttpResponse(msgspec.json.encode(told), content_type="application/json")


@require_safe
@csp_replace({"style-src": [UNSAFE_INLINE]})  # type: ignore[arg-type]  # its types know no further arguments
def export(request: HttpRequest, name: str) -> HttpResponse:
    """A file of a run, by a plain link; an SVG carries its own styles."""
    if name not in exports.NAMES:
        raise Http404
    try:
        texts = links.read_texts(request.META.get("QUERY_STRING", ""), settings.REDRIVE["link_bytes"])
        scenario = links.read_scenario(texts)
    except ScenarioErrors as found:
        return _errors(found.errors)
    address = request.build_absolute_uri(f"/?{links.render_link(scenario)}")
    made = exports.export(name, scenario, address, settings.REDRIVE["told_records"])
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
    return HttpResponse(made.content, content_type=made.kind, headers=headers)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Keep a run and queue it."""
    try:
        pairs = [(key, text) for key, texts in request.POST.lists() for text in texts if key != "csrfmiddlewaretoken"]
        scenario = links.read_scenario(links.check_pairs(pairs, settings.REDRIVE["link_bytes"]))
        link = links.render_link(scenario)
    except ScenarioErrors as found:
        return _errors(found.errors)
    except (RequestDataTooBig, TooManyFieldsSent):
        return _error("TooLarge", "That is more than a scenario holds.", 413)
    try:
        if not _may_start(request):
            most = settings.REDRIVE["runs_a_minute"]
            return _error("TooManyRuns", f"That were more than {most} runs in a minute. Wait a little.", _TOO_MANY)
        with transaction.atomic():
            run = Run.objects.create(scenario=msgspec.json.encode(scenario).decode(), engine_version=ENGINE_VERSION)
            transaction.on_commit(partial(simulate_run.delay, run.id))
    except (runlog.Away, BrokerAway):
        return _error("RedisAway", _AWAY, _SERVICE_UNAVAILABLE)
    except DatabaseError:
        return _error("DatabaseAway", _CANNOT_WRITE, _SERVICE_UNAVAILABLE)
    return JsonResponse({**_addresses(run), "link": f"/?{link}"}, status=201)


def _may_start(request: HttpRequest) -> bool:
    """Whether this address has runs left in this minute; the address itself is not kept."""
    address = hashlib.sha256(f"{settings.SECRET_KEY}{request.META.get('REMOTE_ADDR', '')}".encode()).hexdigest()[:16]
    key = f"rate:{address}:{int(time.time() // 60)}"
    with runlog.connect() as client, client.pipeline() as pipe:
        pipe.incr(key)
        pipe.expire(key, 60)
        count = pipe.execute()[0]
    return bool(count <= settings.REDRIVE["runs_a_minute"])


@require_GET
def run(request: HttpRequest, run_id: str) -> JsonResponse:  # noqa: ARG001  (Django hands it over)
    """A run's state, and its report once it has ended."""
    found = get_object_or_404(Run, id=run_id)
    return JsonResponse({**_state(found), "report": found.report})


@require_GET
def chart(request: HttpRequest, run_id: str, name: str) -> JsonResponse:  # noqa: ARG001  (Django hands it over)
    """A figure of a run that has ended, as Plotly's JSON, and the sentence that says the same."""
    found = get_object_or_404(Run, id=run_id)
    if found.report is None:
        return _error("NoChart", "There is no such chart of this run yet.", 404)
    return _chart(name, found.report)


@require_GET
def chart_of_link(request: HttpRequest, name: str) -> JsonResponse:
    """The same of a scenario that is small enough to be simulated here."""
    query = request.META.get("QUERY_STRING", "")
    try:
        scenario = links.read_scenario(links.read_texts(query, settings.REDRIVE["link_bytes"]))
    except ScenarioErrors as found:
        return _errors(found.errors)
    frame, whole = _beginning(scenario)
    if not whole:
        return _error("NoChart", "This run is too large to be drawn without a worker: press Run.", 404)
    return _chart(name, frame.report)


def _chart(name: str, report: Mapping[str, Any]) -> JsonResponse:
    from simulations.charts import CHARTS  # noqa: PLC0415  plotly is slow to import: only who opens a chart pays

    if name not in CHARTS:
        return _error("NoChart", "There is no such chart.", 404)
    drawn = CHARTS[name](report)
    return JsonResponse({"figure": drawn.figure, "summary": drawn.summary})


@require_POST
def cancel(request: HttpRequest, run_id: str) -> JsonResponse:  # noqa: ARG001  (Django hands it over)
    """Ask the worker to stop before its next frame."""
    found = get_object_or_404(Run, id=run_id)
    if not found.ended:
        try:
            with runlog.connect() as client:
                runlog.request_cancel(client, found.id)
                _cancel_in_the_database(found, client)
        except runlog.Away:
            return _error("RedisAway", _AWAY, _SERVICE_UNAVAILABLE)
        except DatabaseError:
            return _error("DatabaseAway", _CANNOT_WRITE, _SERVICE_UNAVAILABLE)
        found.refresh_from_db()
    return JsonResponse(_state(found))


def _cancel_in_the_database(run: Run, client: redis.Redis) -> None:
    """A run that no worker has begun ends here and now; where one writes, it sees the wish before its next frame."""
    unbegun = Run.objects.filter(id=run.id, state=State.QUEUED)
    if unbegun.update(state=State.CANCELLED, requested_cancel=True, finished=timezone.now()):
        runlog.RunLog(client, run.id).end({"cancelled": True})
    else:
        Run.objects.filter(id=run.id).exclude(state__in=ENDED).update(requested_cancel=True)


def _addresses(run: Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "socket": f"/ws/runs/{run.id}/",
        "cancel": reverse("cancel", args=(run.id,)),
        "charts": f"/runs/{run.id}/charts/",
        "cost": reverse("cost_of_run", args=(run.id,)),
    }


def _state(run: Run) -> dict[str, Any]:
    try:
        scenario: Scenario | None = parse_scenario(run.raw_scenario())
    except ScenarioErrors:
        scenario = None  # of a version that we no longer know
    return {
        **_addresses(run),
        "link": f"/?{links.render_link(scenario)}" if scenario else None,
        "state": run.state,
        "error": run.error,
        "engine_version": run.engine_version,
        "created": run.created,
        "finished": run.finished,
    }


@require_safe
@ensure_csrf_cookie
def compare(request: HttpRequest) -> HttpResponse:
    """Two or three scenarios side by side, on one axis."""
    found = comparison.read_comparison(request.META.get("QUERY_STRING", ""), settings.REDRIVE["link_bytes"])
    scenarios = found.scenarios
    if scenarios and found.moved:
        return HttpResponseRedirect(comparison.canonical(scenarios))
    context = {
        "page": "compare",
        "wire": _WIRE,
        "rules": _rules_for_the_page(),
        "limits": {"first": settings.REDRIVE["first_paint_records"]},
        "columns": comparison.columns(found),
        "problems": found.errors,
        **_side_by_side(scenarios),
    }
    return render(request, "compare.html", context, status=200 if scenarios else 400)


def _side_by_side(scenarios: list[Scenario]) -> dict[str, Any]:
    """All panes as the server draws them, and what they differ in."""
    if not scenarios:
        return {}
    triggers = [TRIGGERS[scenario.trigger] for scenario in scenarios]
    beginnings = [_beginning(scenario) for scenario in scenarios]
    frames = [frame for frame, _ in beginnings]
    panes = [
        picture.Pane(frame.rows, trigger.noun, trigger.label, comparison.MODELS[trigger.model])
        for frame, trigger in zip(frames, triggers, strict=True)
    ]
    reports = [msgspec.convert(frame.report, Report) for frame in frames]
    cut = [not whole for _, whole in beginnings]
    watched = [telling.watched(scenario) for scenario in scenarios]
    drawn = draw_strips(panes, [frame.report for frame in frames], watched, _ROOM_OF_PANES)
    return {
        "picture": picture.draw_panes(panes, room=_ROOM_OF_PANES),
        "strips_of_panes": list(
            zip(range(1, len(panes) + 1), (trigger.label for trigger in triggers), drawn, strict=True)
        ),
        "summaries": [picture.summary(pane.rows, pane.noun) for pane in panes],
        "words": comparison.in_words(reports),
        "cut": any(cut),
        "address": comparison.canonical(scenarios),
        "sides": [
            {
                "noun": trigger.noun,
                "label": trigger.label,
                "link": links.render_link(scenario),
                "watched": msgspec.to_builtins(own),
            }
            for scenario, trigger, own in zip(scenarios, triggers, watched, strict=True)
        ],
        "shared": sorted(comparison.shared_keys(scenarios[0])),
        "frames": None if any(cut) else [msgspec.to_builtins(frame) for frame in frames],
    }


@require_GET
def differences(request: HttpRequest) -> JsonResponse:
    """What runs that have ended differ in, in the order they are asked for."""
    ids = request.GET.getlist("run")[: len(comparison.LETTERS)]
    reports = dict(Run.objects.filter(id__in=ids).values_list("id", "report"))
    found = [reports.get(run_id) for run_id in ids]
    if len(found) < 2 or not all(found):
        return _error("NoDifferences", "There is nothing to compare yet.", 404)
    try:
        words = comparison.in_words([msgspec.convert(report, Report) for report in found])
    except msgspec.ValidationError:  # a report of an earlier version
        return _error("NoDifferences", "These runs are of an earlier version. Run them again to compare them.", 404)
    return JsonResponse(msgspec.to_builtins(words))


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule, in the sections and in the order of the rule pack."""
    groups = [
        {
            "title": title,
            "key": slugify(title),
            "prefixes": ", ".join(dict.fromkeys(rule.id.rsplit("-", 1)[0] for rule in found)),
            "rules": found,
        }
        for title, found in SECTIONS.items()
    ]
    return render(request, "rules.html", {"page": "rules", "groups": groups})


@require_safe
def examples(request: HttpRequest) -> HttpResponse:
    """Real situations, each as a finished run and a link."""
    return render(request, "examples.html", {"page": "examples", "situations": shown.situations()})


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  (Django hands it over)
    """Whether database and Redis answer; how many runs wait for a worker."""
    found: dict[str, Any] = {"database": "ok", "redis": "ok"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        found["database"] = "away"
    try:
        with runlog.connect(timeout_s=2) as client:
            found["waiting"] = client.llen(QUEUE)
    except runlog.Away:
        found["redis"] = "away"
    well = found["database"] == found["redis"] == "ok"
    return JsonResponse({"ok": well, **found}, status=200 if well else _SERVICE_UNAVAILABLE)


def _errors(errors: list[FieldError]) -> JsonResponse:
    return JsonResponse({"errors": [msgspec.to_builtins(error) for error in errors]}, status=400)


def _error(code: str, message: str, status: int) -> JsonResponse:
    return JsonResponse({"errors": [{"field": "", "code": code, "message": message}]}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django hands it over)
    """A request that is none: a wrong host, too many fields."""
    return render(request, "400.html", status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django hands it over)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
