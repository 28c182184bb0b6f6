"""The Sensitivity sheet: which case and figure it shows, the tornado and the grid over two inputs
of the reader's choice.

Break-evens, shocks and refinancing stand in `sensitivity_limits`, simulation and customer book in
`sensitivity_paths`. What the reader chooses has a plain name; its key for the functions is found in
the grey lists right of the printed page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import (
    bounds,
    frame,
    sensitivity_limits,
    sensitivity_paths,
)
from bankable.templates.workbook.book import (
    Book,
    Chart,
    Series,
    Sheet,
    TimeColumns,
    Validation,
    address,
    area,
)
from bankable.templates.workbook.rows import (
    CONSTANT,
    FIRST_TIME_COLUMN,
    LABEL,
    TOTAL,
    UNIT,
    lay,
    scalar,
)
from bankable.templates.workbook.settings import Settings, keep
from bankable.templates.workbook.styles import PALETTE
from bankable.udfs.cells import CellError
from bankable.udfs.deal.deal import KEYS, TEXT_KEYS, param_of
from bankable.udfs.deal.measures import MEASURES, measure_name

WIDE = 9
COLUMNS = TimeColumns(FIRST_TIME_COLUMN, WIDE)
G = FIRST_TIME_COLUMN
HELP = COLUMNS.last + 2  # grey: keys and the like, right of what is printed
LISTS = HELP + 9
# input, how it moves, low and high move
SWINGS: tuple[tuple[str, str, float, float], ...] = (
    ("capex", "times", 0.90, 1.10),
    ("delay_months", "plus", 0, 6),
    ("price", "times", 0.90, 1.10),
    ("price_floor", "times", 0.90, 1.10),
    ("market_price", "times", 0.80, 1.20),
    ("utilisation", "times", 0.90, 1.05),
    ("variable_cost", "times", 0.90, 1.10),
    ("fixed_cost", "times", 0.90, 1.10),
    ("base_rate", "plus", -0.01, 0.01),
    ("renewal", "plus", -0.05, 0.05),
    ("public_offtake_years", "plus", -3, 3),
    ("coverage", "plus", -0.10, 0.10),
)
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
PAIR = (
    ("utilisation", (0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 1.00)),
    ("base_rate", (0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09)),
)


def default_case(n: int) -> int:
    """The last of three or more cases (that with support), otherwise the second."""
    return n if n >= 3 else min(2, n)


def extra_block(n: int) -> tuple[str, str, Callable[[str], str]]:
    """The block of the case looked at here."""

    def looked_at(key: str) -> str:
        return (
            "=CHOOSE({Sensitivity!case},"
            + ",".join(f"{{case_{i}_{key}}}" for i in range(1, n + 1))
            + ")"
        )

    return ("sensitive", "Case on Sensitivity", looked_at)


def own(key: str) -> str:
    """The value of an input in the case looked at."""
    return f"{{Deals!sensitive_{key}}}"


def lay_sensitivity(
    book: Book, names: Sequence[str], deal: str, settings: Settings, paper: str, time: Periods
) -> None:
    """The sheet; `names` are the case sheets, `deal` the block of the case looked at."""
    sheet = frame.time_sheet(
        book,
        "Sensitivity",
        "Sensitivity: what moves the decision, and how far it holds",
        COLUMNS,
        "",
        "0072B2",
        paper,
    )
    for i in range(WIDE):
        sheet.put(frame.HEAD_ROW, G + i, None, "heading")
    for col, text in ((CONSTANT, "Value"), (TOTAL, None)):
        sheet.put(frame.HEAD_ROW, col, text, "heading right")
    _lists(sheet)
    row = _case(book, sheet, frame.FIRST_ROW, len(names), settings)
    row = _tornado(book, sheet, row + 1, deal, settings)
    breaks = [row]
    row = _pair(book, sheet, row, deal, settings)
    row = sensitivity_limits.break_evens(sheet, row + 1, len(names), deal)
    row = sensitivity_limits.rate_shock(book, sheet, row + 1, deal, settings)
    row = sensitivity_limits.refinancing(book, sheet, row + 1, names, settings, time)
    breaks.append(row + 1)
    row = sensitivity_limits.termination(book, sheet, row + 1, deal, settings)
    row = sensitivity_paths.simulation(book, sheet, row + 1, deal, settings, time)
    breaks.append(row + 1)
    row = sensitivity_paths.customers(book, sheet, row + 1, settings)
    sheet.widths |= {LABEL: 60, CONSTANT: 18, TOTAL: 18} | {G + i: 14.5 for i in range(WIDE)}
    sheet.widths |= {HELP - 1: 4, HELP: 24, LISTS: 40, LISTS + 1: 24, LISTS + 7: 50, LISTS + 8: 24}
    sheet.print.area = (0, 0, row - 1, COLUMNS.last)
    sheet.print.row_breaks = tuple(breaks)


# What can be chosen ----------------------------------------------------------------------------


def _lists(sheet: Sheet) -> None:
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


def _column(first: int, place: int, count: int) -> str:
    return area(frame.FIRST_ROW, first + place, frame.FIRST_ROW + count - 1, first + place, True)


def _of_input(chosen: str, place: int) -> str:
    """An entry of the list of inputs for the one whose name is chosen."""
    n = len(CHOSEN_FROM)
    return f"INDEX({_column(LISTS, place, n)},MATCH({chosen},{_column(LISTS, 0, n)},0))"


def _of_measure(chosen: str, place: int) -> str:
    """An entry of the list of figures for the one whose name is chosen."""
    n = len(SHOWN)
    return f"INDEX({_column(LISTS + 7, place, n)},MATCH({chosen},{_column(LISTS + 7, 0, n)},0))"


def chosen_input(settings: Settings, name: str, default: str) -> str:
    """The name of the input kept; a workbook of before kept its key."""
    kept = str(settings.take(name, [default])[0]).strip()
    by_name = {bounds.label_of(key).lower(): key for key in CHOSEN_FROM}
    key = kept.lower() if kept.lower() in CHOSEN_FROM else by_name.get(kept.lower(), default)
    return bounds.label_of(key)


def kept_values(settings: Settings, side: str, default: str, given: Sequence[float]) -> list[Any]:
    """The values kept for one side of the grid: numbers, or words where the input chosen is a
    choice.
    """
    name = chosen_input(settings, f"sensitivity_{side}_key", default)
    key = next(key for key in CHOSEN_FROM if bounds.label_of(key) == name)
    words = param_of(key).choices or ("yes", "no")
    delivered = (
        [words[i % len(words)] for i in range(len(given))]
        if bounds.kind_of_input(key) == "text"
        else list(given)
    )
    return settings.take(f"sensitivity_{side}_values", delivered)


def chosen_measure(settings: Settings, name: str, default: str) -> str:
    """The name of the figure kept; a workbook of before kept its key."""
    kept = str(settings.take(name, [default])[0])
    try:
        key = measure_name(kept)
    except CellError:
        key = default
    return MEASURES[key if key in SHOWN else default].words


def _case(book: Book, sheet: Sheet, row: int, n: int, settings: Settings) -> int:
    frame.band_row(sheet, row, "Case and figure", COLUMNS.last, "heading", "1")
    case = settings.place("sensitivity_case", default_case(n), n)
    names_of = ",".join(f"{{Inputs!case_name_{i}}}" for i in range(1, n + 1))
    rates = ",".join(f"{{Summary!all_in_rate_{i}}}" for i in range(1, n + 1))
    last = lay(
        sheet,
        [
            scalar("case", "Case shown, by its number", "number", case, "input count"),
            scalar("case_name", "Its name", "", f"=CHOOSE({{case}},{names_of})", "right"),
            scalar(
                "measure",
                "Figure of tornado and grid",
                "",
                chosen_measure(settings, "sensitivity_measure", "min_dscr"),
                "input choice",
            ),
            scalar("base", "The figure as it stands", "", f"={_as_it_stands(n)}", "total number2"),
            scalar(
                "limit",
                "Its limit in the credit tests",
                "",
                "=" + _of_measure("{measure}", 3),
                "number2",
            ),
            scalar(
                "at_limit_min_dscr",
                "Minimum DSCR asked",
                "x",
                f"={own('limit_min_dscr')}",
                "multiple",
            ),
            scalar(
                "at_rate",
                "All-in rate of the debt",
                "% a year",
                f"=CHOOSE({{case}},{rates})",
                "rate",
            ),
        ],
        row + 1,
        COLUMNS,
    )
    words = '&", "&'.join(f'"{i} "&{{Inputs!case_name_{i}}}' for i in range(1, n + 1))
    sheet.put(sheet.placed["case"].row, TOTAL, f"={words}", "grey")
    at = sheet.placed["measure"].row
    for j, (key, place) in enumerate((("measure_key", 1), ("measure_kind", 2), ("better", 4))):
        sheet.put(at, HELP + j, "=" + _of_measure("{measure}", place), "grey")
        sheet.mark(key, at, HELP + j)
    spot = bounds.kept_cell(book, sheet, "case", "sensitivity_case")
    sheet.validations.append(bounds.between(spot, "Case shown", 1, n, whole=True))
    spot = bounds.kept_cell(book, sheet, "measure", "sensitivity_measure")
    sheet.merges.append((at, CONSTANT, at, TOTAL + 1))
    sheet.validations.append(
        bounds.listed(spot, "Figure", formula="=" + _column(LISTS + 7, 0, len(SHOWN)))
    )
    for key in ("base", "limit"):
        cell = sheet.placed[key]
        bounds.show_as(sheet, (cell.row, cell.col, cell.row, cell.col), "{measure_kind}")
    return last


def _as_it_stands(n: int) -> str:
    """The measure chosen, of the case looked at, out of its DEAL_METRICS on Deals."""
    names = list(MEASURES)
    place = f"MATCH({{measure_key}},{{Lists!measure_{names[0]}}}:{{Lists!measure_{names[-1]}}},0)"
    found = (
        f"INDEX({{Deals!m_{names[0]}_{i}}}:{{Deals!m_{names[-1]}_{i}}},{place})"
        for i in range(1, n + 1)
    )
    return "CHOOSE({case}," + ",".join(found) + ")"


# Tornado ---------------------------------------------------------------------------------------


def _tornado(book: Book, sheet: Sheet, row: int, deal: str, settings: Settings) -> int:
    """Inputs with their ranges, the tornado sorted by swing, and its chart."""
    frame.band_row(sheet, row, '="Tornado of "&{measure}', COLUMNS.last, "heading", "2")
    frame.band_row(sheet, row + 1, "Ranges: yours to set", COLUMNS.last)
    sheet.put(row + 1, CONSTANT, "in the case", "band right")
    sheet.put(row + 1, TOTAL, "moved by", "band right")
    sensitivity_limits.heads(sheet, row + 1, ("low move", "high move", "low", "high"))
    first, count = row + 2, len(SWINGS)
    lows = settings.take("sensitivity_low", [low for _, _, low, _ in SWINGS])
    highs = settings.take("sensitivity_high", [high for _, _, _, high in SWINGS])
    for k, (key, how, _, _) in enumerate(SWINGS):
        at, style = first + k, bounds.kind_of_input(key)
        sheet.put(at, LABEL, bounds.label_of(key))
        sheet.put(at, UNIT, bounds.META[key]["unit"], "unit")
        sheet.put(at, CONSTANT, f"={own(key)}", style)
        sheet.put(at, TOTAL, "a factor" if how == "times" else "a step", "right")
        sheet.put(at, HELP, key, "grey")
        for side, value in enumerate((lows[k], highs[k])):
            sheet.put(at, G + side, value, "input multiple" if how == "times" else f"input {style}")
            base, move = address(at, CONSTANT), address(at, G + side)
            inner = f"{base}*{move}" if how == "times" else f"{base}+{move}"
            if param_of(key).high < 1e6:
                inner = f"MIN({{Inputs!most_{key}}},{inner})"
            sheet.put(at, G + 2 + side, f"=MAX({{Inputs!least_{key}}},{inner})", style)
        sheet.validations.append(bounds.of_move((at, G, at, G + 1), key, how))
    last = first + count - 1
    keep(book, sheet, "sensitivity_low", first, G, last, G)
    keep(book, sheet, "sensitivity_high", first, G + 1, last, G + 1)
    keys, low, high = (area(first, col, last, col, True) for col in (HELP, G + 2, G + 3))
    row = last + 1
    frame.band_row(sheet, row, "Sorted by swing", COLUMNS.last)
    sensitivity_limits.heads(
        sheet, row, ("at low", "at high", "swing", "to the worse", "to the better")
    )
    top, end = row + 1, row + count
    sheet.array(
        top, HELP, count, 3, f"=TORNADO({deal},{keys},{low},{high},{{measure_key}})", "number2"
    )
    for k in range(count):
        at = top + k
        for j in range(3):
            sheet.cells[at, HELP + j].style = "grey"
            if j:
                sheet.put(at, G - 1 + j, f"={address(at, HELP + j)}", "number2")
        # &"" since LibreOffice finds no text equal that comes from a function's array as it is
        sheet.put(
            at,
            LABEL,
            f'=INDEX({area(first, LABEL, last, LABEL, True)},MATCH({address(at, HELP)}&"",{keys},0))',
        )
        below, above = address(at, G), address(at, G + 1)
        known = f"AND(ISNUMBER({below}),ISNUMBER({above}),ISNUMBER({{base}}))"
        down, up = (f"{name}(0,{below}-{{base}},{above}-{{base}})" for name in ("MIN", "MAX"))
        sheet.put(
            at,
            G + 2,
            f'=IF(AND(ISNUMBER({below}),ISNUMBER({above})),ABS({above}-{below}),"n/a")',
            "number2",
        )
        sheet.put(at, G + 3, f"=IF({known},IF({{better}}<0,{up},{down}),0)", "number2")
        sheet.put(at, G + 4, f"=IF({known},IF({{better}}<0,{down},{up}),0)", "number2")
    bounds.show_as(sheet, (top, G, end, G + 4), "{measure_kind}")
    worse, better = address(top, G + 3), address(top, G + 4)
    sheet.put(
        top, HELP + 3, f"=IF(ROUND(ABS({worse})-ABS({better}),9)>=0,{worse},{better})", "grey"
    )
    sheet.mark("largest_move", top, HELP + 3)
    name = address(top, LABEL)
    sheet.put(
        end + 1,
        LABEL,
        '={measure}&IF({largest_move}=0,": none of these inputs moves it",": moved most by'
        f' "&LOWER(LEFT({name},1))&MID({name},2,99)&"'
        f' ("&{bounds.said("{largest_move}", "{measure_kind}", True)}&")")',
        "bold",
    )
    sheet.mark("finding_tornado", end + 1, LABEL)
    labels = f"Sensitivity!{area(top, LABEL, end, LABEL, True)}"
    series = tuple(
        Series(
            label, f"Sensitivity!{area(top, G + 3 + side, end, G + 3 + side, True)}", labels, colour
        )
        for side, (label, colour) in enumerate((("Worse", PALETTE[3]), ("Better", PALETTE[0])))
    )
    sheet.charts.append(
        Chart(
            "stacked bar",
            "{finding_tornado}",
            series,
            end + 2,
            LABEL,
            1000,
            400,
            "",
            "change of the figure",
            "0",
            "General",
            alt_text=(
                "Tornado: how much worse or better the chosen figure gets when each input moves"
                " between its low and high"
            ),
        )
    )
    return end + 23


# The grid --------------------------------------------------------------------------------------


def _pair(book: Book, sheet: Sheet, row: int, deal: str, settings: Settings) -> int:
    """The two-way grid over a pair of inputs of the reader's choice; its first row and column are
    the case's own values.
    """
    size = len(PAIR[0][1])
    frame.band_row(
        sheet,
        row,
        '={measure}&", by "&{down}&" (down) and "&{across}&"'
        ' (across)"&IF(ISNUMBER({limit}),"; red: misses the limit of'
        f' "&{bounds.said("{limit}", "{measure_kind}")},"")',
        COLUMNS.last,
        "heading",
        "3",
    )
    sides = ("down", "across")
    rows = [
        scalar(
            side, label, "", chosen_input(settings, f"sensitivity_{side}_key", key), "input choice"
        )
        for side, label, (key, _) in zip(
            sides, ("Input down the rows", "Input across the columns"), PAIR, strict=True
        )
    ]
    row = lay(sheet, rows, row + 1, COLUMNS)
    for side in sides:
        spot = bounds.kept_cell(book, sheet, side, f"sensitivity_{side}_key")
        sheet.validations.append(
            bounds.listed(spot, "Input", formula="=" + _column(LISTS, 0, len(CHOSEN_FROM)))
        )
        at = sheet.placed[side].row
        sheet.merges.append((at, CONSTANT, at, TOTAL + 1))
        for j, what in enumerate(("key", "kind", "own", "least", "most")):
            sheet.put(at, HELP + j, f"={_of_input(f'{{{side}}}', 1 + j)}", "grey")
            sheet.mark(f"{side}_{what}", at, HELP + j)
    sheet.put(
        row,
        LABEL,
        "Framed: the case as it is. The blue values are yours; type new ones after choosing another"
        " input (red: not a value of it).",
        "note",
    )
    sheet.put(row, G, "in the case", "right")
    row += 1
    values = [
        kept_values(settings, side, key, given)
        for side, (key, given) in zip(sides, PAIR, strict=True)
    ]
    sheet.put(row, G, "={across_own}", "headline number2")
    sheet.put(row + 1, CONSTANT, "in the case", "right")
    sheet.put(row + 1, TOTAL, "={down_own}", "headline number2")
    for i in range(size):
        sheet.put(row, G + 1 + i, values[1][i], "input general")
        sheet.put(row + 2 + i, TOTAL, values[0][i], "input general")
    spots = {"across": (row, G + 1, row, G + size), "down": (row + 2, TOTAL, row + 1 + size, TOTAL)}
    for side, whole in (
        ("across", (row, G, row, G + size)),
        ("down", (row + 1, TOTAL, row + 1 + size, TOTAL)),
    ):
        keep(book, sheet, f"sensitivity_{side}_values", *spots[side])
        sheet.validations.append(_of_chosen(spots[side], side))
        cell, given, kind = address(*whole[:2]), area(*spots[side], True), f"{{{side}_kind}}"
        beyond = f"OR(NOT(ISNUMBER({cell})),{cell}<{{{side}_least}},{cell}>{{{side}_most}})"
        bounds.show_as(sheet, whole, kind, f'IF({kind}="text",ISNUMBER({cell}),{beyond})')
        first_row, first_col, last_row, last_col = spots[side]
        each = [
            address(at, col, True)
            for at in range(first_row, last_row + 1)
            for col in range(first_col, last_col + 1)
        ]
        ends = f"{{{side}_least}}", f"{{{side}_most}}"
        beyond_ends = bounds.outside(each, *ends, f'{kind}="count"')
        at = sheet.placed[side].row
        amiss = f'=IFERROR(IF({kind}="text",COUNT({given}),{beyond_ends}),1)'
        sheet.put(at, HELP + 5, amiss, "grey")
        sheet.mark(f"{side}_amiss", at, HELP + 5)
    one, other = (
        area(row + 1, TOTAL, row + 1 + size, TOTAL, True),
        area(row, G, row, G + size, True),
    )
    grid = f"SENS_GRID({deal},{{down_key}},{one},{{across_key}},{other},{{measure_key}})"
    amiss = "{down_amiss}+{across_amiss}>0"
    sheet.array(
        row + 1,
        G,
        size + 1,
        size + 1,
        f'=IF({{down_key}}={{across_key}},"two inputs?",IF({amiss},"values?",{grid}))',
        "number2",
    )
    sheet.cells[row + 1, G].style = "framed number2"
    corner = address(row + 1, G)
    fails = f"AND(ISNUMBER({corner}),ISNUMBER({{limit}}),IF({{better}}<0,{corner}>{{limit}},{corner}<{{limit}}))"
    bounds.show_as(sheet, (row + 1, G, row + 1 + size, G + size), "{measure_kind}", fails)
    return row + size + 2


def _of_chosen(spot: tuple[int, int, int, int], side: str) -> Validation:
    """A value of whatever input is chosen, within its bounds."""
    cell = address(*spot[:2])
    within = f'=IF({{{side}_kind}}="text",TRUE,AND(ISNUMBER({cell}),{cell}>={{{side}_least}},{cell}<={{{side}_most}}))'
    message = "A value of the chosen input, within its bounds on Inputs."
    return Validation(
        spot,
        "custom",
        formula=within,
        title="Value",
        message=message,
        error=message,
        blank_allowed=False,
    )
