"""The Frontier sheet: years of public offtake against guarantee coverage, grids of one function
call each.

The case studied on Support is taken without any tool but on the tools' terms; the least-cost pair
that passes every test is read off the grids in native formulas, in both forms of price, and the
least-cost mix is asked of its own function.
"""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.mix import in_words, lay_mix
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
    lay,
    path,
    scalar,
)
from bankable.templates.workbook.settings import Settings, keep
from bankable.templates.workbook.styles import PALETTE
from bankable.udfs.deal.chain.decision import ALL_MET

YEARS = (1, 5, 7, 10, 12, 15, 20)
COVERAGES = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9)
COLUMNS = TimeColumns(FIRST_TIME_COLUMN, len(COVERAGES))
GRIDS = shown(
    ("min_dscr", "multiple"),
    ("all_in_rate", "rate"),
    ("first_failed", "centre wrap"),
    ("public_cost", "number"),
)
MIX_TOOLS = ("offtake", "guarantee", "loan")
# figures of the answer, each with its label and number format; the first is asked of the grid as
# well
ANSWER = shown(
    ("public_cost", "total number"),
    ("cost_at_market", "number"),
    ("cost_at_nothing", "number"),
    ("incremental_yearly", "number"),
    ("fair_credit_cost", "number"),
    ("budget_authority", "total number"),
    ("min_dscr", "multiple"),
    ("all_in_rate", "rate"),
    ("life_default", "level"),
    ("equity_irr_expected", "rate"),
)
WORTHS = (
    0.0,
    0.50,
    0.80,
    0.90,
    1.0,
    1.10,
)  # worth of the goods, as a multiple of what the case says
LESS_WORTH = 0.90  # the one that the answer quotes
WORTH_YEARS = (-2, 0, 2, 5)  # years of offtake, against the answer's
FIVE_YEARS = "{Timeline!longest_multiyear}"


def lay_frontier(
    book: Book, n: int, ranges: dict[str, str], settings: Settings, paper: str
) -> None:
    """The sheet; `ranges` are the deal blocks by name."""
    title = "Frontier: years of public offtake and guarantee coverage"
    sheet = frame.time_sheet(book, "Frontier", title, COLUMNS, "", "D55E00", paper)
    sheet.put(frame.HEAD_ROW, LABEL, "Years of offtake down, guarantee coverage across", "heading")
    sheet.put(frame.HEAD_ROW, CONSTANT, "Years", "heading right")
    sheet.put(frame.HEAD_ROW, TOTAL, "Least", "heading right")
    for i, value in enumerate(settings.take("frontier_coverages", list(COVERAGES))):
        sheet.put(frame.HEAD_ROW, COLUMNS.first + i, value, "input share")
    sheet.mark_path("coverages", frame.HEAD_ROW, COLUMNS)
    spot = (frame.HEAD_ROW, COLUMNS.first, frame.HEAD_ROW, COLUMNS.last)
    keep(book, sheet, "frontier_coverages", *spot)
    sheet.validations.append(
        Validation(
            spot,
            "decimal",
            0,
            1,
            title="Coverage",
            message="Share of the bank loan guaranteed.",
            error="From 0% to 100%.",
        )
    )
    row = frame.FIRST_ROW
    frame.band_row(
        sheet,
        row,
        '="The case: "&{Support!studied_name}&", on the terms of Support, with no other tool,'
        f' "&{_form()}',
        COLUMNS.last,
        "heading",
        "1",
    )
    row = _mark(sheet, row + 1, n)
    for number, (measure, label, unit, style) in enumerate(GRIDS, start=2):
        row = _grid(
            book, sheet, row, number, measure, label, unit, style, ranges["unsupported"], settings
        )
    breaks = [row]
    row = _least(sheet, row)
    row = _other_form(sheet, row, ranges["other_form"])
    row = _answer(sheet, row, ranges["answer"])
    row = _worth(book, sheet, row, ranges["answer"], settings)
    breaks.append(row)
    row = _mix(sheet, row, ranges["unsupported"])
    _chart(sheet, row)
    sheet.print.row_breaks = tuple(breaks)
    sheet.widths |= {CONSTANT: 16, TOTAL: 14, LABEL: 56} | {
        COLUMNS.first + i: 15 for i in range(COLUMNS.count)
    }


