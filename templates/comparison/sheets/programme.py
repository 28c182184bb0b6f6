"""The Programme sheet: from one plant to as many as a subsidy budget pays for, under each package of
Support, with losses that hang on one Congress; and what one package asks of the budget year by year.
"""

from __future__ import annotations

from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.support_terms import PACKAGES
from bankable.templates.workbook.book import (
    Book,
    Chart,
    Conditional,
    Series,
    Sheet,
    TimeColumns,
    area,
)
from bankable.templates.workbook.rows import LABEL, SECTION, lay, scalar
from bankable.templates.workbook.settings import Settings
from bankable.templates.workbook.styles import PALETTE
from bankable.udfs.deal.chain.axes import YEARS
from bankable.udfs.deal.public_years import AUTHORITY, LIABILITY, NET, ROWS

HEADS = (
    ("passes", "every test met"),
    ("cost", "expected cost a plant, $m"),
    ("credit", "of which credit, $m"),
    ("counted", "cost that counts: what credit earns pays for nothing, $m"),
    ("authority", "budget authority a plant, $m"),
    ("plants", "plants by expected cost"),
    ("plants_credit", "plants by credit alone"),
    ("plants_authority", "plants by authority"),
    ("private", "private capital in a plant, $m"),
    ("mobilised", "private capital in all by expected cost, $m"),
    ("default", "a loan defaults"),
    ("lost", "loans that default, expected"),
    ("worst", "in the bad case"),
)
COLUMN = {key: LABEL + 1 + j for j, (key, _) in enumerate(HEADS)}
STYLES = {
    "passes": "centre",
    "default": "level",
    "lost": "number",
    "worst": "number",
    "plants": "count",
    "plants_credit": "count",
    "plants_authority": "count",
}
COLUMNS = TimeColumns(LABEL + 1, 1 + YEARS)
LAST = COLUMNS.last
NO_LIMIT = "no limit"
# key, label, unit, delivered value, style, least, most, source
TERMS = (
    (
        "budget",
        "Subsidy budget",
        "$m",
        500.0,
        "number",
        0,
        1e6,
        "the act of 2025: $500m for up to $100bn of loans of the Office of Strategic Capital",
    ),
    ("chosen", "Package, by its place on Support (0: the cheapest that passes)", "place", 0, "count", 0, len(PACKAGES), ""),
    ("correlation", "Correlation of the plants' fortunes", "share", 0.5, "share", 0, 0.9, "one Congress; illustrative"),
    ("level", "The bad case: not worse in", "% of programmes", 0.95, "share", 0.5, 0.999, "illustrative"),
)  # fmt: skip


def lay_programme(book: Book, deal: str, settings: Settings, paper: str) -> None:
    """The sheet; `deal` is the block of the case studied under the package chosen."""
    sheet = frame.start(
        book, "Programme", "Programme: from one plant to a subsidy budget", "0072B2", paper
    )
    frame.band_row(sheet, frame.HEAD_ROW, "Plants like the case studied, all alike", LAST)
    said = {"plants": _sentence(), "congress": _congress_sentence(), "years": _years_sentence()}
    row = frame.sentences(sheet, frame.FIRST_ROW, said)
    frame.band_row(sheet, row, "Terms", LAST, "heading", "1")
    counted = f"{{counted_1}}:{{counted_{len(PACKAGES)}}}"
    cheapest = f"IF(COUNT({counted})>0,MATCH(MIN({counted}),{counted},0),1)"
    completed = "{Deals!studied_build_months}+{Deals!studied_delay_months}"
    row = bounds.blue(book, sheet, row + 1, settings, "programme", TERMS, COLUMNS)
    row = lay(
        sheet,
        [
            scalar(
                "package",
                "Package shown by year",
                "place",
                f"=IF({{chosen}}>0,{{chosen}},{cheapest})",
                "count",
            ),
            scalar(
                "package_name", "Its name", "", "=INDEX({Support!packages:},1,{package})", "text"
            ),
            scalar(
                "first_year",
                "Fiscal year in which the plants complete (from October)",
                "year",
                f"=YEAR(EDATE({{Timeline!close}},{completed}+3))",
                "year",
            ),
        ],
        row,
        COLUMNS,
    )
    first = row + 2
    row = _by_package(sheet, row)

    def of_package(key: str) -> str:
        column = area(first, COLUMN[key], first + len(PACKAGES) - 1, COLUMN[key], True)
        return f"=INDEX({column},{{package}},1)"

    row = lay(
        sheet,
        [
            scalar("plants", "Plants that the budget pays for", "number", of_package("plants"), "count"),
            scalar("plants_authority", "Plants that it covers in authority", "number", of_package("plants_authority"), "count"),
            scalar("mobilised", "Private capital in them", "$m", of_package("mobilised")),
            scalar("worst", "Loans of them that default in the bad case", "number", of_package("worst")),
            scalar("shown", "Plants shown by year: at least one", "number", "=IF(ISNUMBER({plants}),MAX(1,{plants}),1)", "count"),
        ],
        row,
        COLUMNS,
    )  # fmt: skip
    _by_year(sheet, row + 1, deal)
    sheet.widths |= {SECTION: 4, LABEL: 50} | dict.fromkeys(range(LABEL + 1, LAST + 1), 11)
    sheet.freeze = (frame.FIRST_ROW, LABEL + 1)
    sheet.print.pages_wide = 2


