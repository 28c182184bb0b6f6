"""The answer of Frontier: the cheapest pair as a deal of its own, and the sentences that Summary and memo show."""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.frontier_grids import COLUMNS
from bankable.templates.comparison.sheets.frontier_least import form
from bankable.templates.comparison.words import shown
from bankable.templates.workbook.book import Sheet, area
from bankable.templates.workbook.rows import CONSTANT, LABEL, TOTAL, UNIT, lay, scalar

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
FIVE_YEARS = "{Timeline!longest_multiyear}"


def answer(sheet: Sheet, row: int, deal: str) -> int:
    """The cheapest pair as a deal of its own, and the sentences that Summary and memo show."""
    frame.band_row(sheet, row, "The answer", COLUMNS.last, "heading", "8")
    cents, found = "{Timeline!cents}", "{best_row}>0"
    row = lay(
        sheet,
        [
            scalar("form_name", "Price of the offtake", "", f"={form()}", "text"),
            scalar("other_form_name", "The other form", "", f"={form(other=True)}", "text"),
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
                f'IF({found},"With "&{years}&" of public offtake "&{form()}&" and a'
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
                f'IF({{other_row}}>0,"The cheapest "&{form(other=True)}&":'
                f' "&{frame.counted("{other_years}", "year")}&" and'
                f' "&TEXT({{other_coverage}},"0%")&", at "&{frame.money("{other_cost}")}&".","No'
                f' pair passes "&{form(other=True)}&".")',
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
        f' "&{form()}'
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
