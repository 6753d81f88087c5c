"""Plotly figures of a report, each with the sentence that says the same in words; plotly is imported by the views alone."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from simulations.engine.failures_cost import short
from simulations.receipt import SERVICES, dollars
from simulations.sweep import Sweep


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A figure as Plotly's JSON, and its summary for those who do not see it."""

    figure: dict[str, Any]
    summary: str


# one colour a service, told apart by lightness too; the table beside the chart says the same
_COLOURS = ("#4f6d8f", "#b3541e", "#5a8f69", "#8a5a9e", "#a67c00", "#6b7788")


def cost_chart(report: Mapping[str, Any]) -> Chart:
    """The run and a month of such traffic, each as one bar that is stacked by service, on axes of US dollars of their own."""
    cost = report["cost"]
    bars = (("this run", cost["by_service"]), ("a month", cost["month"]["by_service"]))
    figure = make_subplots(rows=len(bars), cols=1, vertical_spacing=0.45)
    services = list(dict.fromkeys(name for _, amounts in bars for name in amounts))
    for place, service in enumerate(services):
        for row, (name, amounts) in enumerate(bars, 1):
            if service in amounts:
                figure.add_bar(
                    x=[float(amounts[service])],  # a bar's length; the figures beside it stay decimals
                    y=[name],
                    orientation="h",
                    name=SERVICES.get(service, service),
                    legendgroup=service,
                    showlegend=row == 1,
                    hovertext=f"{SERVICES.get(service, service)}: {dollars(amounts[service])}",
                    hoverinfo="text",
                    marker_color=_COLOURS[place % len(_COLOURS)],
                    row=row,
                    col=1,
                )
    figure.update_xaxes(title_text="US dollars", rangemode="tozero", row=len(bars), col=1)
    figure.update_layout(
        template="none",
        barmode="stack",
        margin={"l": 64, "r": 16, "t": 8, "b": 40},
        height=260,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": 1.05, "yanchor": "bottom"},
    )
    return Chart(figure=figure.to_plotly_json(), summary=_in_words(cost))


def _in_words(cost: Mapping[str, Any]) -> str:
    """The chart in a sentence: both totals and whose part of each is the largest."""
    if not Decimal(cost["total_usd"]):
        return f"This run costs nothing: nothing was used. A month costs {short(Decimal(cost['month']['total_usd']))}."
    return f"This run costs {_largest(cost)}; a month costs {_largest(cost['month'])}."


def _largest(bill: Mapping[str, Any]) -> str:
    total = Decimal(bill["total_usd"])
    if not total:
        return "$0"
    service, amount = max(bill["by_service"].items(), key=lambda found: Decimal(found[1]))
    share = Decimal(amount) / total * 100
    part = "all" if share == 100 else "almost all" if share >= Decimal("99.5") else f"{share:.0f} %"
    return f"{short(total)}, of which {SERVICES.get(service, service)} is {part}"


def sweep_chart(found: Sweep) -> Chart:
    """A month's cost at the values that were simulated: points only, because nobody knows what lies between them."""
    points = [point for point in found.points if point.month_usd is not None]
    figure = go.Figure()
    for chosen, name in ((False, "simulated"), (True, "as it is set now")):
        those = [point for point in points if point.chosen == chosen]
        figure.add_scatter(
            x=[point.value for point in those],
            y=[float(point.month_usd or 0) for point in those],
            mode="markers",
            name=name,
            marker={"size": 13 if chosen else 10, "symbol": "diamond" if chosen else "circle",
                    "color": _COLOURS[1 if chosen else 0]},
            hovertext=[f"{point.value:,} {found.unit}: {point.month}" for point in those],
            hoverinfo="text",
        )  # fmt: skip
    title = f"{found.title}{f' ({found.unit})' if found.unit else ''}"
    values = [point.value for point in points]
    wide = (
        bool(values) and min(values) > 0 and max(values) >= _WIDE * min(values)
    )  # doubled values keep apart on a log axis
    figure.update_xaxes(
        title_text=title, tickvals=values, ticktext=[f"{value:,}" for value in values], type="log" if wide else "linear"
    )
    figure.update_yaxes(title_text="US dollars a month", rangemode="tozero")
    figure.update_layout(
        template="none",
        margin={"l": 64, "r": 16, "t": 8, "b": 48},
        height=300,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": 1.05, "yanchor": "bottom"},
    )
    return Chart(figure=figure.to_plotly_json(), summary=found.summary)


_WIDE = 8
_CLOCKS = ((3 * 3600, 60, "minutes"), (3 * 86_400, 3600, "hours"), (1 << 62, 86_400, "days"))
_ROW, _EDGES = 96, 60  # pixels of one metric; of what stands above and below all of them


def cloudwatch_chart(report: Mapping[str, Any]) -> Chart:
    """The metrics one above the other on one axis of time: bars where things are counted, lines for depths, ages and times."""
    over_time = report["cloudwatch_over_time"]
    metrics, period = over_time["metrics"], over_time["period_s"]
    if not metrics:
        return Chart(figure=go.Figure().to_plotly_json(), summary="No metric moved.")
    last = max(start for metric in metrics.values() for start, _ in metric["points"]) + period
    _, unit_s, unit = next(clock for clock in _CLOCKS if last <= clock[0])
    titles = [f"{name} ({metric['statistic']})" for name, metric in metrics.items()]
    figure = make_subplots(
        rows=len(metrics), cols=1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.4 / len(metrics)
    )
    for row, metric in enumerate(metrics.values(), 1):
        starts = [(start + period / 2) / unit_s for start, _ in metric["points"]]
        values = [value for _, value in metric["points"]]
        if metric["statistic"] == "Sum":
            figure.add_bar(x=starts, y=values, width=0.9 * period / unit_s, marker_color="#4f6d8f", row=row, col=1)
        else:
            figure.add_scatter(
                x=starts, y=values, mode="lines+markers", line_color="#4f6d8f", marker_size=5, row=row, col=1
            )
    figure.update_xaxes(range=[0, last / unit_s])
    figure.update_xaxes(title_text=f"{unit} of simulated time", row=len(metrics), col=1)
    figure.update_yaxes(rangemode="tozero", nticks=3)
    figure.update_annotations(x=0, xanchor="left", font_size=12)
    figure.update_layout(
        template="none",
        margin={"l": 56, "r": 16, "t": 28, "b": 40},
        height=_EDGES + _ROW * len(metrics),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        bargap=0,
    )
    length = f"{period // 60} min" if period < 3600 else f"{period // 3600} h"
    return Chart(
        figure=figure.to_plotly_json(),
        summary=f"{len(metrics)} metrics in periods of {length}; the table above says what each adds up to.",
    )


CHARTS = {"cost": cost_chart, "cloudwatch": cloudwatch_chart}
