"""Widgets of a Databricks AI/BI dashboard, as its `.lvdash.json` document spells them; the grid is six columns wide."""

from __future__ import annotations

from typing import Any

Widget = dict[str, Any]
Corner = tuple[int, int]
"""Column and row of a widget's upper left corner."""


def dataset(name: str, title: str, query: str) -> dict[str, Any]:
    """A query that widgets refer to by `name`."""
    return {"name": name, "displayName": title, "queryLines": [query]}


def page(name: str, title: str, widgets: list[Widget]) -> dict[str, Any]:
    """A page with its widgets."""
    return {"name": name, "displayName": title, "pageType": "PAGE_TYPE_CANVAS", "layout": widgets}


def counter(name: str, title: str, source: str, expression: str, corner: Corner) -> Widget:
    """One number, two columns wide."""
    encodings = {"value": {"fieldName": "value", "displayName": title}}
    return _widget(name, title, source, {"value": expression}, ("counter", 2, encodings), (*corner, 2, 3))


def bar_chart(name: str, title: str, source: str, category: str, expression: str, corner: Corner) -> Widget:
    """A bar per category, longest first, half a page wide."""
    encodings = {
        "x": {"fieldName": category, "scale": {"type": "categorical", "sort": {"by": "y-reversed"}}},
        "y": {"fieldName": "value", "scale": {"type": "quantitative"}, "displayName": title},
    }
    fields = {category: f"`{category}`", "value": expression}
    return _widget(name, title, source, fields, ("bar", 3, encodings), (*corner, 3, 6))


def line_chart(
    name: str, title: str, source: str, category: str, expression: str, corner: Corner, color: str
) -> Widget:
    """A line per value of `color` along the categories in their own order, half a page wide."""
    encodings = {
        "x": {"fieldName": category, "scale": {"type": "categorical"}},
        "y": {"fieldName": "value", "scale": {"type": "quantitative"}, "displayName": title},
        "color": {"fieldName": color, "scale": {"type": "categorical"}},
    }
    fields = {category: f"`{category}`", color: f"`{color}`", "value": expression}
    return _widget(name, title, source, fields, ("line", 3, encodings), (*corner, 3, 6))


def _widget(
    name: str,
    title: str,
    source: str,
    fields: dict[str, str],
    chart: tuple[str, int, dict[str, Any]],
    place: tuple[int, int, int, int],
) -> Widget:
    widget_type, version, encodings = chart
    selected = [{"name": field, "expression": expression} for field, expression in fields.items()]
    query = {"datasetName": source, "fields": selected, "disaggregated": False}
    return {
        "widget": {
            "name": name,
            "queries": [{"name": "main_query", "query": query}],
            "spec": {
                "version": version,
                "widgetType": widget_type,
                "encodings": encodings,
                "frame": {"title": title, "showTitle": True},
            },
        },
        "position": dict(zip(("x", "y", "width", "height"), place, strict=True)),
    }
