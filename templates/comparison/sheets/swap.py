"""The Swap sheet: two plants by two contracts, each other difference put in alone, and the same for plants
that earn the same; in the debt that secured revenue carries and in that at which every test is met.

The two are the case held against and the case studied, as they are chosen on Support.
"""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.workbook.book import Book, Chart, Series, Sheet, area
from bankable.templates.workbook.rows import LABEL, SECTION
from bankable.templates.workbook.styles import PALETTE
from bankable.udfs.deal.swap import CAPACITY, CONTRACT, GROUPS, PERMITTED

BRIDGE = 4  # the first row of the bridge in the block
NAMES = (*GROUPS, "others", "all")  # of the bridge's rows
CONTRACT_ROW = BRIDGE + NAMES.index(CONTRACT)
EQUAL = BRIDGE + len(NAMES)
HEADS = (0, BRIDGE - 1, EQUAL, EQUAL + 5)  # the headings in the block
CHART_ROWS = 19  # that the bridge covers, under the first block
HEIGHT = EQUAL + 9
FIGURE, LAST = LABEL + 1, LABEL + 2
# keys of cells, by their row in the block; those of two columns are marked by both
SINGLE = {
    "contract": CONTRACT_ROW,
    "others": BRIDGE + NAMES.index("others"),
    "equal_price": EQUAL + 1,
    "equal_own": EQUAL + 2,
    "equal_contract": EQUAL + 3,
    "equal_loan": EQUAL + 4,
    "fails_own": EQUAL + 6,
    "fails_swapped": EQUAL + 7,
    "cure": EQUAL + 8,
}


def lay_swap(book: Book, deal_a: str, deal_b: str, paper: str) -> None:
    """The sheet; the blocks of the case held against and of the case studied."""
    title = "Swap: the contracts of two plants exchanged"
    sheet = frame.start(book, "Swap", title, "D55E00", paper)
    frame.band_row(sheet, frame.HEAD_ROW, "Two plants by two contracts", LAST)
    said = {"cells": _cells(), "bridge": _bridge(), "equal": _equal(), "left": _left()}
    row = frame.sentences(sheet, frame.FIRST_ROW, said)
    first = row + 1
    for number, (basis, words) in enumerate(
        (
            (CAPACITY, "Debt that secured revenue carries at the target DSCR"),
            (PERMITTED, "Debt at which every credit test is met"),
        ),
        start=1,
    ):
        frame.band_row(sheet, row, words, LAST, "heading", str(number))
        _block(sheet, row + 1, basis, deal_a, deal_b)
        row += HEIGHT + 3
        if number == 1:
            chart, row = row - 1, row + CHART_ROWS
    levels = [first + BRIDGE, first + BRIDGE + len(NAMES) - 1]
    where = [f"Swap!{area(levels[0], col, levels[1], col, True)}" for col in (LABEL, FIGURE)]
    sheet.charts.append(
        Chart(
            "column",
            "{sentence_bridge}",
            (Series("Debt over total uses", where[1], where[0], PALETTE[0]),),
            chart,
            LABEL,
            820,
            340,
            "",
            "Debt over total uses",
            y_format="0%",
            alt_text="What each difference put into the case studied does to the debt it carries",
        )
    )
    sheet.print.landscape = False
    sheet.print.row_breaks = (row - HEIGHT - 3,)
    sheet.widths |= {SECTION: 4, LABEL: 62, FIGURE: 26, LAST: 30}
    sheet.freeze = (frame.FIRST_ROW, LABEL + 1)


def _block(sheet: Sheet, row: int, basis: str, deal_a: str, deal_b: str) -> None:
    """CONTRACT_SWAP on one basis, with its cells marked."""
    call = f'CONTRACT_SWAP({deal_a},{deal_b},"{basis}")'
    none = 'IF({Checks!live}=1,"n/a","no add-in")'
    sheet.array(row, LABEL, HEIGHT, LAST - LABEL + 1, f"=IFERROR({call},{none})", "level")
    for i in range(HEIGHT):
        sheet.cells[row + i, LABEL].style = "band" if i in HEADS else "text"
        if i in HEADS:
            for col in (FIGURE, LAST):
                sheet.cells[row + i, col].style = "band wrap"
    sheet.heights[row] = 26
    for i, styles in (
        (SINGLE["equal_price"], ("price", "rate")),
        (SINGLE["fails_own"], ("count", "right small")),
        (SINGLE["fails_swapped"], ("count", "right small")),
        (SINGLE["cure"], ("share", "text")),
    ):
        for col, style in zip((FIGURE, LAST), styles, strict=True):
            sheet.cells[row + i, col].style = style
    for i, plant in ((1, "a"), (2, "b")):
        for col, contract in ((FIGURE, "a"), (LAST, "b")):
            sheet.cells[row + i, col].style = "total level"
            sheet.mark(f"{basis}_{plant}{contract}", row + i, col)
    for key, i in SINGLE.items():
        sheet.mark(f"{basis}_{key}", row + i, FIGURE)
    sheet.mark(f"{basis}_first_left", row + SINGLE["fails_swapped"], LAST)
    rows = [row + BRIDGE + NAMES.index(name) for name in GROUPS if name != CONTRACT]
    cells = area(rows[0], FIGURE, rows[-1], FIGURE, True)
    sheet.put(
        row + HEIGHT, LABEL, "The level at which another difference alone moves it most", "grey"
    )
    own = f"{{{basis}_bb}}"
    far = f"IF(MAX({cells})-{own}>={own}-MIN({cells}),MAX({cells}),MIN({cells}))"
    most = f'=IF(AND(COUNT({cells})>0,ISNUMBER({own})),{far},"n/a")'
    sheet.put(row + HEIGHT, FIGURE, most, "level")
    sheet.mark(f"{basis}_most", row + HEIGHT, FIGURE)