def _mark(sheet: Sheet, row: int, n: int) -> int:
    """The case that the grids are held against, with its figures as it stands."""

    def chosen(key: str) -> str:
        return (
            "=CHOOSE({Support!reference},"
            + ",".join(f"{{Summary!{key}_{i}}}" for i in range(1, n + 1))
            + ")"
        )

    rows = [
        scalar("mark_name", "Held against, as it stands", "", "={Support!reference_name}", "text"),
        scalar("mark_min_dscr", "Its minimum DSCR", "x", chosen("min_dscr"), "total multiple"),
        scalar("mark_rate", "Its all-in rate", "% a year", chosen("all_in_rate"), "total rate"),
        scalar("mark_decision", "Its decision", "", chosen("decision_words"), "text"),
        scalar(
            "studied_plant",
            "Plant cost of the case studied",
            "$m",
            "=CHOOSE({Support!studied},"
            + ",".join(f"{{Summary!plant_cost_{i}}}" for i in range(1, n + 1))
            + ")",
        ),
    ]
    return lay(sheet, rows, row, COLUMNS)


def _heads(sheet: Sheet, row: int) -> None:
    """The coverages over a grid."""
    for i in range(COLUMNS.count):
        sheet.put(row, COLUMNS.first + i, f"={{coverages#{i + 1}}}", "heading share")


def _years_down(sheet: Sheet, first: int, unit: str, key: str) -> int:
    """The years of offtake down a grid, each row marked by its key; the number of the last row."""
    for i in range(len(YEARS)):
        sheet.put(first + i, LABEL, "Years of public offtake")
        sheet.put(first + i, UNIT, unit or None, "unit")
        sheet.put(first + i, CONSTANT, f"={{years_{i + 1}}}", "count")
        sheet.mark_path(f"{key}_{i + 1}", first + i, COLUMNS)
    return first + len(YEARS) - 1


def _grid(
    book: Book,
    sheet: Sheet,
    row: int,
    number: int,
    measure: str,
    label: str,
    unit: str,
    style: str,
    deal: str,
    settings: Settings,
) -> int:
    """One spilled grid under its heading; the years of the first are blue, the others link to
    them.
    """
    frame.band_row(sheet, row, label, COLUMNS.last, "heading", str(number))
    _heads(sheet, row)
    first = row + 1
    blue = measure == GRIDS[0][0]
    years = settings.take("frontier_years", list(YEARS))
    last = _years_down(sheet, first, unit, measure)
    if blue:
        for i in range(len(YEARS)):
            sheet.put(first + i, CONSTANT, years[i], "input count")
            sheet.mark(f"years_{i + 1}", first + i, CONSTANT)
        spot = (first, CONSTANT, last, CONSTANT)
        keep(book, sheet, "frontier_years", *spot)
        sheet.validations.append(
            Validation(
                spot,
                "whole",
                0,
                30,
                title="Years",
                message="Years of public offtake.",
                error="From 0 to 30.",
            )
        )
    down = area(first, CONSTANT, last, CONSTANT, True)
    across = "{coverages:}"
    sheet.array(
        first,
        COLUMNS.first,
        len(YEARS),
        COLUMNS.count,
        f'=FRONTIER({deal},{down},{across},"{measure}")',
        style,
    )
    spot = (first, COLUMNS.first, last, COLUMNS.last)
    corner = address(first, COLUMNS.first)
    if measure == "first_failed":
        for i in range(len(YEARS)):
            sheet.heights[first + i] = 30
        sheet.conditionals.append(
            Conditional(spot, "formula", f'={corner}&""<>"{ALL_MET}"', "fail fill")
        )
        sheet.conditionals.append(
            Conditional(spot, "formula", f'={corner}&""="{ALL_MET}"', "ok fill")
        )
    elif measure == "min_dscr":
        mark = sheet.placed["mark_min_dscr"]
        sheet.conditionals.append(Conditional(spot, "formula", f"={corner}<1", "fail fill"))
        sheet.conditionals.append(
            Conditional(
                spot, "formula", f"={corner}>={address(mark.row, mark.col, True)}", "ok fill"
            )
        )
        sheet.put(
            last + 1,
            LABEL,
            '=IF(ISNUMBER({mark_min_dscr}),"Green: at least the "&TEXT({mark_min_dscr},"0.00")&"x of "&{mark_name}'
            '&"; red","Red")&": below 1.00x. The tenor stays: years beyond it add cost, not cover"',
            "note",
        )
    elif measure == "all_in_rate":
        mark = sheet.placed["mark_rate"]
        sheet.conditionals.append(
            Conditional(
                spot, "formula", f"={corner}<={address(mark.row, mark.col, True)}", "ok fill"
            )
        )
        sheet.put(
            last + 1,
            LABEL,
            '="Green: at most the "&TEXT({mark_rate},"0.00%")&" of "&{mark_name}',
            "note",
        )
    else:
        sheet.conditionals.append(
            Conditional(spot, "two_colours", low_colour="F7FBFF", high_colour="6BAED6")
        )
        sheet.put(
            last + 1,
            LABEL,
            "Darker: dearer for the taxpayer. Expected cost only; budget authority is another"
            " figure. Where the rate is so dear that debt service is not covered even with the"
            " contract, default is certain, and less coverage can cost more.",
            "note",
        )
    return last + 3


