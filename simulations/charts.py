"""Plotly figures of a report, each with the sentence that says the same in words; plotly is imported by the views alone."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
import plotly.graph_objects as go
from plotly.subplots import make_subplots


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A figure as Plotly's JSON, and its summary for those who do not see it."""

    figure: dict[str, Any]
    summary: str


def cost_chart(report: Mapping[str, Any]) -> Chart:
    """The bill's lines as bars on one axis of US dollars."""
    items = report["cost"]["line_items"]
    names = [item["what"] for item in items]
    amounts = [float(item["amount"]) for item in items]  # a bar's length; the figures beside it stay decimals
    bar = go.Bar(
        x=amounts,
        y=names,
        orientation="h",
        text=[f"${item['amount']}" for item in items],
        textposition="auto",
        hovertext=[item["arithmetic"] for item in items],
        hoverinfo="text",
        marker_color="#4f6d8f",
    )
    figure = go.Figure(bar)
    figure.update_layout(
        template="none",
        xaxis_title="US dollars",
        yaxis_autorange="reversed",
        yaxis_automargin=True,
        margin={"l": 8, "r": 16, "t": 8, "b": 40},
        height=80 + 48 * len(items),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
    )
    return Chart(figure=figure.to_plotly_json(), summary=_in_words(items, report["cost"]["total_usd"]))


def _in_words(items: list[Mapping[str, Any]], total: str) -> str:
    """The chart in one sentence: the total and the largest line."""
    if not Decimal(total):
        return "This run costs nothing: nothing was used."
    largest = max(items, key=lambda item: Decimal(item["amount"]))
    share = Decimal(largest["amount"]) / Decimal(total) * 100
    return f"This run costs ${total}; the largest line is {largest['what']} with ${largest['amount']}, {share:.0f} % of it."


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
