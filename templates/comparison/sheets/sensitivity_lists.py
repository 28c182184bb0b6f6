"""What can be chosen on Sensitivity: inputs and figures by plain name, with the grey lists that hold their keys."""

from __future__ import annotations

from typing import Any

from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.sensitivity_columns import HELP, own
from bankable.templates.workbook.book import Sheet, area
from bankable.templates.workbook.settings import Settings
from bankable.udfs.cells import CellError
from bankable.udfs.deal.deal import KEYS, TEXT_KEYS, param_of
from bankable.udfs.deal.measures import MEASURES, measure_name

LISTS = HELP + 9
# the figures to choose from, and the input that is a figure's limit
SHOWN = {
    "min_dscr": "limit_min_dscr",
    "avg_dscr": "limit_avg_dscr",
    "llcr": "limit_llcr",
    "plcr": "limit_plcr",
    "least_room": "",
    "permitted_debt": "",
    "all_in_rate": "",
    "bank_loss_rate": "limit_loss_rate",
    "shortfall_probability": "limit_shortfall",
    "equity_irr_expected": "",
    "public_cost": "",
}
CHOSEN_FROM = tuple(key for key in KEYS if key not in TEXT_KEYS)


def lists(sheet: Sheet) -> None:
    """Names, keys and number formats of the inputs and figures to choose from, right of the printed
    page.
    """
    for col, text in enumerate(
        ("Inputs to choose from", "Key", "Format", "In the case", "Min", "Max"), LISTS
    ):
        sheet.put(frame.HEAD_ROW, col, text, "grey")
    for k, key in enumerate(CHOSEN_FROM):
        row, param, kind = frame.FIRST_ROW + k, param_of(key), bounds.kind_of_input(key)
        numbers: list[Any] = ["n/a", "n/a"]
        if kind != "text":
            numbers = [
                f"={{Inputs!least_{key}}}",
                f"={{Inputs!most_{key}}}" if param.high < bounds.NO_BOUND else bounds.NO_BOUND,
            ]
        for col, value in enumerate(
            (bounds.label_of(key), key, kind, f"={own(key)}", *numbers), LISTS
        ):
            sheet.put(row, col, value, "grey")
    col = LISTS + 7
    for j, text in enumerate(
        ("Figures to choose from", "Key", "Format", "Limit", "More is better: 1, less: -1")
    ):
        sheet.put(frame.HEAD_ROW, col + j, text, "grey")
    for k, (name, limit) in enumerate(SHOWN.items()):
        floor: Any = f"={own(limit)}" if limit else 0 if name == "least_room" else "none"
        entry = MEASURES[name]
        for j, value in enumerate(
            (entry.words, name, bounds.kind_of_measure(name), floor, entry.better)
        ):
            sheet.put(frame.FIRST_ROW + k, col + j, value, "grey")


def column(first: int, place: int, count: int) -> str:
    return area(frame.FIRST_ROW, first + place, frame.FIRST_ROW + count - 1, first + place, True)


def of_input(chosen: str, place: int) -> str:
    """An entry of the list of inputs for the one whose name is chosen."""
    n = len(CHOSEN_FROM)
    return f"INDEX({column(LISTS, place, n)},MATCH({chosen},{column(LISTS, 0, n)},0))"


def of_measure(chosen: str, place: int) -> str:
    """An entry of the list of figures for the one whose name is chosen."""
    n = len(SHOWN)
    return f"INDEX({column(LISTS + 7, place, n)},MATCH({chosen},{column(LISTS + 7, 0, n)},0))"


def chosen_input(settings: Settings, name: str, default: str) -> str:
    """The name of the input kept; a workbook of before kept its key."""
    kept = str(settings.take(name, [default])[0]).strip()
    by_name = {bounds.label_of(key).lower(): key for key in CHOSEN_FROM}
    key = kept.lower() if kept.lower() in CHOSEN_FROM else by_name.get(kept.lower(), default)
    return bounds.label_of(key)


def chosen_measure(settings: Settings, name: str, default: str) -> str:
    """The name of the figure kept; a workbook of before kept its key."""
    kept = str(settings.take(name, [default])[0])
    try:
        key = measure_name(kept)
    except CellError:
        key = default
    return MEASURES[key if key in SHOWN else default].words