def _form(other: bool = False) -> str:
    """The form of price in words, of the grids or the other one."""
    fixed, band = '"at a fixed price"', '"with the price in a band"'
    return f"IF({{Support!t_form}}={{Lists!list_price_basis#1}},{band if other else fixed},{fixed if other else band})"


def _best(prefix: str, costs: str, above: str, years: str, least: str) -> list[Row]:
    """The cheapest pair among the rows of costs: `above` lists them, `least` is the column of each
    row's least.
    """

    def k(key: str) -> str:
        return f"{prefix}{key}"

    found = f"{{{k('row')}}}>0"
    return [
        scalar(
            k("least"),
            "Least expected public cost on the grid",
            "$m",
            f'=IF(COUNT({least})>0,MIN({least}),"n/a")',
        ),
        scalar(
            k("row"),
            "Its row",
            "place",
            f"=IF(COUNT({least})>0,MATCH({{{k('least')}}},{least},0),0)",
            "count",
        ),
        path(
            k("costs"),
            "Costs in that row",
            "$m",
            f'=IF({found},CHOOSE(MAX(1,{{{k("row")}}}),{above}),"n/a")',
        ),
        path(
            k("near"),
            "As cheap, to a thousandth",
            "flag",
            (
                f"=IF(ISNUMBER({{{k('costs')}}}),IF({{{k('costs')}}}<={{{k('least')}}}"
                f"+{{Timeline!alike}}*ABS({{{k('least')}}}),1,0),0)"
            ),
            "flag",
        ),
        scalar(
            k("cost"),
            "Cost of the least coverage among them",
            "$m",
            f'=IF({found},INDEX({{{k("costs")}:}},1,MATCH(1,{{{k("near")}:}},0)),"n/a")',
            "total number",
        ),
        scalar(
            k("years"),
            "Its years of offtake",
            "years",
            f'=IF({found},INDEX({years},MAX(1,{{{k("row")}}})),"n/a")',
            "total count",
        ),
        scalar(
            k("coverage"),
            "Its guarantee coverage",
            "%",
            f'=IF({found},INDEX({{coverages:}},1,MATCH(1,{{{k("near")}:}},0)),"n/a")',
            "total share",
        ),
    ]


