"""The Inputs sheet, one row an assumption and one column a case, with its lists, bounds and
sources.

The sheets Lists and Timeline, which hold constants and the date of financial close, are laid here
too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bankable.templates.comparison.case.inputs import number_format
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame, plausible
from bankable.templates.comparison.sheets.bounds import NO_BOUND, outside
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.sentences.states import SHOWN
from bankable.templates.workbook.book import (
    Book,
    Sheet,
    TimeColumns,
    Typed,
    Validation,
    Value,
    address,
    serial,
)
from bankable.templates.workbook.rows import (
    CONSTANT,
    FIRST_TIME_COLUMN,
    LABEL,
    SECTION,
    UNIT,
    lay,
    note,
    path,
    scalar,
)
from bankable.templates.workbook.settings import Settings, keep
from bankable.udfs.cells import Param
from bankable.udfs.deal import policy
from bankable.udfs.deal.chain.build import PROFILE_TERMS
from bankable.udfs.deal.chain.decision import DECISIONS, TESTS, TOLERANCE
from bankable.udfs.deal.chain.default import NEVER, SURE
from bankable.udfs.deal.chain.returns import FIRST_PASS, SETTLED, STEEPEST, STEPS
from bankable.udfs.deal.deal import INPUTS, KEYS, TEXT_KEYS, param_of
from bankable.udfs.deal.measures import MEASURES

FIRST_CASE = 3
CASE_WIDTH = 23
STEP_COLUMNS = TimeColumns(FIRST_TIME_COLUMN, STEPS)

# on Timeline, what a book is laid by: periods a year, and below them months of building and years
PERIODS_AT = (frame.FIRST_ROW + 2, CONSTANT)

WORDS = {"choice": "input choice", "yes/no": "input choice", "text": "input text"}
CLOSE = dt.date(2026, 12, 31)  # illustrative
EARLIEST_CLOSE, LATEST_CLOSE = dt.date(2000, 1, 1), dt.date(2100, 12, 31)
SOURCE_HEAD = "Source, in short (1, 2, ...: of that case)"

SWITCH = ("yes", "no")
SHORT = 60  # characters of a source in short
SHORT_LINE = 54  # characters of it that a line holds


def input_name(key: str) -> str:
    """The defined name of an input's row, one cell a case."""
    return f"in_{key}"


def input_style(key: str, unit: str) -> str:
    """The look of an input's blue cell."""
    return WORDS.get(unit, f"input {number_format(key, unit)}")


def source_column(cases: int, case: int) -> int:
    """The column of Inputs where the sources of a case (from 1) stand, of so many."""
    return FIRST_CASE + cases + 4 + case


def short_source(said: Sequence[str]) -> str:
    """The cases' sources of one input in a few words; the whole of them stands further right and on
    Sources.
    """
    cut: dict[str, list[str]] = {}
    for number, text in enumerate(said, start=1):
        head, _, tail = text.split("; ")[0].partition(": ")
        text = "illustrative" if "illustrative" in text else tail if tail[:1].isalpha() else head
        text = (
            text
            if len(text) <= SHORT
            else text[: SHORT - 2].rsplit(" ", 1)[0].rstrip(",.;:(") + " ..."
        )
        cut.setdefault(text, []).append(str(number))
    if len(cut) == 1:
        return next(iter(cut))
    return "; ".join(f"{', '.join(numbers)}: {text}" for text, numbers in cut.items())


