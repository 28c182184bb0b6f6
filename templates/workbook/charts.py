"""Native charts from their declarations: one look for all, in a palette told apart by every eye."""

from __future__ import annotations

from typing import Any

from bankable.templates.workbook import rows
from bankable.templates.workbook.book import Book, Chart, Series, Sheet, sheet_prefix
from bankable.templates.workbook.styles import FONT, GREY, INK, PALETTE

_KINDS: dict[str, dict[str, str]] = {
    "line": {"type": "line"},
    "column": {"type": "column"},
    "stacked": {"type": "column", "subtype": "stacked"},
    "bar": {"type": "bar"},
    "stacked bar": {"type": "bar", "subtype": "stacked"},
    "scatter": {"type": "scatter", "subtype": "straight_with_markers"},
}
_SMALL = {"name": FONT["font_name"], "size": 8, "color": "#" + INK}


def insert(book: Book, sheet: Sheet, chart: Chart, file: Any) -> None:
    """Put a chart on its sheet of the file being written."""
    where = f"the chart {chart.title!r} on {sheet.name}"
    if chart.kind not in _KINDS:
        raise ValueError(f"{where}: there is no kind {chart.kind!r}; there are {', '.join(_KINDS)}")
    drawn = file.add_chart(_KINDS[chart.kind])
    over = (
        file.add_chart({"type": "line"}) if any(series.on_line for series in chart.series) else None
    )
    for i, series in enumerate(chart.series):
        if over is not None and series.on_line:
            over.add_series(_series(book, sheet, series, i, "line", where))
        else:
            drawn.add_series(_series(book, sheet, series, i, chart.kind, where))
    if over is not None:
        drawn.combine(over)
    title = (
        f"={sheet_prefix(sheet.name)}{rows.text_of(book, sheet, chart.title, where)}"
        if "{" in chart.title
        else chart.title
    )
    drawn.set_title(
        {"name": title, "name_font": {**_SMALL, "size": 10, "bold": True}, "overlay": False}
    )
    category = _axis(chart.x_title, chart.x_format) | {"label_position": "low"}
    value_axis = _axis(chart.y_title, chart.y_format) | {
        "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9", "width": 0.5}}
    }
    if chart.y_low is not None:
        value_axis["min"] = chart.y_low
    if chart.y_high is not None:
        value_axis["max"] = chart.y_high
    if (
        "bar" in chart.kind
    ):  # lying bars: the categories stand on the vertical axis, the first on top
        drawn.set_y_axis(category | {"reverse": True})
        drawn.set_x_axis(value_axis)
    else:
        drawn.set_x_axis(category)
        drawn.set_y_axis(value_axis)
    drawn.set_legend(
        {"none": True} if len(chart.series) == 1 else {"position": "bottom", "font": _SMALL}
    )
    drawn.set_chartarea({"border": {"color": "#D9D9D9"}})
    drawn.set_size({"width": chart.width, "height": chart.height})
    drawn.show_na_as_empty_cell()
    clear = 10  # pixels below the row above, whose height is the reader's program's affair
    options = {"object_position": 1, "description": chart.alt_text or title, "y_offset": clear}
    file.get_worksheet_by_name(sheet.name).insert_chart(chart.row, chart.col, drawn, options)


def _axis(title: str, number_format: str) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "num_format": number_format,
        "num_font": _SMALL,
        "line": {"color": "#" + GREY},
    }
    if title:
        axis |= {"name": title, "name_font": {**_SMALL, "bold": False}}
    return axis


def _series(
    book: Book, sheet: Sheet, series: Series, number: int, kind: str, where: str
) -> dict[str, Any]:
    def reference(text: str) -> str:
        return "=" + rows.text_of(book, sheet, text, where, qualified=True).lstrip("=")

    colour = "#" + (series.colour or PALETTE[number % len(PALETTE)]).lstrip("#")
    out: dict[str, Any] = {
        "name": reference(series.name) if "!" in series.name or "{" in series.name else series.name,
        "values": reference(series.values),
    }
    if series.categories:
        out["categories"] = reference(series.categories)
    if kind in ("line", "scatter"):
        out["line"] = {
            "color": colour,
            "width": 2,
            **({"dash_type": "dash"} if series.dashed else {}),
        }
        marker = (
            {"type": "none"}
            if kind == "line"
            else {
                "type": "circle",
                "size": 5,
                "fill": {"color": colour},
                "border": {"color": colour},
            }
        )
        out["marker"] = marker
    else:
        out |= {"fill": {"color": colour}, "border": {"none": True}, "gap": 60}
    return out