def _least(sheet: Sheet, row: int) -> int:
    """The cheapest pair on the grid that meets every test."""
    frame.band_row(
        sheet,
        row,
        "Expected public cost where every test is met",
        COLUMNS.last,
        "heading",
        str(len(GRIDS) + 2),
    )
    _heads(sheet, row)
    count = len(YEARS)
    rows: list[Row] = [
        path(
            f"passing_{i}",
            "Years of public offtake",
            "$m",
            f'=IF({{first_failed_{i}}}&""="{ALL_MET}",{{public_cost_{i}}},"n/a")',
            "number",
            f'=IF(COUNT({{passing_{i}:}})>0,MIN({{passing_{i}:}}),"n/a")',
        )
        for i in range(1, count + 1)
    ]
    end = lay(sheet, rows, row + 1, COLUMNS)
    for i in range(count):
        sheet.put(row + 1 + i, CONSTANT, f"={{years_{i + 1}}}", "count")
    least, years = (area(row + 1, col, end - 1, col, True) for col in (TOTAL, CONSTANT))
    above = ",".join(f"{{passing_{i}}}" for i in range(1, count + 1))
    return lay(sheet, _best("best_", "passing", above, years, least), end, COLUMNS) + 1


def _other_form(sheet: Sheet, row: int, deal: str) -> int:
    """The same in the other form of price, one call: what the band costs over a fixed price, or
    saves.
    """
    title = f'="Expected public cost where every test is met, "&{_form(other=True)}'
    frame.band_row(sheet, row, title, COLUMNS.last, "heading", "7")
    _heads(sheet, row)
    first, count = row + 1, len(YEARS)
    last = _years_down(sheet, first, "$m", "other")
    for i in range(count):
        sheet.put(
            first + i,
            TOTAL,
            f'=IF(COUNT({{other_{i + 1}:}})>0,MIN({{other_{i + 1}:}}),"n/a")',
            "number",
        )
    down = area(first, CONSTANT, last, CONSTANT, True)
    sheet.array(
        first,
        COLUMNS.first,
        count,
        COLUMNS.count,
        f'=FRONTIER({deal},{down},{{coverages:}},"passing_cost")',
        "number",
    )
    above = ",".join(f"{{other_{i}}}" for i in range(1, count + 1))
    return (
        lay(
            sheet,
            _best("other_", "other", above, down, area(first, TOTAL, last, TOTAL, True)),
            last + 1,
            COLUMNS,
        )
        + 1
    )