def _by_package(sheet: Sheet, row: int) -> int:
    """A row a package: what a plant costs, how many the budget pays for, what the bad case takes."""
    frame.band_row(
        sheet, row, "How many plants the budget pays for, by package", LAST, "heading", "2"
    )
    sheet.put(row + 1, LABEL, "Package of Support", "band")
    for key, words in HEADS:
        sheet.put(row + 1, COLUMN[key], words, "band wrap")
    sheet.heights[row + 1] = 58
    first = row + 2
    for k in range(1, len(PACKAGES) + 1):
        at = first + k - 1
        own = {key: f"{{{key}_{k}}}" for key in COLUMN}
        passes = f'{own["passes"]}="yes"'

        def paid(each: str, passes: str = passes) -> str:
            plants = f"INT({{budget}}/MAX({each},{{Timeline!tolerance}})+{{Timeline!tolerance}})"
            return f'=IF({passes},IF({each}>0,{plants},"{NO_LIMIT}"),0)'

        formulas = {
            "passes": f'=IF(ISNUMBER({{Support!passing_cost#{k}}}),"yes","no")',
            "cost": f"={{Support!r_public_cost#{k}}}",
            "credit": f"={{Support!r_credit_cost#{k}}}",
            "authority": f"={{Support!r_budget_authority#{k}}}",
            "counted": f'=IF({passes},ROUND(MAX(0,{own["cost"]}+MAX(0,-{own["credit"]})),6),"n/a")',
            "plants": paid(own["counted"]),
            "plants_credit": paid(own["credit"]),
            "plants_authority": paid(own["authority"]),
            "private": f"={{Support!r_private_at_risk#{k}}}",
            "mobilised": f'=IF(ISNUMBER({own["plants"]}),{own["plants"]}*{own["private"]},"{NO_LIMIT}")',
            "default": f"={{Support!r_life_default#{k}}}",
            "lost": f'=IF(ISNUMBER({own["plants"]}),{own["plants"]}*{own["default"]},"n/a")',
            "worst": f'=IF(ISNUMBER({own["plants"]}),{own["plants"]}*{_share_in_bad_case(own["default"])},"n/a")',
        }
        sheet.put(at, LABEL, f"={{Support!packages#{k}}}", "text")
        for key, formula in formulas.items():
            sheet.put(
                at, COLUMN[key], f'=IFERROR({formula[1:]},"n/a")', STYLES.get(key, "nil number")
            )
            sheet.mark(f"{key}_{k}", at, COLUMN[key])
    spot = (first, COLUMN["passes"], first + len(PACKAGES) - 1, COLUMN["passes"])
    sheet.conditionals.append(Conditional(spot, "equal", '"yes"', "ok fill"))
    return first + len(PACKAGES)


def _share_in_bad_case(default: str) -> str:
    """The share of many plants alike that defaults in the bad case: Vasicek's one factor (VASICEK_QUANTILE)."""
    bad = (
        f"NORMSDIST((NORMSINV({default})+SQRT({{correlation}})*NORMSINV({{level}}))"
        "/SQRT(1-{correlation}))"
    )
    return f"IF({default}<=0,0,IF({default}>=1,1,{bad}))"


