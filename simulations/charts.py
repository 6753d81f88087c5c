"""Plotly figures of a report, each with the sentence that says the same in words; plotly is imported by the views alone."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
import plotly.graph_objects as go


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
        return "Lambda bills nothing: the code never ran."
    largest = max(items, key=lambda item: Decimal(item["amount"]))
    share = Decimal(largest["amount"]) / Decimal(total) * 100
    return (
        f"Lambda bills ${total}; the largest line is {largest['what']} with ${largest['amount']}, {share:.0f} % of it."
    )


CHARTS = {"cost": cost_chart}