def _answer(sheet: Sheet, row: int, deal: str) -> int:
    """The cheapest pair as a deal of its own, and the sentences that Summary and memo show."""
    frame.band_row(sheet, row, "The answer", COLUMNS.last, "heading", "8")
    cents, found = "{Timeline!cents}", "{best_row}>0"
    row = lay(
        sheet,
        [
            scalar("form_name", "Price of the offtake", "", f"={_form()}", "text"),
            scalar("other_form_name", "The other form", "", f"={_form(other=True)}", "text"),
            scalar(
                "unaided",
                "Meets every credit test without support (1 = yes)",
                "flag",
                '=IF({Checks!live}=0,0,IF(LEFT({Support!r_decision#1}&"",5)="Meets",1,0))',
                "flag",
            ),
            scalar(
                "answer_years",
                "Years of public offtake",
                "years",
                f"=IF({found},{{best_years}},0)",
                "count",
            ),
            scalar(
                "answer_coverage",
                "Guarantee coverage",
                "%",
                f"=IF({found},{{best_coverage}},0)",
                "share",
            ),
        ],
        row + 1,
        COLUMNS,
    )
    for k, (measure, label, unit, style) in enumerate(ANSWER):
        sheet.put(row + k, LABEL, label)
        sheet.put(row + k, UNIT, unit, "unit")
        sheet.put(row + k, TOTAL, measure, "grey")
        sheet.put(row + k, CONSTANT, f'=IFERROR({{answer_value_{k}}},"n/a")', style)
        sheet.mark(f"answer_{measure}", row + k, CONSTANT)
        sheet.mark(f"answer_value_{k}", row + k, COLUMNS.first + 1)
    wanted = area(row, TOTAL, row + len(ANSWER) - 1, TOTAL, True)
    sheet.array(
        row, COLUMNS.first, len(ANSWER), 3, f"=DEAL_METRICS({deal},{wanted})", "hidden"
    )  # shown in the column of constants
    row += len(ANSWER)
    absent = "{Checks!live}=0"
    beyond = f"AND({found},{{best_years}}>{FIVE_YEARS},{{Support!t_backing}}<>{{Lists!list_statutory_backing#3}})"
    name, years = "{Support!studied_name}", frame.counted("{best_years}", "year")
    other = "{Support!studied}<>{Support!reference}"

    owner = (
        "IF(ISNUMBER({answer_equity_irr_expected}),IF({answer_equity_irr_expected}"
        '>={Recut!hurdle}-{Timeline!tolerance}," with a sponsor who goes ahead ("," with a sponsor who stays'
        ' away (")&TEXT(ROUND({answer_equity_irr_expected},3),"0.0%")&" expected, "'
        '&TEXT(ROUND({Recut!hurdle},3),"0.0%")&" asked)","")'
    )

    def say(absent_words: str, unaided_words: str, otherwise: str) -> str:
        """A sentence for where the functions are absent, for a case that needs no support, and for
        all others.
        """
        return f'=IF({absent},"{absent_words}",IF({{unaided}}=1,{unaided_words},{otherwise}))'

    sentences = (
        (
            "sentence_1",
            "The answer",
            say(
                "The functions are absent here, and the frontier needs them:",
                f'{name}&" meets every credit test without public support:"',
                f'IF({found},"With "&{years}&" of public offtake "&{_form()}&" and a'
                f' "&TEXT({{best_coverage}},"0%")&" guarantee, the cheapest pair of the grid, "&{name}&" passes'
                f' "&IF(AND({other},LEFT({{mark_decision}},5)="Meets"),"the tests that'
                f' "&{{mark_name}}&" passes","every credit test")&{owner}&",","No pair of offtake years and'
                f' coverage on the grid makes "&{name})',
            ),
        ),
        (
            "sentence_2",
            "what it costs",
            say(
                "open the workbook without recalculating to see the saved answer.",
                '"it needs no public offtake and no guarantee, and costs the taxpayer nothing."',
                f'IF({found},"at an expected public cost of "&{frame.money("{best_cost}")}&"'
                f' ("&{frame.money("{answer_cost_at_market}")}&" with the goods at the market price,'
                f' "&{frame.money("{answer_cost_at_nothing}")}&" if they are worth nothing) and'
                f' "&{frame.money("{answer_budget_authority}")}&" of budget authority, the loan as asked.","pass'
                ' every credit test.")',
            ),
        ),
        (
            "sentence_3",
            "the other form of price",
            say(
                "The same for the other form of price.",
                '"What support would add to it stands on Support and Frontier."',
                f'IF({{other_row}}>0,"The cheapest "&{_form(other=True)}&":'
                f' "&{frame.counted("{other_years}", "year")}&" and'
                f' "&TEXT({{other_coverage}},"0%")&", at "&{frame.money("{other_cost}")}&".","No'
                f' pair passes "&{_form(other=True)}&".")',
            ),
        ),
        (
            "sentence_4",
            "what it hangs on",
            say(
                "The cost of an offtake hangs on what its goods are worth to the buyer.",
                '"The decision rests on its own revenue and collateral."',
                f'IF(AND({found},ISNUMBER({{worth_cost}})),"Were the goods worth'
                ' "&TEXT({worth_tried},"0.00")&"x their price to the buyer, not'
                ' "&TEXT({Deals!answer_buyer_value},"0.00")&"x as assumed, it would cost'
                f' "&{frame.money("{worth_cost}")}&".","No pair passes, so that there is no cost'
                ' to tell.")',
            ),
        ),
        (
            "sentence_5",
            "what it assumes",
            say(
                "Offtakes beyond five years need a statute.",
                '"No public authority is needed for it."',
                f'IF({beyond},"It assumes authority to commit beyond "&{FIVE_YEARS}&" years, which'
                " a statute must give: multi-year contracts stop there (10 USC"
                ' 3501)",IF({Support!t_backing}={Lists!list_statutory_backing#3},"The offtake'
                ' hangs on yearly appropriations: a lender counts only the firm years","It stays'
                ' within the present authority to commit"))&IF({answer_coverage}>0,"; the guarantee needs an'
                ' authority of its own.",".")',
            ),
        ),
    )
    costs = (
        f'"Cheapest pair that passes: "&{years}&", "&TEXT({{best_coverage}},"0%")&" guaranteed,'
        f' "&{_form()}'
    )
    return (
        lay(
            sheet,
            [
                scalar(
                    "best_cents",
                    "Expected public cost per dollar of plant",
                    "cents",
                    f'=IF({found},{{best_cost}}/{{studied_plant}}*{cents},"n/a")',
                    "total number",
                ),
                *(scalar(key, label, "", formula, "bold") for key, label, formula in sentences),
                scalar(
                    "finding",
                    "Title of the chart on Summary",
                    "",
                    say(
                        "The frontier needs the functions",
                        f'{name}&" passes without support; what it would cost all the same"',
                        f'IF({found},{costs}&", "&{frame.money("{best_cost}")},"No pair on the'
                        ' grid passes every test")',
                    ),
                    "text",
                ),
            ],
            row,
            COLUMNS,
        )
        + 1
    )