def _by_year(sheet: Sheet, row: int, deal: str) -> None:
    """What the package chosen asks of the budget in each year."""
    frame.band_row(
        sheet,
        row,
        '="By fiscal year, $m: "&{package_name}&", "&' + frame.counted("{shown}", "plant"),
        LAST,
        "heading",
        "3",
    )
    top = row + 1
    none = 'IF({Checks!live}=1,"n/a","no add-in")'
    sheet.array(
        top,
        LABEL,
        1 + len(ROWS),
        1 + COLUMNS.count,
        f"=IFERROR(PUBLIC_YEARS({deal},{{shown}},{{first_year}}),{none})",
        "nil number",
    )
    for col in range(LABEL, LAST + 1):
        sheet.cells[top, col].style = "band right" if col > LABEL else "band"
    for i, name in enumerate(ROWS):
        at = top + 1 + i
        sheet.cells[at, LABEL].style = "text"
        if name in (NET, AUTHORITY, LIABILITY):
            for col in range(COLUMNS.first, LAST + 1):
                sheet.cells[at, col].style = "total nil number"
        sheet.mark_path(f"y_{i}", at, COLUMNS)
    sheet.mark_path("years", top, COLUMNS)
    totals = (
        ("outlays", "Net outlays over the years, expected, undiscounted", f"=SUM({{y_{ROWS.index(NET)}:}})"),
        ("most_due", "Most that is due if the contracts end", f"=MAX({{y_{ROWS.index(LIABILITY)}:}})"),
        ("recorded", "Authority recorded at completion", f"=N({{y_{ROWS.index(AUTHORITY)}#1}})"),
    )  # fmt: skip
    row = lay(
        sheet,
        [scalar(key, label, "$m", formula) for key, label, formula in totals],
        top + 1 + len(ROWS),
        COLUMNS,
    )
    sheet.charts.append(
        Chart(
            "column",
            "{sentence_years}",
            (
                Series("Net outlay expected", f"{{y_{ROWS.index(NET)}:}}", "{years:}", PALETTE[0]),
                Series("Due if the contract ended", f"{{y_{ROWS.index(LIABILITY)}:}}", "{years:}", PALETTE[3]),
            ),
            row + 1,
            LABEL,
            900,
            320,
            "Fiscal year",
            "$m",
            "0",
            "#,##0",
            alt_text="Outlays and liability by fiscal year",
        )
    )  # fmt: skip


def _sentence() -> str:
    """How many plants the budget buys, and what they share."""
    covered = 'IF(ISNUMBER({plants_authority}),{plants_authority}&" of them","all of them")'
    each = "INDEX({Support!r_budget_authority:},1,{package})"
    told = (
        f'{frame.money("{budget}")}&" pays for "&{frame.counted("{plants}", "plant")}&" like "&{{Support!studied_name}}'
        f'&" by expected cost under """&{{package_name}}&"""; as budget authority ("&{frame.money(each)}'
        f'&" a plant) it covers "&{covered}&"."&{_owner()}'
    )
    free = (
        '"Under """&{package_name}&""" a plant like "&{Support!studied_name}&" is expected to cost the taxpayer'
        ' nothing: the subsidy budget sets no limit"&IF(INDEX({Support!r_budget_authority:},1,{package})>0,'
        '", authority does.",".")'
    )
    fails = (
        '"Under """&{package_name}&""" the loan of "&{Support!studied_name}&" fails a credit test: there is no'
        ' programme to pay for."'
    )
    passes = "ISNUMBER(INDEX({Support!passing_cost:},1,{package}))"
    return (
        f'=IF({{Checks!live}}=0,"The programme needs the functions.",IF({passes},IF(ISNUMBER({{plants}}),'
        f"{told},{free}),{fails}))"
    )


def _owner() -> str:
    """Whether a plant is built at all: its sponsor under the package, against his hurdle."""
    earned = "INDEX({Support!r_equity_irr_expected:},1,{package})"
    stays = (
        f'" None of them is built as it stands: the sponsor earns "&TEXT(ROUND({earned},3),"0.0%")&" of the "&'
        'TEXT(ROUND({Recut!hurdle},3),"0.0%")&" that he asks."'
    )
    known = f"IF(ISNUMBER({earned}),{earned}<{{Recut!hurdle}}-{{Timeline!tolerance}},FALSE)"
    return f'IF(AND({{plants}}>0,{known}),{stays},"")'


def _congress_sentence() -> str:
    """What the plants bring, and what they share."""
    return (
        '=IF(AND({Checks!live}=1,ISNUMBER({plants})),"Private capital in "&'
        f"{frame.counted('{plants}', 'plant')}"
        f'&": "&{frame.money("{mobilised}")}&IF({{plants}}>0,". "&IF({{plants}}=1,"It hangs","They hang")'
        '&" on one Congress: in the bad case "'
        '&TEXT(ROUND({worst}/MAX(1,{plants}),2),"0%")&" of such loans default, "'
        '&TEXT(ROUND(INDEX({Support!r_life_default:},1,{package}),2),"0%")&" expected.","."),"n/a")'
    )


def _years_sentence() -> str:
    """What appropriators see."""
    return (
        '=IF({Checks!live}=0,"n/a",{package_name}&", "&'
        f"{frame.counted('{shown}', 'plant')}"
        f'&": net outlays of "&{frame.money("{outlays}")}&" in all, "&{frame.money("{recorded}")}&" of authority recorded at'
        f' completion, at most "&{frame.money("{most_due}")}&" due if the contracts end.")'
    )
