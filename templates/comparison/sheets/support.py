"""The Support sheet: each policy tool alone and combined on one case, what it does to the loan and
what it costs the taxpayer.

Terms of the tools stand as blue cells, a matrix of flags says which tools a package uses, and one
function call calculates the whole deal under every package.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.words import shown
from bankable.templates.workbook.book import (
    Book,
    Chart,
    Conditional,
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
    Row,
    band,
    given,
    heading,
    lay,
    note,
    path,
    scalar,
)
from bankable.templates.workbook.settings import Settings, keep
from bankable.templates.workbook.styles import PALETTE
from bankable.udfs.deal.chain.decision import FAILS
from bankable.udfs.deal.deal import BACKINGS, PRICE_BASES

PACKAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("None", ()),
    ("Offtake, fixed price", ("offtake",)),
    ("Offtake, price band", ("offtake", "band")),
    ("Offtake, floor only", ("offtake", "floor")),
    ("Guarantee", ("guarantee",)),
    ("Government loan", ("loan",)),
    ("Tariff", ("tariff",)),
    ("Export credit", ("export",)),
    ("Grant", ("grant",)),
    ("Grant with clawback", ("grant", "clawback")),
    ("Government equity", ("equity",)),
    ("Offtake, fixed + guarantee", ("offtake", "guarantee")),
    ("Offtake, band + guarantee", ("offtake", "band", "guarantee")),
    ("All credit tools", ("offtake", "guarantee", "loan")),
)
COLUMNS = TimeColumns(FIRST_TIME_COLUMN, len(PACKAGES))
TOOLS = (
    ("offtake", "Long public offtake"),
    ("band", "Price band: floor, cap and shared upside"),
    ("floor", "Price floor without a cap"),
    ("guarantee", "Partial guarantee"),
    ("loan", "Government loan"),
    ("tariff", "Tariff on the rival"),
    ("export", "Export credit"),
    ("grant", "Grant"),
    ("clawback", "Clawback of the grant"),
    ("equity", "Government equity or warrants"),
)
# key, label, unit, delivered value, number format, least, most, source
TERMS: tuple[tuple[str, str, str, float, str, float, float, str], ...] = (
    (
        "t_years",
        "Offtake",
        "years",
        10,
        "count",
        1,
        30,
        "ten years at DoD/MP Materials, July 2025; beyond five, special authority",
    ),
    ("t_floor", "Floor over the case's price", "x price", 0.97, "multiple", 0, 5, "illustrative"),
    ("t_cap", "Cap over the case's price", "x price", 1.10, "multiple", 0, 5, "illustrative"),
    (
        "t_upside",
        "Seller's share above the cap",
        "%",
        0.70,
        "share",
        0,
        1,
        "the buyer takes 30%: DoD/MP Materials, July 2025",
    ),
    (
        "t_escalator",
        "Escalator of the band",
        "% a year",
        0.02,
        "rate",
        -0.2,
        0.2,
        "2% a year, as MP's earnings floor",
    ),
    (
        "t_termination",
        "Termination for convenience with offtake",
        "% a year",
        0.002,
        "rate",
        0,
        0.99,
        "illustrative",
    ),
    (
        "t_ceiling",
        "Cancellation ceiling over capital cost",
        "%",
        0.50,
        "share",
        0,
        1,
        "illustrative",
    ),
    ("t_coverage", "Guarantee coverage", "%", 0.70, "share", 0, 1, "illustrative"),
    ("t_fee", "Guarantee fee", "% a year", 0.0075, "rate", 0, 0.2, "illustrative"),
    (
        "t_spread",
        "Spread on the guaranteed part",
        "% a year",
        0.0050,
        "rate",
        0,
        0.2,
        "illustrative",
    ),
    (
        "t_loan",
        "Government loan, share of the debt",
        "%",
        0.13,
        "share",
        0,
        1,
        "$150m beside $1bn at MP Materials, 2025",
    ),
    (
        "t_loan_rate",
        "Rate of the government loan",
        "% a year",
        0.0525,
        "rate",
        0,
        0.5,
        "illustrative: Treasury + 100 bp",
    ),
    ("t_tariff", "Tariff", "%", 0.25, "share", 0, 1, "illustrative"),
    (
        "t_export_share",
        "Share of sales exported",
        "%",
        0.20,
        "share",
        0,
        1,
        "illustrative; EXIM is closed to defence articles",
    ),
    (
        "t_export_cover",
        "Export credit cover of them",
        "%",
        0.85,
        "share",
        0,
        1,
        "OECD Arrangement: a down payment of at least 15%",
    ),
    ("t_grant", "Grant over capital cost", "%", 0.15, "share", 0, 0.9, "illustrative"),
    (
        "t_clawback",
        "Clawback on default, from what the debt leaves",
        "%",
        1.00,
        "share",
        0,
        1,
        "illustrative",
    ),
    (
        "t_equity",
        "Government's share of the equity",
        "%",
        0.30,
        "share",
        0,
        1,
        "illustrative; $400m preferred at MP Materials, 2025",
    ),
    (
        "t_incumbent",
        "Costs of an uncompetitive incumbent",
        "x",
        1.25,
        "multiple",
        0.5,
        5,
        "illustrative",
    ),
)
RESULTS = shown(
    ("decision", "centre wrap"),
    ("tests_failed", "integer"),
    ("min_dscr", "multiple"),
    ("all_in_rate", "rate"),
    ("permitted_debt", "number"),
    ("life_default", "level"),
    ("bank_loss_rate", "rate"),
    ("shortfall_probability", "level"),
    ("equity_irr_expected", "rate"),
    ("public_cost", "nil number"),
    ("cost_at_market", "nil number"),
    ("cost_at_nothing", "nil number"),
    ("incremental_yearly", "nil number"),
    ("credit_cost", "nil number"),
    ("fair_credit_cost", "nil number"),
    ("loan_benefit", "nil number"),
    ("promise_price", "nil number"),
    ("budget_authority", "nil number"),
    ("tariff_burden", "nil number"),
    ("cost_per_plant", "number2"),
    ("private_at_risk", "number"),
    ("private_per_public", "number2"),
)
RIVALS = shown(
    ("decision", "centre wrap"),
    ("min_dscr", "multiple"),
    ("all_in_rate", "rate"),
    ("life_default", "level"),
    ("public_cost", "nil number"),
    ("equity_irr_expected", "rate"),
)
# the goods' worth in money stays what it is when a band replaces a fixed price, or the other way
# round: it is told over the market price in a band, over the contract price where that is fixed
FIXED, BAND = "{Lists!list_price_basis#1}", "{Lists!list_price_basis#2}"
_OVER = (
    "{Deals!studied_buyer_value}*{Deals!studied_[held]}"
    "/MAX({Deals!studied_[over]},{Timeline!tolerance})"
)
_AT_MARKET = given(_OVER, held="price", over="market_price")
_AT_CONTRACT = given(_OVER, held="market_price", over="price")
WORTH_IN_BAND = (
    f"IF({{Deals!studied_price_basis}}={FIXED},{_AT_MARKET},{{Deals!studied_buyer_value}})"
)
WORTH_AT_PRICE = (
    f"IF({{Deals!studied_price_basis}}={FIXED},{{Deals!studied_buyer_value}},{_AT_CONTRACT})"
)
# the tools' inputs when none is used, for the case as the frontier takes it
OFF = {
    "public_offtake_years": "0",
    "coverage": "0",
    "government_loan_share": "0",
    "grant": "0",
    "grant_clawback": "0",
    "tariff": "0",
    "public_equity": "0",
}
# how the frontier's case is bound: the terms of an offtake and of a guarantee, no tool in use;
# [form] is its price basis
BOUND = {
    "price_basis": "[form]",
    "price_floor": "{Support!t_floor}*{Deals!studied_price}",
    "price_cap": "{Support!t_cap}*{Deals!studied_price}",
    "buyer_value": f"IF([form]={BAND},{WORTH_IN_BAND},{WORTH_AT_PRICE})",
    "upside_share": "{Support!t_upside}",
    "band_escalator": "{Support!t_escalator}",
    "statutory_backing": "{Support!t_backing}",
    "termination": "MIN({Support!t_termination},{Deals!studied_termination})",
    "cancellation_ceiling": "{Support!t_ceiling}*{Deals!studied_capex}",
    "guarantee_fee": "{Support!t_fee}",
    "guaranteed_spread": "{Support!t_spread}",
    "government_loan_rate": "{Support!t_loan_rate}",
    "lender_view": "{Lists!list_lender_view#2}",
}


def extra_blocks(n: int) -> list[tuple[str, str, Callable[[str], str]]]:
    """The blocks that Deals holds beside the cases: the one studied, the same on the frontier's
    terms, and with an incumbent's costs.
    """

    def studied(key: str) -> str:
        return (
            "=CHOOSE({Support!studied},"
            + ",".join(f"{{case_{i}_{key}}}" for i in range(1, n + 1))
            + ")"
        )

    def reference(key: str) -> str:
        cases = ",".join(f"{{case_{i}_{key}}}" for i in range(1, n + 1))
        return f"=CHOOSE({{Support!reference}},{cases})"

    def bound(key: str, form: str, **own: str) -> str:
        formula = own.get(key) or OFF.get(key) or BOUND.get(key) or f"{{studied_{key}}}"
        return "=" + given(formula, form=form)

    def unsupported(key: str) -> str:
        return bound(key, "{Support!t_form}")

    def promised(key: str) -> str:
        return bound(key, "{Support!t_form}", public_offtake_years="{Support!t_years}")

    def other_form(key: str) -> str:
        return bound(key, f"IF({{Support!t_form}}={BAND},{FIXED},{BAND})")

    def answer(key: str) -> str:
        found = {
            "public_offtake_years": "{Frontier!answer_years}",
            "coverage": "{Frontier!answer_coverage}",
        }
        return bound(key, "{Support!t_form}", **found)

    def incumbent(key: str) -> str:
        factor = "*{Support!t_incumbent}" if key in ("variable_cost", "fixed_cost") else ""
        return f"={{studied_{key}}}{factor}"

    set_by_package = {row.key.removeprefix("p_") for row in _package_inputs()}

    def programme(key: str) -> str:
        if key in set_by_package:
            return f"=INDEX({{Support!p_{key}:}},1,{{Programme!package}})"
        return f"={{studied_{key}}}"

    return [
        ("studied", "Case studied", studied),
        ("reference", "Case held against", reference),
        ("unsupported", "Studied, on the frontier's terms", unsupported),
        ("promised", "The same with the offtake of Support", promised),
        ("other_form", "The same in the other form of price", other_form),
        ("answer", "The frontier's answer", answer),
        ("programme", "Studied, under the package of Programme", programme),
        ("incumbent", "Studied, with an incumbent's costs", incumbent),
    ]


def _package_inputs() -> list[Row]:
    """What each package sets in the deal: one formula a row, from the flags and the terms."""

    def own(key: str) -> str:
        return f"{{Deals!studied_{key}}}"

    price = own("price")
    band, both = "{use_band}=1", "{use_band}+{use_floor}>0"
    offtake_fixed = "AND({use_offtake}=1,{use_band}+{use_floor}=0)"
    rows = (
        (
            "public_offtake_years",
            "Public offtake",
            "years",
            "=IF({use_offtake}=1,{t_years},0)",
            "count",
        ),
        (
            "price_basis",
            "Price basis",
            "choice",
            f"=IF({both},{BAND},IF({offtake_fixed},{FIXED},{own('price_basis')}))",
            "centre wrap",
        ),
        (
            "price_floor",
            "Price floor",
            "$m a unit",
            f"=IF({both},{{t_floor}}*{price},{own('price_floor')})",
            "price",
        ),
        (
            "price_cap",
            "Price cap (0: none)",
            "$m a unit",
            f"=IF({band},{{t_cap}}*{price},IF({{use_floor}}=1,0,{own('price_cap')}))",
            "price",
        ),
        (
            "upside_share",
            "Seller's share above the cap",
            "%",
            f"=IF({band},{{t_upside}},{own('upside_share')})",
            "share",
        ),
        (
            "band_escalator",
            "Escalator of the band",
            "% a year",
            f"=IF({both},{{t_escalator}},{own('band_escalator')})",
            "rate",
        ),
        (
            "statutory_backing",
            "Backing",
            "choice",
            f"=IF({{use_offtake}}=1,{{t_backing}},{own('statutory_backing')})",
            "centre wrap",
        ),
        (
            "lender_view",
            "Lender's view",
            "choice",
            f"=IF({{use_offtake}}=1,{{Lists!list_lender_view#2}},{own('lender_view')})",
            "centre wrap",
        ),
        (
            "termination",
            "Termination for convenience",
            "% a year",
            f"=IF({{use_offtake}}=1,MIN({{t_termination}},{own('termination')}),{own('termination')})",
            "rate",
        ),
        (
            "cancellation_ceiling",
            "Cancellation ceiling",
            "$m",
            f"={{use_offtake}}*{{t_ceiling}}*{own('capex')}",
            "number",
        ),
        (
            "buyer_value",
            "Value of the goods to the buyer",
            "x price",
            f"=IF({both},{WORTH_IN_BAND},IF({offtake_fixed},{WORTH_AT_PRICE},{own('buyer_value')}))",
            "multiple",
        ),
        (
            "coverage",
            "Guarantee coverage",
            "%",
            "={use_guarantee}*{t_coverage}+{use_export}*{t_export_share}*{t_export_cover}",
            "share",
        ),
        ("guarantee_fee", "Guarantee fee", "% a year", "={t_fee}", "rate"),
        ("guaranteed_spread", "Spread on the guaranteed part", "% a year", "={t_spread}", "rate"),
        ("government_loan_share", "Government loan", "%", "={use_loan}*{t_loan}", "share"),
        ("government_loan_rate", "Its rate", "% a year", "={t_loan_rate}", "rate"),
        ("tariff", "Tariff", "%", "={use_tariff}*{t_tariff}", "share"),
        ("grant", "Grant", "$m", f"={{use_grant}}*{{t_grant}}*{own('capex')}", "number"),
        ("grant_clawback", "Clawback", "%", "={use_clawback}*{t_clawback}", "share"),
        (
            "public_equity",
            "Government's share of the equity",
            "%",
            "={use_equity}*{t_equity}",
            "share",
        ),
    )
    return [
        path(f"p_{key}", label, unit, formula, style) for key, label, unit, formula, style in rows
    ]


def lay_support(
    book: Book,
    case_sheets: Sequence[str],
    ranges: dict[str, str],
    settings: Settings,
    paper: str,
    time: Periods,
) -> None:
    """The sheet; `ranges` are the deal blocks by name."""
    n = len(case_sheets)
    sheet = frame.time_sheet(
        book,
        "Support",
        "Support: each tool alone and combined, on one case",
        COLUMNS,
        "",
        "CC79A7",
        paper,
    )
    for i, (name, _) in enumerate(PACKAGES):
        sheet.put(frame.HEAD_ROW, COLUMNS.first + i, name, "heading wrap")
    sheet.put(frame.HEAD_ROW, TOTAL, "Key", "heading")
    sheet.heights[frame.HEAD_ROW] = 42
    sheet.mark_path("packages", frame.HEAD_ROW, COLUMNS)
    studied = settings.place("support_studied", min(2, n), n)
    reference = settings.place("support_reference", 1, n)
    backing = settings.take("support_t_backing", [BACKINGS[1]])
    form = settings.take("support_t_form", [PRICE_BASES[0]])
    inputs = _package_inputs()
    rows: list[Row] = [
        heading("The case studied, here and on Frontier, Sensitivity and Time", "1"),
        scalar(
            "studied", "Case studied, by its place among the cases", "place", studied, "input count"
        ),
        scalar("studied_name", "Its name", "", f"=CHOOSE({{studied}},{_names(n)})", "text"),
        scalar("reference", "Case it is held against", "place", reference, "input count"),
        scalar("reference_name", "Its name", "", f"=CHOOSE({{reference}},{_names(n)})", "text"),
        heading("Terms of the tools", "2"),
        *(
            scalar(key, label, unit, settings.take(f"support_{key}", [value])[0], f"input {style}")
            for key, label, unit, value, style, _, _, _ in TERMS
        ),
        scalar(
            "t_backing",
            "Backing of a public offtake",
            "choice",
            backing[0] if backing[0] in BACKINGS else BACKINGS[1],
            "input choice",
        ),
        scalar(
            "t_form",
            "Price of the offtake on Frontier",
            "choice",
            form[0] if form[0] in PRICE_BASES else PRICE_BASES[0],
            "input choice",
        ),
        heading("Which tools a package uses (1 = yes)", "3"),
    ]
    for tool, label in TOOLS:
        flags = settings.take(f"support_use_{tool}", [int(tool in used) for _, used in PACKAGES])
        rows.append(path(f"use_{tool}", label, "flag", flags, "input count"))
    rows += [
        heading("What the packages set in the deal; all other inputs are those of the case", "4"),
        note(
            "Tools start from nothing, whatever the case has of them. Export credit covers the"
            " exported share as a guarantee does."
        ),
        *inputs,
        heading("What each package does, and what it costs", "5"),
    ]
    row = lay(sheet, rows, frame.FIRST_ROW, COLUMNS)
    for key, label, _, _, _, low, high, source in TERMS:
        place = sheet.placed[key]
        sheet.put(place.row, TOTAL, source, "grey")
        _blue(book, sheet, key, low, high, label)
    _blue(book, sheet, "studied", 1, n, "Case studied", whole=True)
    _blue(book, sheet, "reference", 1, n, "Case it is held against", whole=True)
    for key, choices, title in (
        ("t_backing", BACKINGS, "Backing"),
        ("t_form", PRICE_BASES, "Price of the offtake"),
    ):
        place = sheet.placed[key]
        spot = (place.row, place.col, place.row, place.col)
        keep(book, sheet, f"support_{key}", *spot)
        sheet.validations.append(
            Validation(
                spot,
                "list",
                choices=choices,
                title=title,
                error="Choose from the list.",
                blank_allowed=False,
            )
        )
    for tool, _ in TOOLS:
        at = sheet.placed[f"use_{tool}"].row
        keep(book, sheet, f"support_use_{tool}", at, COLUMNS.first, at, COLUMNS.last)
        sheet.validations.append(
            Validation(
                (at, COLUMNS.first, at, COLUMNS.last), "whole", 0, 1, title="Flag", error="0 or 1."
            )
        )
    placed = [sheet.placed[row.key].row for row in inputs]
    for row_of, spec in zip(placed, inputs, strict=True):
        sheet.put(row_of, TOTAL, spec.key.removeprefix("p_"), "grey")
    keys = area(placed[0], TOTAL, placed[-1], TOTAL, True)
    values = area(placed[0], COLUMNS.first, placed[-1], COLUMNS.last, True)
    row = results(sheet, row, RESULTS, "r_", f"{ranges['studied']},{keys},{values}")
    row = _gains(sheet, row)
    frame.band_row(
        sheet,
        row,
        "The same support to an uncompetitive incumbent: the case with its costs raised by the"
        " factor above",
        COLUMNS.last,
        "heading",
        "6",
    )
    row = results(sheet, row + 1, RIVALS, "i_", f"{ranges['incumbent']},{keys},{values}")
    row = lay(
        sheet,
        [
            path(
                "repays",
                "Probability that the loan is paid to its end: entrant",
                "%",
                paid("r"),
                "total level",
            ),
            path(
                "repays_not",
                "Probability that the loan is paid to its end: incumbent",
                "%",
                paid("i"),
                "total level",
            ),
        ],
        row,
        COLUMNS,
    )
    sheet.put(row, LABEL, _rivals(), "bold")
    sheet.mark("finding_rivals", row, LABEL)
    row = _split(book, sheet, row + 2, case_sheets, settings, time)
    _charts(sheet, row)
    sheet.widths |= {CONSTANT: 18, TOTAL: 22, LABEL: 54} | {
        COLUMNS.first + i: 13 for i in range(COLUMNS.count)
    }


def _rivals() -> str:
    """Who repays under a grant, and what the package of Programme costs, of an entrant and an incumbent."""
    grant = [name for name, _ in PACKAGES].index("Grant") + 1

    def share(key: str) -> str:
        return f'TEXT(ROUND(INDEX({{{key}:}},1,{grant}),2),"0%")'

    def cost(prefix: str) -> str:
        return frame.money(f"INDEX({{{prefix}_public_cost:}},1,{{Programme!package}})")

    repays = (
        f'"Under a grant the case repays its loan with "&{share("repays")}&", an incumbent with "'
    )
    costs = (
        '"; under """&{Programme!package_name}&""" the one is expected to cost the taxpayer "&'
        f'{cost("r")}&", the other "&{cost("i")}&"."'
    )
    return f'=IFERROR({repays}&{share("repays_not")}&{costs},"n/a")'


def paid(prefix: str) -> str:
    """The probability that the loan is paid to its end."""
    return f'=IF(ISNUMBER({{{prefix}_life_default}}),1-{{{prefix}_life_default}},"n/a")'


def _names(n: int) -> str:
    return ",".join(f"{{Inputs!case_name_{i}}}" for i in range(1, n + 1))


def _blue(
    book: Book, sheet: Sheet, key: str, low: float, high: float, label: str, whole: bool = False
) -> None:
    place = sheet.placed[key]
    spot = (place.row, place.col, place.row, place.col)
    keep(book, sheet, f"support_{key}", *spot)
    kind = "whole" if whole or key == "t_years" else "decimal"
    sheet.validations.append(
        Validation(
            spot,
            kind,
            low,
            high,
            title=label[:32],
            error=f"From {low:g} to {high:g}.",
            blank_allowed=False,
        )
    )


def results(
    sheet: Sheet,
    row: int,
    figures: Sequence[tuple[str, str, str, str]],
    prefix: str,
    arguments: str,
    columns: TimeColumns = COLUMNS,
    asked: int = TOTAL,
) -> int:
    """A block of DEAL_SCENARIOS with its labels; each row is marked by its measure, which stands in
    the column `asked`.
    """
    for n, (measure, label, unit, _) in enumerate(figures):
        sheet.put(row + n, LABEL, label)
        sheet.put(row + n, UNIT, unit or None, "unit")
        sheet.put(row + n, asked, measure, "grey")
        sheet.mark_path(f"{prefix}{measure}", row + n, columns)
    wanted = area(row, asked, row + len(figures) - 1, asked, True)
    sheet.array(
        row, columns.first, len(figures), columns.count, f"=DEAL_SCENARIOS({arguments},{wanted})"
    )
    for n, (measure, _, _, style) in enumerate(figures):
        for col in range(columns.first, columns.last + 1):
            sheet.cells[row + n, col].style = style
        if measure == "decision":
            sheet.heights[row + n] = 44
            colour_decision(sheet, (row + n, columns.first, row + n, columns.last))
    return row + len(figures)


def colour_decision(sheet: Sheet, spot: tuple[int, int, int, int]) -> None:
    """Green where the tests are met, red where they are not."""
    corner = address(spot[0], spot[1])
    sheet.conditionals.append(Conditional(spot, "formula", f'={corner}&""="{FAILS}"', "fail fill"))
    sheet.conditionals.append(Conditional(spot, "formula", f'=LEFT({corner},5)="Meets"', "ok fill"))


def _gains(sheet: Sheet, row: int) -> int:
    """What a package adds to the case without support, in native formulas."""

    def gain(key: str) -> str:
        return (
            f"=IF(AND(ISNUMBER({{r_{key}}}),ISNUMBER({{r_{key}#1}})),{{r_{key}}}-{{r_{key}#1}},0)"
        )

    return lay(
        sheet,
        [
            band("Against no support"),
            path("gain_dscr", "Minimum DSCR", "x", gain("min_dscr"), "multiple"),
            path("gain_rate", "All-in rate", "% a year", gain("all_in_rate"), "rate"),
            path("gain_debt", "Debt that all tests permit", "$m", gain("permitted_debt")),
            band("What is mobilised: only where every test is met is the loan made"),
            path(
                "mobilised",
                "Private capital mobilised",
                "$m",
                '=IF(LEFT({r_decision},5)="Meets",{r_private_at_risk},0)',
                "nil number",
            ),
            path(
                "passing_cost",
                "Expected public cost, where every test is met",
                "$m",
                '=IF(LEFT({r_decision},5)="Meets",{r_public_cost},"n/a")',
                "nil number",
            ),
        ],
        row,
        COLUMNS,
    )


# tool, and the grant, coverage and share of a public loan that it stands for
SPLIT_TOOLS = (
    ("No support", ("=0", "=0", "=0")),
    ("Grant", ("=MIN({s_cost},MAX(0,{s_capex}-{s_debt}))", "=0", "=0")),
    ("Guarantee", ("=0", "={s_covered}", "=0")),
    ("Public loan", ("=0", "=0", "={s_covered}")),
)
PARTIES = ("sponsor", "lender", "taxpayer", "project")


def goes_ahead_from(who: str) -> str:
    """The probability of success at which gain and loss of `who` are even."""
    loss, gain = f"{{split_[k]_{who}_loss}}", f"{{split_[k]_{who}_gain}}"
    even = f"MAX(0,{loss}/({loss}+{gain}))"
    return f'IF(ISNUMBER({loss}),IF(AND({loss}+{gain}>0,{gain}>=0),{even},"n/a"),"n/a")'


def _split(
    book: Book, sheet: Sheet, row: int, names: Sequence[str], settings: Settings, time: Periods
) -> int:
    """Who bears the loss and who keeps the gain under tools of equal public cost; the sponsor's
    break-even belief, native.
    """
    frame.band_row(
        sheet,
        row,
        "Who bears the loss and who keeps the gain, at equal public cost",
        COLUMNS.last,
        "heading",
        "7",
    )

    def of_studied(token: str) -> str:
        return "=CHOOSE({studied}," + ",".join(given(token, case=name) for name in names) + ")"

    blue = (
        ("s_rate", "Return that the project should earn", "% a year", 0.08, "rate", 0, 0.5),
        (
            "s_covered",
            "Share of debt guaranteed; the others cost the same",
            "%",
            0.60,
            "share",
            0,
            1,
        ),
    )
    row = lay(
        sheet,
        [
            note(
                "Two states in present values: the contract is kept, or it is lost and another user"
                " buys the plant (SUPPORT_SPLIT)."
            ),
            note(
                "A plain example beside the chain: years, prices and default of the case itself"
                " stand on its own sheet and on Summary."
            ),
            note(
                "Each party's money at risk, gain if it is kept, loss if it is lost, and expected"
                " value; a loss below zero is a gain."
            ),
            *(
                scalar(k, label, unit, settings.take(f"support_{k}", [v])[0], f"input {style}")
                for k, label, unit, v, style, _, _ in blue
            ),
            scalar("s_capex", "Cost of the project", "$m", of_studied("{[case]!total_uses}")),
            scalar("s_debt", "Debt", "$m", of_studied("{[case]!debt}")),
            scalar(
                "s_success",
                "Worth if the contract is kept",
                "$m",
                of_studied(
                    "SUMPRODUCT({[case]!unlevered_cfads_promised:},(1+{s_rate})^-{[case]!year:})"
                ),
            ),
            scalar(
                "s_failure", "Worth if it is lost", "$m", of_studied("{[case]!collateral_sold}")
            ),
            scalar(
                "s_probability",
                "Probability that it is kept to the end of the loan",
                "%",
                of_studied("{[case]!contract_kept}"),
                "share",
            ),
            scalar(
                "s_shortfall",
                "Debt not covered where it is lost",
                "$m",
                "=MAX(0,{s_debt}-{s_failure})",
            ),
            scalar(
                "s_cost",
                "Expected public cost of each tool",
                "$m",
                "={s_covered}*(1-{s_probability})*{s_shortfall}",
                "total number",
            ),
        ],
        row + 1,
        COLUMNS,
    )
    for key, label, _, _, _, low, high in blue:
        _blue(book, sheet, key, low, high, label)
    frame.band_row(sheet, row, "The tools: same expected cost each", COLUMNS.last)
    for j, column in enumerate(("grant, $m", "guaranteed", "public loan")):
        sheet.put(row, COLUMNS.first + j, column, "band right")
    first = row + 1
    for words, tool in SPLIT_TOOLS:
        row += 1
        sheet.put(row, LABEL, words)
        for j, amount in enumerate(tool):
            sheet.put(row, COLUMNS.first + j, amount, "number" if j == 0 else "share")
    grants, covered, lent = (
        area(first, COLUMNS.first + j, row, COLUMNS.first + j, True) for j in range(3)
    )
    row += 1
    height = 1 + len(PARTIES)
    call = f"SUPPORT_SPLIT({{s_capex}},{{s_debt}},{{s_success}},{{s_failure}},{{s_probability}},{grants},{covered},0,{lent})"
    none = 'IF({Checks!live}=1,"n/a","no add-in")'
    sheet.array(
        row, COLUMNS.first, height * len(SPLIT_TOOLS), 5, f"=IFERROR({call},{none})", "number"
    )
    for k, (words, _) in enumerate(SPLIT_TOOLS):
        sheet.put(row, LABEL, f"{words}: by party", "band")
        sheet.put(row, UNIT, "$m", "band")
        for j in range(5):
            sheet.cells[row, COLUMNS.first + j].style = "band right"
        for i, party in enumerate(PARTIES):
            at = row + 1 + i
            sheet.cells[at, COLUMNS.first].style = "text"
            for j, figure in enumerate(("risk", "gain", "loss", "expected"), start=1):
                sheet.mark(f"split_{k}_{party}_{figure}", at, COLUMNS.first + j)
        row += height
    frame.band_row(
        sheet,
        row,
        "Sponsor's break-even belief against the efficient threshold, at equal public cost",
        COLUMNS.last,
    )
    for k, (words, _) in enumerate(SPLIT_TOOLS):
        sheet.put(row, COLUMNS.first + k, words, "band right")
    columns = TimeColumns(COLUMNS.first, len(SPLIT_TOOLS))
    figures = (
        (
            "belief",
            "The sponsor goes ahead from this probability of success",
            "share",
            goes_ahead_from("sponsor"),
        ),
        (
            "efficient",
            "The project is worth its cost from",
            "share",
            goes_ahead_from("project"),
        ),
        (
            "gap",
            "Gap: a plant that the sponsor builds without believing in it",
            "share",
            "IF(AND(ISNUMBER({split_belief#[place]}),ISNUMBER({split_efficient#[place]})),"
            '{split_efficient#[place]}-{split_belief#[place]},"n/a")',
        ),
        (
            "taxpayer",
            "Expected public cost, as a check of equality",
            "number",
            'IF(ISNUMBER({split_[k]_taxpayer_expected}),-{split_[k]_taxpayer_expected},"n/a")',
        ),
        (
            "private",
            "Private money at risk per $ of public cost",
            "number2",
            "IF(ISNUMBER({split_[k]_taxpayer_expected}),IF(-{split_[k]_taxpayer_expected}>0,"
            "({split_[k]_sponsor_risk}+{split_[k]_lender_risk})"
            '/-{split_[k]_taxpayer_expected},"n/a"),"n/a")',
        ),
    )
    for key, label, style, formula in figures:
        row += 1
        sheet.put(row, LABEL, label)
        sheet.mark_path(f"split_{key}", row, columns)
        for k in range(len(SPLIT_TOOLS)):
            text = given(formula, k=k, place=k + 1)
            sheet.put(row, COLUMNS.first + k, f"={text}", style)
    row += 1
    grant, guarantee, worth = (
        f'TEXT({{split_{key}#{k}}},"0%")'
        for key, k in (("belief", 2), ("belief", 3), ("efficient", 1))
    )
    told = (
        f'"At equal public cost a grant lets the sponsor start from "&{grant}&", a guarantee from'
        f' "&{guarantee}'
    )
    told += (
        f'&"; the project is worth its cost from "&{worth}&", and the contract stands with'
        ' "&TEXT({s_probability},"0%")&"."'
    )
    untold = (
        "No split can be told: with the contract the plant is worth less than without it, debt and"
        " grant pass its cost, or the functions are absent here."
    )
    sheet.put(row, LABEL, f'=IF(ISNUMBER({{split_belief#2}}),{told},"{untold}")', "bold")
    return lender_threshold(sheet, row + 2, names, time)


LENDERS = ("No guarantee", "Guarantee, pari passu", "Guarantee, first loss")


def lender_threshold(sheet: Sheet, row: int, names: Sequence[str], time: Periods) -> int:
    """The probability from which the bank itself lends: what it loses where the contract is lost, against
    the margin on its own part. Native, beside BREAKEVEN_BELIEF.
    """
    frame.band_row(
        sheet,
        row,
        "The bank still screens: its own threshold under a guarantee of the share above",
        COLUMNS.last,
    )
    for k, words in enumerate(LENDERS):
        sheet.put(row, COLUMNS.first + k, words, "band wrap")
    sheet.heights[row] = 26
    worth = (
        f"{time.flow('{[case]!margin}')}*"
        "SUMPRODUCT({[case]!opening:},(1+{[case]!base_rate_now})^-{[case]!year:})"
        "/MAX({[case]!debt},{Timeline!tolerance})"
    )
    cases = ",".join(given(worth, case=name) for name in names)
    short, covered = "{s_shortfall}", "{s_covered}"
    columns = TimeColumns(COLUMNS.first, len(LENDERS))
    figures = (
        (
            "lender_loss",
            "The bank's loss where the contract is lost",
            "number",
            (short, f"(1-{covered})*{short}", f"MAX(0,{short}-{covered}*{{s_debt}})"),
        ),
        (
            "lender_gain",
            "Margin that it earns on its own part where the contract is kept",
            "number",
            (
                "{s_margin}*{s_debt}",
                f"(1-{covered})*{{s_margin}}*{{s_debt}}",
                f"(1-{covered})*{{s_margin}}*{{s_debt}}",
            ),
        ),
        (
            "lender_from",
            "It lends from this probability that the contract is kept",
            "share",
            tuple(
                f"IF({{lender_loss#{k}}}>0,{{lender_loss#{k}}}/({{lender_loss#{k}}}+{{lender_gain#{k}}}),0)"
                for k in (1, 2, 3)
            ),
        ),
    )
    row = lay(
        sheet,
        [
            scalar(
                "s_margin",
                "Margin over the life, per $ of debt, at the base rate",
                "$",
                f"=CHOOSE({{studied}},{cases})",
                "factor",
            )
        ],
        row + 1,
        COLUMNS,
    )
    for key, label, style, formulas in figures:
        sheet.put(row, LABEL, label)
        sheet.put(row, UNIT, "%" if style == "share" else "$m", "unit")
        sheet.mark_path(key, row, columns)
        for k, formula in enumerate(formulas):
            sheet.put(row, COLUMNS.first + k, f"={formula}", style)
        row += 1
    money = [f'TEXT(ROUND({{lender_loss#{k}}},0),"#,##0")' for k in (1, 2, 3)]
    chance = [f'TEXT(ROUND({{lender_from#{k}}},2),"0%")' for k in (1, 2, 3)]
    sheet.put(
        row,
        LABEL,
        f'="The bank lends from "&{chance[0]}&" without a guarantee, from "&{chance[1]}&" with one pari passu'
        f' of "&TEXT({covered},"0%")&", which cuts its loss from $"&{money[0]}&"m to $"&{money[1]}&"m, and'
        f' from "&{chance[2]}&" where the guarantee bears the first loss; the contract stands with'
        ' "&TEXT({s_probability},"0%")&"."',
        "bold",
    )
    sheet.mark("lender_words", row, LABEL)
    return row + 2


def _charts(sheet: Sheet, row: int) -> None:
    """Cover gained by each package, and what it costs."""
    finding = row + 1
    sheet.put(
        finding,
        LABEL,
        '=COUNT({passing_cost:})&" of "&COLUMNS({passing_cost:})&" packages meet every test of'
        ' "&{studied_name}&"; minimum DSCR from "&TEXT(MIN({r_min_dscr:}),"0.00")&"x to'
        ' "&TEXT(MAX({r_min_dscr:}),"0.00")&"x"',
    )
    sheet.mark("finding_dscr", finding, LABEL)
    sheet.put(
        finding + 1,
        LABEL,
        '=IF(COUNT({passing_cost:})>0,"Cheapest package that passes:'
        ' "&INDEX({packages:},1,MATCH(MIN({passing_cost:}),{passing_cost:},0))&",'
        f' "&{frame.money("MIN({passing_cost:})")}&" expected,'
        f' "&{frame.money("INDEX({r_budget_authority:},1,MATCH(MIN({passing_cost:}),{passing_cost:},0))")}&"'
        ' of budget authority","No package passes every test")',
    )
    sheet.mark("finding_cost", finding + 1, LABEL)
    dscr = (Series("Minimum DSCR", "{Support!r_min_dscr:}", "{Support!packages:}", PALETTE[0]),)
    cost = (
        Series(
            "Expected public cost", "{Support!r_public_cost:}", "{Support!packages:}", PALETTE[3]
        ),
    )
    charts = (
        ("finding_dscr", dscr, "Minimum DSCR", '0.0"x"'),
        ("finding_cost", cost, "Expected public cost, $m", "#,##0"),
    )
    for i, (title, series, unit, form) in enumerate(charts):
        sheet.charts.append(
            Chart(
                "column",
                f"{{{title}}}",
                series,
                finding + 3,
                LABEL if i == 0 else COLUMNS.first + 2,
                700,
                320,
                "",
                unit,
                "0",
                form,
                alt_text="By package of support",
            )
        )