def _worth(book: Book, sheet: Sheet, row: int, deal: str, settings: Settings) -> int:
    """What the answer costs if the goods are worth less to the buyer, or the offtake runs shorter
    or longer: one call.
    """
    frame.band_row(
        sheet,
        row,
        "Expected public cost of the answer, by the worth of the goods and the years of offtake",
        COLUMNS.last,
        "heading",
        "9",
    )
    columns = TimeColumns(COLUMNS.first, len(WORTH_YEARS))
    head = row + 1
    frame.band_row(
        sheet,
        head,
        "Worth of the goods over what the case says, down; years of offtake, across",
        COLUMNS.last,
    )
    sheet.put(head, CONSTANT, "buyer_value", "grey")
    sheet.put(head, TOTAL, "public_offtake_years", "grey")
    for k, years in enumerate(WORTH_YEARS):
        sheet.put(
            head,
            columns.first + k,
            f"=MAX(1,MIN({{Timeline!year#last}},{{answer_years}}{years:+d}))",
            "count",
        )
    first, last = head + 1, head + len(WORTHS)
    for k, worth in enumerate(settings.take("frontier_worths", list(WORTHS))):
        sheet.put(first + k, LABEL, "Worth of the goods, times that of the case")
        sheet.put(first + k, UNIT, "$m", "unit")
        sheet.put(first + k, CONSTANT, worth, "input multiple")
        sheet.put(
            first + k,
            TOTAL,
            f"={address(first + k, CONSTANT)}*{{Deals!answer_buyer_value}}",
            "multiple",
        )
    tried = first + WORTHS.index(LESS_WORTH)
    sheet.mark("worth_tried", tried, TOTAL)
    sheet.mark("worth_cost", tried, columns.first + WORTH_YEARS.index(0))
    spot = (first, CONSTANT, last, CONSTANT)
    keep(book, sheet, "frontier_worths", *spot)
    sheet.validations.append(
        Validation(
            spot, "decimal", 0, 2, title="Worth", message="Times the case's.", error="From 0 to 2."
        )
    )
    down, across = (
        area(first, TOTAL, last, TOTAL, True),
        area(head, columns.first, head, columns.last, True),
    )
    keys = [address(head, col, True) for col in (CONSTANT, TOTAL)]
    call = f'=SENS_GRID({deal},{keys[0]},{down},{keys[1]},{across},"public_cost")'
    sheet.array(first, columns.first, len(WORTHS), columns.count, call, "nil number")
    sheet.put(
        last + 1,
        LABEL,
        "The expected cost of an offtake is what is paid above the goods' worth: it hangs on that"
        " figure more than on any other.",
        "note",
    )
    return last + 2