A, B = "{Support!reference_name}", "{Support!studied_name}"
ALONE = '"One case stands alone here: there is no other contract to take."'


def _told(sentence: str, *needed: str, otherwise: str = '"n/a"') -> str:
    """A sentence that stands where the functions are here, the two cases differ and its figures are
    numbers.
    """
    known = ",".join(f"ISNUMBER({{{key}}})" for key in needed)
    return (
        '=IF({Checks!live}=0,"The swap of contracts needs the functions.",'
        f"IF({{Support!studied}}={{Support!reference}},{ALONE},"
        f"IF(AND({known}),{sentence},{otherwise})))"
    )


def _share(key: str) -> str:
    return f'TEXT(ROUND({{{key}}},2),"0%")'


def _cells() -> str:
    """The four cells in a line."""
    told = (
        f'"Debt that secured revenue carries, of total uses: "&{A}&" "&{_share("capacity_aa")}'
        f'&" on its own contract and "&{_share("capacity_ab")}&" on that of "&{B}&"; "&{B}&" "'
        f'&{_share("capacity_bb")}&" on its own and "&{_share("capacity_ba")}&" on that of "&{A}&"."'
    )
    keys = (f"capacity_{pair}" for pair in ("aa", "ab", "ba", "bb"))
    none = '"The two contracts cannot be exchanged: one contradicts the other plant."'
    return _told(told, *keys, otherwise=none)


def _bridge() -> str:
    """Whether the contract alone moves the case more than all other differences together."""
    alone = f'"The contract alone takes "&{B}&" from "&{_share("capacity_bb")}&" to "&{_share("capacity_contract")}'
    others = f'" all other differences together to "&{_share("capacity_others")}'
    most = f'" the strongest other difference alone to "&{_share("capacity_most")}'
    more = "ABS({capacity_contract}-{capacity_bb})>=ABS({capacity_others}-{capacity_bb})"
    told = (
        f'{alone}&";"&{others}&";"&{most}&": "'
        f'&IF({more},"the contract counts for more.","the contract is not the greater part.")'
    )
    keys = ("capacity_bb", "capacity_contract", "capacity_others", "capacity_most")
    return _told(told, *keys)


def _equal() -> str:
    """The same for plants that earn the same."""
    told = (
        f'"At the price at which it earns what "&{A}&" earns, "&{B}&" carries "'
        f'&{_share("capacity_equal_own")}&" on its own contract and "'
        f'&{_share("capacity_equal_contract")}&" on the other."'
    )
    none = f'"At no price does "&{B}&" earn what "&{A}&" earns, or the contracts do not fit."'
    return _told(told, "capacity_equal_own", "capacity_equal_contract", otherwise=none)


def _left() -> str:
    """What the other's contract leaves of the failed tests, and whether a guarantee cures it."""
    failed = frame.counted("{capacity_fails_swapped}", "test")
    cure = (
        f'IF(ISNUMBER({{capacity_cure}}),"with that contract a guarantee of "&{_share("capacity_cure")}'
        '&" would cure the rest","with that contract no guarantee alone would cure the rest")'
    )
    told = (
        f'{B}&" fails "&{frame.counted("{capacity_fails_own}", "test")}&" on its own contract, "&'
        f'IF({{capacity_fails_swapped}}=0,"and none on that of "&{A},'
        f'{failed}&" on that of "&{A}&" (first: "&{{capacity_first_left}}&"); "&{cure})&"."'
    )
    none = (
        f'{B}&IF(ISNUMBER({{capacity_fails_own}})," fails "&{frame.counted("{capacity_fails_own}", "test")}'
        f'&" on its own contract and has no loan to judge on that of "&{A}," has no loan to judge on its own'
        ' contract")&"."'
    )
    return _told(told, "capacity_fails_own", "capacity_fails_swapped", otherwise=none)
