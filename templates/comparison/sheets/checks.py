"""The Checks sheet: each check a row with what is compared, both sides, difference, tolerance and
OK; one master check.

Headline checks rest on native cells alone. The rows that hold native figures against a worksheet
function say "functions absent" on a machine without the add-in, and the master check does not count
them there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.native_checks import (
    FUNCTION,
    INPUT,
    KINDS,
    LINK,
    MEANING,
    NATIVE,
    QUOTED,
    TIE,
)
from bankable.templates.workbook.book import Book, Sheet, address, sheet_prefix
from bankable.templates.workbook.rows import given

WHAT, CASE, LEFT, RIGHT, DIFFERENCE, TOLERANCE, VERDICT, KIND = range(1, 9)
LINES = 100  # ranges run to the next hundred rows, so that a longer list changes no formula
HEADS = ("#", "Check", "Case", "Left", "Right", "Difference", "Tolerance", "Verdict", "Kind")


class Rows:
    """Writes check rows one below the other and remembers where they stand."""

    def __init__(self, sheet: Sheet, row: int) -> None:
        self.sheet, self.row, self.number = sheet, row, 0

    def add(
        self, kind: str, what: str, case: str, left: str, right: str | float, function: bool = False
    ) -> None:
        """One check; with `function`, an absent function makes it say so instead of failing."""
        sheet, row = self.sheet, self.row
        sheet.put(row, KIND, kind, "grey")
        self.number += 1
        sheet.put(row, 0, self.number, "section")
        sheet.put(row, WHAT, what)
        sheet.put(row, CASE, case, "grey")
        shown = (
            f'=IF({{live}}=1,IFERROR({left.removeprefix("=")},"n/a"),"no add-in")'
            if function
            else left
        )
        sheet.put(row, LEFT, shown, "tied")
        sheet.put(row, RIGHT, right, "tied")
        a, b, d, t = (address(row, col) for col in (LEFT, RIGHT, DIFFERENCE, TOLERANCE))
        both = f"AND(ISNUMBER({a}),ISNUMBER({b}))"
        sheet.put(row, DIFFERENCE, f"=IF({both},{a}-{b},0)", "tiny")
        sheet.put(row, TOLERANCE, "={Timeline!tolerance}", "tiny")
        # &"" since LibreOffice finds no text equal that comes from a function's array as it is
        same = f'IF({both},IF(ABS({d})<={t}*MAX(1,ABS({a}),ABS({b})),"OK","FAIL"),IF({a}&""={b}&"","OK","FAIL"))'
        judged = f'IF(OR(ISERROR({a}),ISERROR({b})),"FAIL",{same})'
        verdict = f'=IF({{live}}=0,"functions absent",{judged})' if function else f"={judged}"
        if function:
            frame.told(sheet, row, VERDICT, verdict, "check")
        else:
            sheet.put(row, VERDICT, verdict, "check")
        self.row += 1

    def band(self, title: str) -> None:
        """A heading over the next checks."""
        for col in range(VERDICT + 1):
            self.sheet.put(self.row, col, None, "band")
        self.sheet.put(self.row, WHAT, title, "band")
        self.row += 1


def lay_checks(
    book: Book,
    cases: Sequence[tuple[str, str]],
    functions: Sequence[tuple[str, str, str, str]],
    with_functions: Collection[str],
    paper: str,
    time: Periods,
) -> None:
    """All checks. `cases` are (case sheet, build sheet); `functions` are (what, case, function
    cell, native cell).

    `with_functions` are the sheets whose cells hang on functions: where those are absent their
    errors count for nothing.
    """
    sheet = frame.start(book, "Checks", "Checks", "009E73", paper)
    sheet.put(
        frame.STATUS_ROW,
        1,
        "Master check: every check below, functions left out where they are absent",
        "subtitle",
    )
    for col, text in enumerate(HEADS):
        sheet.put(
            frame.HEAD_ROW,
            col,
            text,
            (
                "heading"
                if col < LEFT or col == KIND
                else "heading centre"
                if col == VERDICT
                else "heading right"
            ),
        )
    sheet.put(frame.UNITS_ROW, LEFT, "Probe of the functions", "right")
    frame.told(sheet, frame.UNITS_ROW, RIGHT, "=HAZARD_FROM_PD(0)", "general")
    live = f"=IF(ISERROR({address(frame.UNITS_ROW, RIGHT)}),0,1)"
    frame.told(sheet, frame.UNITS_ROW, DIFFERENCE, live, "flag")
    sheet.mark("live", frame.UNITS_ROW, DIFFERENCE)
    rows = Rows(sheet, frame.FIRST_ROW)
    rows.band("Inputs and cells")
    rows.add(INPUT, "Inputs within their range", "all", "={Inputs!out_of_range}", 0)
    rows.add(
        INPUT,
        "Scenario chosen from the list",
        "all",
        "=COUNTIF({Scenarios!names:},{Scenarios!scenario})",
        1,
    )
    for other in list(book):
        if other.name in ("Checks", "Cover") or not other.cells:
            continue
        last_row = -(-max(r for r, _ in other.cells) // LINES) * LINES
        last_col = max(c for _, c in other.cells)
        cells = f"$A${frame.FIRST_ROW + 1}:{address(last_row, last_col, True)}"
        # a sum passes on any error that it meets, in every program; errors counted as an array not
        area = f"IF(ISERROR(SUM({sheet_prefix(other.name)}{cells})),1,0)"
        if other.name in with_functions:
            live = f"=IF({{live}}=1,{area},{address(frame.UNITS_ROW, RIGHT, True)})"
            rows.add(TIE, f"No error cell on {other.name}", "all", live, 0, function=True)
        else:
            rows.add(TIE, f"No error cell on {other.name}", "all", f"={area}", 0)
    for i, (case, build) in enumerate(cases, start=1):
        rows.band(case)
        terms = {key: given(text, case=case) for key, text in time.of_checks().items()}
        terms |= {"case": case, "build": build}
        for kind, what, left, right in NATIVE:
            left, right = (given(text, **terms) for text in (left, right))
            rows.add(kind, what, case, left, right if right.startswith("=") else float(right))
        for key in QUOTED:
            label = str(book["Summary"].cells[book["Summary"].placed[f"{key}_{i}"].row, WHAT].value)
            rows.add(
                LINK,
                f"Summary shows the case's figure: {label}",
                case,
                f"={{Summary!{key}_{i}}}",
                f"={{{case}!{key}}}",
            )
    if functions:
        rows.band("Worksheet functions against native rows")
        for what, case, function, native in functions:
            rows.add(FUNCTION, what, case, function, native, function=True)
    verdicts = f"{address(frame.FIRST_ROW, VERDICT, True)}:{address(rows.row - 1, VERDICT, True)}"
    numbers = f"{address(frame.FIRST_ROW, 0, True)}:{address(rows.row - 1, 0, True)}"
    good = (  # an error among the verdicts is not good
        f'COUNTIF({verdicts},"OK")+COUNTIF({verdicts},"functions absent")'
    )
    not_run = f'COUNTIF({verdicts},"functions absent")'
    all_good = f'IF({not_run}>0,"OK, "&{not_run}&" not run","OK")'
    master = f'=IF({good}=COUNT({numbers}),{all_good},"FAIL")'
    frame.told(sheet, frame.TITLE_ROW, VERDICT, master, "check")
    sheet.mark("master", frame.TITLE_ROW, VERDICT)
    state = f'IF({not_run}>0,"functions: showing saved values","functions: live")'
    frame.told(sheet, frame.STATUS_ROW, VERDICT, f"={state}", "right")
    sheet.mark("functions", frame.STATUS_ROW, VERDICT)
    end = rows.row + 1
    sheet.put(end, WHAT, "Checks that fail", "bold")
    sheet.put(end, VERDICT, f'=COUNTIF({verdicts},"FAIL")', "total count")
    kinds = f"{address(frame.FIRST_ROW, KIND, True)}:{address(rows.row - 1, KIND, True)}"
    for kind, words in zip(KINDS, MEANING, strict=True):
        end += 1
        sheet.put(end, WHAT, f"{kind}: {words}")
        sheet.put(end, VERDICT, f'=COUNTIF({kinds},"{kind}")', "count")
    frame.flag_words(sheet, frame.TITLE_ROW, VERDICT)
    frame.flag_words(sheet, frame.FIRST_ROW, VERDICT, rows.row - 1, VERDICT)
    sheet.widths |= {
        0: 4,
        WHAT: 74,
        CASE: 22,
        LEFT: 27,
        RIGHT: 27,
        DIFFERENCE: 13,
        TOLERANCE: 11,
        VERDICT: 20,
        KIND: 10,
    }
    sheet.freeze = (frame.FIRST_ROW, LEFT)
    sheet.print.title_rows = (frame.TITLE_ROW, frame.HEAD_ROW)
