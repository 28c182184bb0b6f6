"""The Scenarios sheet: a selector, what each scenario changes, and each case's inputs under every
scenario.

The case sheets read the inputs named here through the scenario in force; all other inputs come
straight from Inputs.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.scenario_list import (
    ADDED,
    COLUMNS,
    NAMES,
    SHOCKED,
    STOPS,
    TIMES,
    UNBACKED,
    WHAT,
)
from bankable.templates.comparison.sheets.scenario_strip import strip
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Book, Conditional, Validation
from bankable.templates.workbook.rows import (
    CONSTANT,
    LABEL,
    TOTAL,
    Row,
    band,
    heading,
    lay,
    note,
    path,
    scalar,
)
from bankable.templates.workbook.settings import Settings, keep
from bankable.udfs.deal.deal import YEARS, param_of


def live(key: str, case: int) -> str:
    """The reference of an input in force: through the scenario where scenarios change it."""
    return f"{{Scenarios!{key}_{case}+}}" if key in SHOCKED else f"{{Inputs!{key}_{case}}}"


def _label(key: str) -> tuple[str, str]:
    meta = bounds.META[key]
    return meta["label"], meta["unit"]


def _format(key: str) -> str:
    kind, unit = param_of(key).kind, _label(key)[1]
    return {"count": "count", "probability": "share", "rate": "rate"}.get(
        kind, "price" if unit == "$m a unit" else "multiple"
    )


def lay_scenarios(
    book: Book, cases: Sequence[SourcedDeal], deals: Sequence[str], settings: Settings, paper: str
) -> None:
    """The sheet; `deals` are the ranges of the cases' deal blocks."""
    sheet = frame.time_sheet(
        book,
        "Scenarios",
        "Scenarios: what is changed, and every case under each",
        COLUMNS,
        "",
        "E69F00",
        paper,
    )
    for i, name in enumerate(NAMES):
        sheet.put(frame.HEAD_ROW, COLUMNS.first + i, name, "heading wrap")
    sheet.put(frame.HEAD_ROW, TOTAL, "In force", "heading right")
    sheet.put(frame.HEAD_ROW, LABEL, "Input", "heading")
    sheet.heights[frame.HEAD_ROW] = 30
    sheet.mark_path("names", frame.HEAD_ROW, COLUMNS)
    chosen = settings.take("scenario", ["Base"])
    rows: list[Row] = [
        heading("Scenario in force", "1"),
        scalar(
            "scenario",
            "Scenario (choose from the list)",
            "",
            chosen[0] if chosen[0] in NAMES else "Base",
            "input choice",
        ),
        scalar("number", "Its place", "place", "=MATCH({scenario},{names:},0)", "count"),
        path("what", "What it means", "", list(WHAT), "centre wrap"),
        note(
            "Every sheet shows the scenario in force; the strip below shows all at once. Blue cells"
            " are yours to change."
        ),
        heading("What each scenario changes", "2"),
        band("Added to the input"),
    ]
    blue: list[str] = []
    for key, label, shocks in STOPS:
        blue.append(key)
        rows.append(
            path(
                key,
                label,
                "year",
                settings.take(f"scenario_{key}", [shocks.get(n, 0) for n in NAMES]),
                "input count",
            )
        )
    key, label, shocks = UNBACKED
    blue.append(key)
    rows.append(
        path(
            key,
            label,
            "flag",
            settings.take(f"scenario_{key}", [shocks.get(n, 0) for n in NAMES]),
            "input count",
        )
    )
    for key, style, shocks in ADDED:
        label, unit = _label(key)
        blue.append(f"add_{key}")
        values = settings.take(f"scenario_add_{key}", [shocks.get(name, 0) for name in NAMES])
        rows.append(path(f"add_{key}", label, unit, values, f"input {style}"))
    rows.append(band("Input times"))
    for key, shocks in TIMES:
        blue.append(f"times_{key}")
        values = settings.take(f"scenario_times_{key}", [shocks.get(name, 1) for name in NAMES])
        rows.append(path(f"times_{key}", _label(key)[0], "x", values, "input multiple"))
    rows.append(heading("The cases' inputs under each scenario, within their bounds", "3"))
    for i in range(1, len(cases) + 1):
        rows.append(Row(label=f"={{Inputs!case_name_{i}}}", kind="band"))
        rows += _case_rows(i)
    end = lay(sheet, rows, frame.FIRST_ROW, COLUMNS)
    for key in blue:
        row = sheet.placed[key].row
        keep(book, sheet, f"scenario_{key}", row, COLUMNS.first, row, COLUMNS.last)
        sheet.validations.append(_bounds(key, (row, COLUMNS.first + 1, row, COLUMNS.last)))
        base, neutral = (row, COLUMNS.first, row, COLUMNS.first), int(key.startswith("times_"))
        said = f"Base is as on Inputs: leave {neutral}, and use User case for cases of your own."
        sheet.validations.append(
            Validation(
                base, "decimal", neutral, neutral, (), None, "Base", said, said, blank_allowed=False
            )
        )
        sheet.conditionals.append(Conditional(base, "not_equal", neutral, "alert fill"))
    sheet.heights[sheet.placed["what"].row] = 66
    place = sheet.placed["scenario"]
    keep(book, sheet, "scenario", place.row, place.col, place.row, place.col)
    sheet.validations.append(
        Validation(
            (place.row, place.col, place.row, place.col),
            "list",
            choices=NAMES,
            title="Scenario",
            message="The scenario that all sheets show.",
            error="Choose from the list.",
            blank_allowed=False,
        )
    )
    for i in range(1, len(cases) + 1):  # the keys stand beside their rows, for the functions
        for key in SHOCKED:
            sheet.put(sheet.placed[f"{key}_{i}"].row, CONSTANT, key, "grey")
        clipped = sheet.placed[f"clipped_{i}"].row
        spot = (clipped, COLUMNS.first, clipped, COLUMNS.last)
        sheet.conditionals.append(Conditional(spot, "greater", 0, "alert fill"))
    strip(book, cases, deals, end)
    sheet.widths |= {CONSTANT: 20, LABEL: 58, TOTAL: 12} | {
        COLUMNS.first + i: 14 for i in range(COLUMNS.count)
    }