def _mix(sheet: Sheet, row: int, deal: str) -> int:
    """The least-cost mix that passes, from its own function."""
    row += 1
    frame.band_row(
        sheet,
        row,
        "The least-cost mix of offtake, guarantee and government loan that passes with a sponsor who goes"
        " ahead, by LEAST_COST_SUPPORT",
        COLUMNS.last,
        "heading",
        "10",
    )
    row = lay_mix(sheet, row + 1, COLUMNS, deal, MIX_TOOLS, ",,{Recut!hurdle}")
    return lay(
        sheet,
        [
            scalar("mix_tools", "The tools of that mix", "", in_words(MIX_TOOLS), "text"),
            scalar(
                "sentence_sponsor", "What brings the sponsor in", "", _sponsor_sentence(), "bold"
            ),
        ],
        row,
        COLUMNS,
    )


def _sponsor_sentence() -> str:
    """What the sponsor's hurdle takes besides the tests, the loan as asked."""
    hurdle = (
        '"the "&TEXT(ROUND({Recut!hurdle},3),"0.0%")&" that its sponsor asks, the loan as asked"'
    )
    return (
        '=IF({Checks!live}=0,"n/a",IF({mix_tools}="n/a","No mix of offtake, guarantee and government loan was found'
        f' that passes and brings "&{hurdle}&".",IF({{mix_tools}}="none",'
        f'{{Support!studied_name}}&" passes without any tool and brings "&{hurdle}&".",'
        f'"The least-cost mix found that passes and brings "&{hurdle}&": "&{{mix_tools}}&"; "&'
        f'{frame.money("{mix_cost}")}&" of expected public cost and "&{frame.money("{mix_authority}")}'
        '&" of budget authority.")))'
    )


def _chart(sheet: Sheet, row: int) -> None:
    """Minimum DSCR along coverage, a line for some terms of offtake, and the mark to be met."""
    sheet.put(row, LABEL, "Figures of the chart", "band")
    found, mark = (
        "{best_row}>0",
        'IF(ISNUMBER({mark_min_dscr}),TEXT({mark_min_dscr},"0.00")&"x","no debt")&"',
    )
    low, high = (f'TEXT({find}({{chosen_line:}}),"0.00")&"x' for find in ("MIN", "MAX"))
    years = frame.counted("{best_years}", "year")
    title = (
        f'=IF({found},"With "&{years}&" of offtake minimum DSCR runs from "&{low} to "&{high} with'
        f' the coverage; "&{{mark_name}}&" has "&{mark}","Minimum DSCR by coverage and years of'
        f' offtake, against the "&{mark} of "&{{mark_name}})'
    )
    lines = ",".join(f"{{min_dscr_{i}}}" for i in range(1, len(YEARS) + 1))
    rows = [
        path("mark_line", "Mark", "x", "={mark_min_dscr}", "multiple"),
        path(
            "chosen_line",
            "Minimum DSCR with the answer's years of offtake",
            "x",
            f"=CHOOSE(MAX(1,{{best_row}}),{lines})",
            "multiple",
        ),
        scalar("finding_dscr", "Title of the chart", "", title, "text"),
    ]
    place = lay(sheet, rows, row + 1, COLUMNS)
    series = [
        Series(
            f"{{Frontier!years_{i}}}",
            f"{{Frontier!min_dscr_{i}:}}",
            "{Frontier!coverages:}",
            PALETTE[k],
        )
        for k, i in enumerate((1, 2, 3, 4))  # longer ones lie on the last: they outlast the loan
    ]
    series.append(
        Series(
            "{Frontier!mark_name}",
            "{Frontier!mark_line:}",
            "{Frontier!coverages:}",
            "000000",
            dashed=True,
        )
    )
    sheet.charts.append(
        Chart(
            "line",
            "{finding_dscr}",
            tuple(series),
            place + 1,
            LABEL,
            1000,
            360,
            "Guarantee coverage; lines: years of public offtake",
            "Minimum DSCR",
            "0%",
            '0.0"x"',
            alt_text="Minimum DSCR by coverage and offtake years",
        )
    )
