"""Widgets of a Databricks AI/BI dashboard, as its `.lvdash.json` document spells them; the grid is six columns wide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Widget = dict[str, Any]
COLUMNS = 6
VALUE = "_value"
"""Name of the field that holds what a widget shows; no column of a contract begins with an underscore."""


@dataclass(frozen=True)
class Shown:
    """What a widget shows: the Spark SQL `expression` over the rows of the dataset `source`."""

    name: str
    title: str
    source: str
    expression: str


@dataclass(frozen=True)
class Axis:
    """The column that a chart goes along; points in time lie as far apart as they are."""

    column: str
    is_point_in_time: bool = False

    @property
    def encoding(self) -> dict[str, Any]:
        """The axis as charts encode it."""
        return {"fieldName": self.column, "scale": {"type": "temporal" if self.is_point_in_time else "categorical"}}


def dataset(name: str, title: str, query: str) -> dict[str, Any]:
    """A query that widgets refer to by `name`."""
    return {"name": name, "displayName": title, "queryLines": [query]}


def page(name: str, title: str, *groups: list[Widget]) -> dict[str, Any]:
    """A page with its widgets, each group from a new line on."""
    layout: list[Widget] = []
    top = 0
    for group in groups:
        top = _place(group, top)
        layout += group
    return {"name": name, "displayName": title, "pageType": "PAGE_TYPE_CANVAS", "layout": layout}


def counter(shown: Shown) -> Widget:
    """One number, two columns wide."""
    return _widget(shown, [], ("counter", 2, {"value": _value(shown)}), (2, 3))


def bar_chart(shown: Shown, along: Axis) -> Widget:
    """A bar per value of the axis, longest first, half a page wide."""
    encoding = along.encoding
    encoding["scale"]["sort"] = {"by": "y-reversed"}
    return _widget(shown, [along.column], ("bar", 3, {"x": encoding, "y": _quantity(shown)}), (3, 6))


def line_chart(shown: Shown, along: Axis, color: str | None) -> Widget:
    """A line along the axis in its own order, or one per value of the column `color`, half a page wide."""
    encodings = {"x": along.encoding, "y": _quantity(shown)}
    if color:
        encodings["color"] = Axis(color).encoding
    return _widget(shown, [along.column, *([color] if color else [])], ("line", 3, encodings), (3, 6))


def _value(shown: Shown) -> dict[str, Any]:
    return {"fieldName": VALUE, "displayName": shown.title}


def _quantity(shown: Shown) -> dict[str, Any]:
    return {**_value(shown), "scale": {"type": "quantitative"}}


def _widget(shown: Shown, columns: list[str], chart: tuple[str, int, dict[str, Any]], size: tuple[int, int]) -> Widget:
    widget_type, version, encodings = chart
    fields = {**{column: f"`{column}`" for column in columns}, VALUE: shown.expression}
    selected = [{"name": field, "expression": expression} for field, expression in fields.items()]
    query = {"datasetName": shown.source, "fields": selected, "disaggregated": False}
    return {
        "widget": {
            "name": shown.name,
            "queries": [{"name": "main_query", "query": query}],
            "spec": {
                "version": version,
                "widgetType": widget_type,
                "encodings": encodings,
                "frame": {"title": shown.title, "showTitle": True},
            },
        },
        "position": dict(zip(("width", "height"), size, strict=True)),
    }


def _place(group: list[Widget], top: int) -> int:
    """Place the widgets from left to right and from `top` down; the first free line below them."""
    left, bottom = 0, top
    for widget in group:
        place = widget["position"]
        if left + place["width"] > COLUMNS:
            left, top = 0, bottom
        place |= {"x": left, "y": top}
        left, bottom = left + place["width"], max(bottom, top + place["height"])
    return bottom
