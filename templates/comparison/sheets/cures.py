"""The Cures sheet: how far the case studied stands from each credit test, and which tool alone would cure
each that it fails; without any tool, and again with the years of offtake of Support.

The second matrix shows what a long contract leaves: the tests that no contract cures.
"""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.workbook.book import Book, Conditional, Sheet, TimeColumns, address, area
from bankable.templates.workbook.rows import LABEL, SECTION, lay, scalar
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.cures import CURES, HEADS, MET, NO_DOSE

TEST_STYLES = {"x": "multiple", "%": "level", "% a year": "rate"}
DOSE_STYLES = {
    "debt": "share",
    "reserve": "count",
    "offtake": "count",
    "guarantee": "share",
    "loan": "share",
    "floor": "price",
    "grant": "number",
    "tariff": "share",
    "termination": "share",
}
FIRST_TOOL = LABEL + len(HEADS)  # the column of the first tool
LAST = FIRST_TOOL + len(CURES) - 1
HEIGHT = 3 + len(TESTS)  # heading, units, the tests, every test
TOOLS = TimeColumns(FIRST_TOOL, len(CURES))
NO_LOAN = " has no loan to judge: no debt, or no rate that pays for its loss."
BARE, PROMISED = "bare", "promised"


def lay_cures(book: Book, bare: str, promised: str, paper: str) -> None:
    """The sheet; `bare` is the block of the case studied without any tool, `promised` the same with the
    offtake of Support.
    """
    sheet = frame.start(book, "Cures", "Cures: what each failed test would take", "D55E00", paper)
    frame.band_row(sheet, frame.HEAD_ROW, "One tool at a time; the others stay as they are", LAST)
    said = {"bare": _bare(), "promised": _promised()}
    row = frame.sentences(sheet, frame.FIRST_ROW, said)
    row = _matrix(
        sheet,
        row,
        BARE,
        bare,
        '={Support!studied_name}&" without any tool, on the terms of Support"',
        "1",
    )
    row = _matrix(
        sheet,
        row,
        PROMISED,
        promised,
        '={Support!studied_name}&" with "&'
        + frame.counted("{Support!t_years}", "year")
        + '&" of public offtake, no other tool"',
        "2",
    )
    sheet.put(row, LABEL, _cure(), "grey")
    sheet.mark("promised_cure", row, LABEL)
    sheet.widths |= {SECTION: 4, LABEL: 46} | dict.fromkeys(range(LABEL + 1, LAST + 1), 12.5)
    sheet.freeze = (frame.FIRST_ROW, LABEL + 1)


def _matrix(sheet: Sheet, row: int, name: str, deal: str, title: str, number: str) -> int:
    """One matrix under its heading, with the number of failed tests that each tool cures alone."""
    frame.band_row(sheet, row, title, LAST, "heading", number)
    top = row + 1
    none = 'IF({Checks!live}=1,"n/a","no add-in")'
    sheet.array(
        top, LABEL, HEIGHT, LAST - LABEL + 1, f"=IFERROR(CURE_MATRIX({deal}),{none})", "text"
    )
    for col in range(LABEL, LAST + 1):
        sheet.cells[top, col].style = "band wrap" if col > LABEL else "band"
        sheet.cells[top + 1, col].style = "right" if col > LABEL else "unit"
    sheet.heights[top] = 32
    rooms = ("level", "level")
    for i in range(HEIGHT - 2):
        unit = TEST_STYLES[TESTS[i][2]] if i < len(TESTS) else "text"
        for k, style in enumerate((unit, unit, *rooms, *(DOSE_STYLES[tool] for tool in CURES))):
            sheet.cells[top + 2 + i, LABEL + 1 + k].style = style
    first, last = top + 2, top + 1 + len(TESTS)
    for j, tool in enumerate(CURES):
        sheet.mark(f"{name}_all_{tool}", top + HEIGHT - 1, FIRST_TOOL + j)
    spot = (first, FIRST_TOOL, top + HEIGHT - 1, LAST)
    corner = address(first, FIRST_TOOL)
    for rule, look in (
        (f"=ISNUMBER({corner})", "ok fill"),
        (f'={corner}&""="{NO_DOSE}"', "fail fill"),
        (f'={corner}&""="{MET}"', "mute"),
    ):
        sheet.conditionals.append(Conditional(spot, "formula", rule, look))
    at = top + HEIGHT
    sheet.put(at, LABEL, "Failed tests that it cures alone", "bold")
    for j in range(len(CURES)):
        cells = area(first, FIRST_TOOL + j, last, FIRST_TOOL + j)
        sheet.put(at, FIRST_TOOL + j, f"=COUNT({cells})", "total count")
    sheet.mark_path(f"{name}_cured", at, TOOLS)
    # a failed test has a dose or none of less debt, which every deal can try
    doses = area(first, FIRST_TOOL, last, FIRST_TOOL)
    failed = f'=COUNT({doses})+SUMPRODUCT(({doses}&""="{NO_DOSE}")*1)'
    met = f'=IF({{{name}_all_debt}}&""="{MET}",1,IF({{{name}_failed}}=0,2,3))'
    row = lay(
        sheet,
        [
            scalar(f"{name}_failed", "Credit tests failed", "number", failed, "count"),
            scalar(
                f"{name}_state",
                "1 all met, 2 no loan to judge, 3 some failed",
                "flag",
                met,
                "count",
            ),
        ],
        at + 1,
        TOOLS,
    )
    return row + 1


def _cured(name: str, tool: str) -> str:
    return f"{{{name}_cured#{CURES.index(tool) + 1}}}"


def _bare() -> str:
    """What each tool cures alone, of the case without any."""
    parts = (
        ("public offtake", "offtake"),
        ("a guarantee", "guarantee"),
        ("a government loan", "loan"),
        ("a grant", "grant"),
        ("less debt", "debt"),
    )
    told = '&", '.join(f'{words} "&{_cured(BARE, tool)}' for words, tool in parts)
    return (
        '=IF({Checks!live}=0,"The cures need the functions.",{Support!studied_name}&CHOOSE({bare_state},'
        f'" fails no test without any tool.","{NO_LOAN}",'
        f'" fails "&{frame.counted("{bare_failed}", "test")}'
        f'&" without any tool. Of these each tool cures alone: {told}&"."))'
    )


def _promised() -> str:
    """What the offtake leaves, and what cures that."""
    years = frame.counted("{Support!t_years}", "year")
    return (
        f'=IF({{Checks!live}}=0,"n/a","With "&{years}&" of public offtake "&{{Support!studied_name}}'
        f'&CHOOSE({{promised_state}}," meets every test.","{NO_LOAN}",'
        f'" fails "&{frame.counted("{promised_failed}", "test")}&"; "&{{promised_cure}}))'
    )


def _cure() -> str:
    """The first of guarantee, less debt and grant that alone cures all that is failed with the offtake."""
    cures = (
        ("{promised_all_guarantee}", '"a guarantee of "&TEXT(ROUND([dose],2),"0%")'),
        ("{promised_all_debt}", '"a loan of "&TEXT(ROUND([dose],2),"0%")&" of uses"'),
        ("{promised_all_grant}", f'"a grant of "&{frame.money("[dose]")}'),
    )
    told = '"no guarantee, loan size or grant alone cures all of them."'
    for dose, words in reversed(cures):
        told = f'IF(ISNUMBER({dose}),{words.replace("[dose]", dose)}&" cures all of them.",{told})'
    return f'=IF({{promised_state}}=3,{told},"nothing is left to cure.")'