def _case_rows(i: int) -> list[Row]:
    """One case's shocked inputs, in force and under each scenario."""
    public, commercial = (f"{{Lists!list_statutory_backing#{n}}}" for n in (3, 1))
    backing = f"{{statutory_backing_{i}}}"
    lost = f"MAX({{stop_any}},IF({backing}={public},{{stop_public}},IF({backing}={commercial},{{stop_commercial}},0)))"
    formulas = {
        "statutory_backing": (
            f"=IF(AND({{unbacked}}=1,{{Inputs!public_offtake_years_{i}}}>0),{public},{{Inputs!statutory_backing_{i}}})"
        )
    }
    formulas |= {"contract_stop_year": f"=IF({lost}>0,{lost},{{Inputs!contract_stop_year_{i}}})"}
    said = {key: f"{{Inputs!{key}_{i}}}+{{add_{key}}}" for key, _, _ in ADDED}
    said |= {key: f"{{Inputs!{key}_{i}}}*{{times_{key}}}" for key, _ in TIMES}
    said = {
        key: f"ROUND({inner},0)" if param_of(key).kind == "count" else f"({inner})"
        for key, inner in said.items()
    }
    formulas |= {key: _within(key, inner) for key, inner in said.items()}
    rows = []
    for key in SHOCKED:
        label, unit = _label(key)
        in_force = f"=INDEX({{{key}_{i}:}},1,{{number}})"
        shown = "centre wrap" if param_of(key).kind == "choice" else _format(key)
        total = "centre wrap" if param_of(key).kind == "choice" else f"headline {_format(key)}"
        rows.append(
            path(f"{key}_{i}", label, unit, formulas[key], shown, in_force, total_style=total)
        )
    held = "+".join(
        f"IF(ABS({{{key}_{i}}}-{inner})>{{Timeline!tolerance}},1,0)" for key, inner in said.items()
    )
    rows.append(
        path(
            f"clipped_{i}",
            "Inputs held at their bounds, against what the scenario says",
            "number",
            f"={held}",
            "count",
        )
    )
    differs = "+".join(f"IF({{{key}_{i}}}={{{key}_{i}#1}},0,1)" for key in SHOCKED)
    rows.append(
        path(
            f"reached_{i}",
            "Inputs that the scenario changes in this case",
            "number",
            f"={differs}",
            "count",
        )
    )
    return rows


def _bounds(key: str, spot: tuple[int, int, int, int]) -> Validation:
    """What may be typed for a scenario: years to the end of the model, a flag, or a move of an
    input.
    """
    for how, prefix in (("plus", "add_"), ("times", "times_")):
        if key.startswith(prefix):
            return bounds.of_move(spot, key.removeprefix(prefix), how)
    return bounds.between(spot, "Scenario", 0, 1 if key == UNBACKED[0] else YEARS, whole=True)


def _within(key: str, inner: str) -> str:
    """The formula of a changed input, held between the bounds that Inputs shows."""
    upper = f"MIN({{Inputs!most_{key}}},{inner})" if param_of(key).high < 1e6 else inner
    return f"=MAX({{Inputs!least_{key}}},{upper})"