def lay_inputs(book: Book, cases: Sequence[SourcedDeal], paper: str) -> Sheet:
    """The Inputs sheet; each blue cell is marked `key_1`, `key_2`, ... for the case sheets."""
    sheet = frame.start(book, "Inputs", "Inputs", "FFC000", paper)
    n = len(cases)
    least, most, out, short, key_col = (FIRST_CASE + n + k for k in range(5))
    source = source_column(n, 1)
    heads = dict.fromkeys((SECTION, LABEL, UNIT, key_col), "heading") | {short: "heading indent"}
    for col, text in (
        (SECTION, "#"),
        (LABEL, "Assumption"),
        (UNIT, "Unit"),
        (least, "Min"),
        (most, "Max"),
        (out, "Out of range"),
        (short, SOURCE_HEAD),
        (key_col, "Key"),
    ):
        sheet.put(frame.HEAD_ROW, col, text, heads.get(col, "heading right"))
    for i in range(n):
        sheet.put(frame.HEAD_ROW, FIRST_CASE + i, f"={{case_name_{i + 1}}}", "heading wrap")
        sheet.put(frame.HEAD_ROW, source + i, f'="Source: "&{{case_name_{i + 1}}}', "heading")
    row = frame.FIRST_ROW
    section, number = "", 0
    for field in INPUTS:
        meta, param = field.metadata, param_of(field.name)
        if meta["section"] != section:
            section, number = meta["section"], number + 1
            for col in range(key_col + 1):
                sheet.put(row, col, None, "band")
            sheet.put(row, SECTION, str(number), "band")
            sheet.put(row, LABEL, section, "band")
            row += 1
        sheet.put(row, LABEL, meta["label"])
        sheet.put(row, UNIT, meta["unit"], "unit")
        for i, case in enumerate(cases):
            value = getattr(case.deal, field.name)
            sheet.put(
                row,
                FIRST_CASE + i,
                SWITCH[not value]
                if param.kind == "switch"
                else Typed(value)
                if isinstance(value, str)
                else value,
                input_style(field.name, meta["unit"]),
            )
            sheet.mark(f"{field.name}_{i + 1}", row, FIRST_CASE + i)
            said = case.sources.get(field.name, "not stated")
            sheet.put(row, source + i, Typed(said), "grey")
        _bounds(sheet, row, n, least, most, out, field.name, param, meta["label"])
        sheet.put(
            row,
            short,
            Typed(short_source([case.sources.get(field.name, "not stated") for case in cases])),
            "grey wrap",
        )
        sheet.heights[row] = 13.5 * max(
            1, -(-len(str(sheet.value(row, short))) // SHORT_LINE), _lines(cases, field.name)
        )
        sheet.put(row, key_col, field.name, "grey")
        book.define(
            input_name(field.name),
            f"Inputs!{address(row, FIRST_CASE, True)}:{address(row, FIRST_CASE + n - 1, True)}",
        )
        row += 1
    sheet.put(row + 1, LABEL, "Cells out of range", "bold")
    sheet.put(
        row + 1,
        out,
        f"=SUM({address(frame.FIRST_ROW, out)}:{address(row - 1, out)})",
        "total count",
    )
    sheet.mark("out_of_range", row + 1, out)
    spots = [(source + i, frame.FIRST_ROW, row - 1) for i in range(n)]
    end = plausible.lay(sheet, row + 3, n, FIRST_CASE, spots)
    sheet.widths |= {
        SECTION: 4,
        LABEL: 44,
        UNIT: 14,
        least: 10,
        most: 10,
        out: 12,
        short: 52,
        key_col: 24,
    }
    sheet.widths |= {FIRST_CASE + i: CASE_WIDTH for i in range(n)} | {
        source + i: 70 for i in range(n)
    }
    sheet.heights[frame.HEAD_ROW] = 30
    sheet.freeze = (frame.FIRST_ROW, FIRST_CASE)
    sheet.print.title_rows = (frame.TITLE_ROW, frame.HEAD_ROW)
    sheet.print.area = (0, 0, end - 1, short)
    return sheet


def _lines(cases: Sequence[SourcedDeal], key: str) -> int:
    """The lines that the longest text of a row takes in a case's column."""
    return (
        max(-(-len(getattr(case.deal, key)) // CASE_WIDTH) for case in cases)
        if key in TEXT_KEYS
        else 1
    )


def _bounds(
    sheet: Sheet,
    row: int,
    n: int,
    least: int,
    most: int,
    out: int,
    key: str,
    param: Param,
    label: str,
) -> None:
    """Bounds as cells, the count of cells beyond them, and the validation with its input
    message.
    """
    spot = (row, FIRST_CASE, row, FIRST_CASE + n - 1)
    each = [address(row, FIRST_CASE + i) for i in range(n)]
    message = f"{param.help[:1].upper()}{param.help[1:]}."
    if param.kind == "text":
        unnamed = "+".join(f'IF(TRIM({cell})="",1,0)' for cell in each)
        sheet.put(row, out, f"={unnamed}" if key == "case_name" else 0, "flag")
        sheet.validations.append(
            Validation(
                spot,
                "length",
                1,
                60,
                title=label[:32],
                message=message,
                error="Give a text of 1 to 60 characters.",
            )
        )
        return
    if param.choices or param.kind == "switch":
        words, listed = (param.choices, f"list_{key}") if param.choices else (SWITCH, "switch")
        unlisted = (f"IF(COUNTIF({{Lists!{listed}:}},{cell})=0,1,0)" for cell in each)
        sheet.put(row, out, "=" + "+".join(unlisted), "flag")
        choices = Validation(
            spot,
            "list",
            choices=words,
            title=label[:32],
            message=message,
            error="Choose from the list.",
            blank_allowed=False,
        )
        sheet.validations.append(choices)
        return
    style = sheet.cells[row, FIRST_CASE].style.removeprefix("input ")
    style = (
        {"share": "level", "rate": "nil rate", "number2": "nil number2"}.get(style, style)
        if param.high < 1_000
        else "count"
    )
    sheet.put(row, least, param.low, style)
    sheet.put(
        row,
        most,
        param.high if param.high < NO_BOUND else None,
        "integer" if style == "count" else style,
    )
    sheet.mark(f"least_{key}", row, least)
    sheet.mark(f"most_{key}", row, most)
    low, high = address(row, least), address(row, most)
    bounded = high if param.high < NO_BOUND else ""
    sheet.put(row, out, f"={outside(each, low, bounded, param.kind == 'count')}", "flag")
    kind = "whole" if param.kind == "count" else "decimal"
    sheet.validations.append(
        Validation(
            spot,
            kind,
            param.low,
            param.high,
            title=label[:32],
            message=f"{message} Allowed: {param.allowed}.",
            error=f"Allowed: {param.allowed}.",
            blank_allowed=False,
        )
    )


def lay_timeline(book: Book, settings: Settings, paper: str, time: Periods) -> None:
    """Financial close, years of operation and months of building, and the tolerances."""
    sheet = frame.start(book, "Timeline", "Timeline", frame.ENGINE_ROOM, paper)
    a_year = time.a_year
    sheet.print.pages_wide, sheet.print.title_cols = 3, (0, UNIT)
    row = lay(
        sheet,
        [
            scalar("close", "Financial close, all cases", "date", _close(settings), "input date"),
            note(
                "Illustrative until you set it. Calendar dates stand in the heads of the case and"
                " build sheets; no figure depends on them."
            ),
            scalar(
                "periods",
                "Periods a year, all cases: fixed when the workbook is laid",
                "a year",
                a_year,
                "count",
            ),
            scalar(
                "months",
                "Months that the build sheets hold: fixed when the workbook is laid",
                "months",
                time.months,
                "count",
            ),
            scalar(
                "years",
                "Years of operation that the case sheets hold: fixed when the workbook is laid",
                "years",
                time.years,
                "count",
            ),
            scalar(
                "sure", "A chance of surviving below this counts as none", "share", SURE, "tiny"
            ),
            scalar(SHOWN.key, "Amounts below this print as nothing", "$m", SHOWN.value, "number2"),
            scalar("tolerance", "Tolerance of tests and checks", "share", TOLERANCE, "tiny"),
            scalar("never", "A pool that no cash can fill", "$m", NEVER, "tiny"),
            scalar("settled", "Residual at which an IRR is settled", "log", SETTLED, "tiny"),
            scalar("alike", "Costs that are taken as equal", "share", 0.001, "level"),
            scalar("cents", "Cents in a dollar", "cents", 100, "count"),
            scalar(
                "two",
                "Halving and doubling; years after a lost contract that are told apart",
                "number",
                2,
                "count",
            ),
            scalar(
                "longest_multiyear",
                "Longest multi-year contract without special authority (10 USC 3501)",
                "years",
                5,
                "count",
            ),
            scalar("steepest", "Largest log rate searched", "log", STEEPEST, "general"),
            scalar(
                "first_pass",
                "Newton steps without the outflows of operation",
                "number",
                FIRST_PASS,
                "count",
            ),
        ],
        frame.FIRST_ROW,
        time.columns,
    )
    assert (sheet.placed["periods"].row, CONSTANT) == PERIODS_AT
    place = sheet.placed["close"]
    spot = (place.row, place.col, place.row, place.col)
    keep(book, sheet, "timeline_close", *spot)
    allowed = f"Allowed: a date from {EARLIEST_CLOSE.year} to {LATEST_CLOSE.year}."
    sheet.validations.append(
        Validation(
            spot,
            "date",
            EARLIEST_CLOSE,
            LATEST_CLOSE,
            title="Financial close",
            message=(
                f"The day from which months of building and years of operation are dated. {allowed}"
            ),
            error=allowed,
            blank_allowed=False,
        )
    )
    row += 1
    a_period = time.flow("1")
    year = [
        f"={a_period}" if time.several else 1,
        *[f"={{year<}}+{a_period}"] * (time.columns.count - 1),
    ]
    label = time.one("Year of operation", "Years from completion to the end of the period")
    row = lay(sheet, [path("year", label, "year", year, time.year_style)], row, time.columns) + 1
    for key, label, columns in (
        ("month", "Month from close", time.of_build),
        ("step", "Newton step", STEP_COLUMNS),
    ):
        steps = [1, *[f"={{{key}<}}+1"] * (columns.count - 1)]
        row = lay(sheet, [path(key, label, key, steps, "year")], row, columns) + 1
    sheet.put(
        row,
        LABEL,
        "Years count from completion, months from financial close: the two never share a sheet.",
        "note",
    )
    sheet.put(
        row + 1,
        LABEL,
        time.one("Operation, debt service and tax are annual", "Operation and tax go by period")
        + ", in arrears; building, draws and interest in construction are monthly.",
        "note",
    )
    sheet.widths |= {0: 4, LABEL: 62, UNIT: 14, 3: 13}
    sheet.freeze = (frame.FIRST_ROW, FIRST_TIME_COLUMN)
    time.narrow(sheet)


def _close(settings: Settings) -> Value:
    """The date of financial close: an earlier workbook's where it is one within bounds, otherwise
    an illustrative one.
    """
    kept = settings.take("timeline_close", [CLOSE])[0]
    number = serial(kept) if isinstance(kept, dt.date) else kept
    sound = isinstance(number, (int, float)) and serial(EARLIEST_CLOSE) <= number <= serial(
        LATEST_CLOSE
    )
    return int(number) if sound else serial(CLOSE)


def lay_lists(book: Book, paper: str) -> None:
    """The words that choices may take, the spending profiles' terms, tests and decisions."""
    sheet = frame.start(book, "Lists", "Lists", frame.ENGINE_ROOM, paper)
    lists = {f"list_{key}": param_of(key).choices for key in KEYS if param_of(key).choices}
    lists["switch"] = SWITCH
    lists["tests"] = tuple(name for _, name, _, _ in TESTS)
    lists["decisions"] = DECISIONS
    row = frame.FIRST_ROW
    for key, words in lists.items():
        sheet.put(row, LABEL, key.removeprefix("list_").replace("_", " ").capitalize())
        columns = TimeColumns(FIRST_TIME_COLUMN, len(words))
        sheet.mark_path(key, row, columns)
        sheet.put_row(row, FIRST_TIME_COLUMN, list(words))
        row += 1
    for n, terms in enumerate(PROFILE_TERMS.T, start=1):
        sheet.put(row, LABEL, f"Spending profile, term {n}")
        sheet.mark_path(f"profile_{n}", row, TimeColumns(FIRST_TIME_COLUMN, len(terms)))
        sheet.put_row(row, FIRST_TIME_COLUMN, [float(term) for term in terms], "number")
        row += 1
    for key, named, *_ in TESTS:
        sheet.put(row, LABEL, f"{named}: limit by asset class, in the order of the list above")
        limits = list(policy.table(f"limit_{key}"))
        sheet.mark_path(f"policy_{key}", row, TimeColumns(FIRST_TIME_COLUMN, len(limits)))
        sheet.put_row(row, FIRST_TIME_COLUMN, limits, "number2")
        row += 1
    numbers = list(range(1, 21))
    sheet.put(row, LABEL, "Places of the scenarios")
    sheet.mark_path("scenario_number", row, TimeColumns(FIRST_TIME_COLUMN, len(numbers)))
    sheet.put_row(row, FIRST_TIME_COLUMN, list(numbers), "count")
    row += 1
    sheet.put(row, LABEL, "Measures of a deal, in the order of DEAL_METRICS")
    for k, name in enumerate(MEASURES):
        sheet.put(row + k, FIRST_TIME_COLUMN, name)
        sheet.mark(f"measure_{name}", row + k, FIRST_TIME_COLUMN)
    sheet.widths |= {0: 4, LABEL: 44, UNIT: 14, 3: 13} | {
        FIRST_TIME_COLUMN + i: 28 for i in range(11)
    }
    sheet.print.pages_wide, sheet.print.title_cols = 2, (SECTION, LABEL)
