"""What Checks holds worksheet functions against: headline rows of every case, and single functions
on one case.

A check stands only where its function is in the register; each is native figure against function,
to 1e-9.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.deals import FIRST_METRIC_ROW
from bankable.templates.workbook.book import Book
from bankable.templates.workbook.rows import given
from bankable.udfs.deal.measures import MEASURES

# headline figures compared for every case, by their short names
COMPARED = (
    "requested_debt",
    "debt",
    "total_idc",
    "total_uses",
    "all_in_rate",
    "contracted_share",
    "contract_value",
    "min_dscr",
    "avg_dscr",
    "llcr",
    "plcr",
    "capacity_firm",
    "capacity_supported",
    "capacity_expected",
    "permitted_debt",
    "pd_equivalent",
    "lgd",
    "expected_loss",
    "shortfall_probability",
    "project_irr",
    "equity_irr_expected",
    "public_cost",
    "budget_authority",
    "tests_failed",
)

# what, function, the call on a case sheet (S) and its build sheet (B), the native cell
SINGLE: tuple[tuple[str, str, str, str], ...] = (
    (
        "Debt capacity with the government's commitment",
        "DEBT_CAPACITY",
        (
            '=DEBT_CAPACITY({[case]!all_in_rate},{[case]!unlevered_cfads_supported:},{[case]!limit_min_dscr},{[case]!tenor},"sculpted",{[case]!grace_years})'
            "/{[case]!balloon_discount}"
        ),
        '=IF({[case]!all_in_rate}<=1,{[case]!capacity_supported},"n/a")',  # the function refuses 101%
    ),
    (
        "Facility at completion, for what is spent in the build",
        "IDC",
        (
            "=INDEX(IDC({[case]!construction_rate},{[build]!planned_cost#1}:INDEX({[build]!planned_cost:},1,{[case]!build_months}),{[case]!gearing_used},"
            "{[case]!draw_timing},{[case]!upfront_fee},{[case]!commitment_fee},12),1,1)"
        ),
        "={[build]!balance_0#last}/(1-{[build]!balance_1#last})",
    ),
    (
        "Recovery on the debt at completion",
        "RECOVERY",
        (
            "=IF({[case]!debt}>0,INDEX(RECOVERY({[case]!shell_share}:{[case]!it_share},{[case]!shell_reuse}:{[case]!it_reuse},{[case]!debt}/{[case]!budgeted_cost},"
            "{[case]!sale_cost},{[case]!sale_months},{[case]!base_rate_now}),1,1),1)"
        ),
        "={[case]!recovery}",
    ),
    (
        "Quoted rate of the bank loan",
        "GUARANTEE_RATE",
        "=GUARANTEE_RATE({[case]!base_rate_now},{[case]!pd_equivalent},{[case]!lgd},{[case]!coverage},{[case]!guaranteed_spread},{[case]!guarantee_fee},{[case]!margin})",
        "={[case]!quoted_rate}",
    ),
)


# on Support: the belief worked out natively from who bears the loss, against its own function
BELIEF = (
    "=INDEX(BREAKEVEN_BELIEF({Support!s_capex},{Support!s_debt},{Support!s_success},{Support!s_failure},"
    "{Support!s_probability},0,{Support!s_covered}),1,1)"
)
# the bank's threshold; where no sponsor would go ahead the function refuses, and there is nothing to hold
LENDS = (
    "=IFERROR(INDEX(BREAKEVEN_BELIEF({Support!s_capex},{Support!s_debt},{Support!s_success},"
    "{Support!s_failure},{Support!s_probability},0,{Support!s_covered},0,0,,"
    "{Support!s_margin},[first_loss]),5,1),[native])"
)


def lay_metrics(book: Book, n: int, ranges: Sequence[str]) -> None:
    """DEAL_METRICS of every case, under the case's block on Deals; each figure is marked
    m_<measure>_<case>.
    """
    sheet = book["Deals"]
    first = FIRST_METRIC_ROW
    for i in range(1, n + 1):
        col = 1 + 3 * (i - 1)
        sheet.put(first - 1, col, "DEAL_METRICS", "band")
        sheet.put(first - 1, col + 1, f"={{Inputs!case_name_{i}}}", "band right")
        sheet.array(first, col, len(MEASURES), 2, f"=DEAL_METRICS({ranges[i - 1]})", "general")
        for k, name in enumerate(MEASURES):
            sheet.mark(f"m_{name}_{i}", first + k, col + 1)


def checks(
    names: Sequence[str], builds: Sequence[str], time: Periods
) -> list[tuple[str, str, str, str]]:
    """(what, case, function cell, native cell) for Checks: headlines of every case, single
    functions on the last. CREDIT_SUBSIDY reckons by year, and is held against a yearly book.
    """
    from bankable.udfs import FUNCTIONS

    found = [
        (
            f"DEAL_METRICS: {MEASURES[measure].words}",
            name,
            f"={{Deals!m_{measure}_{i}}}",
            f"={{{name}!{MEASURES[measure].key}}}",
        )
        for i, name in enumerate(names, start=1)
        for measure in COMPARED
    ]
    found += [
        (f"CREDIT: {words}", name, f"={{Deals!m_{measure}_{i}}}", f"={{{name}!{key}}}")
        for i, name in enumerate(names, start=1)
        for measure, words, key in (
            ("decision", "decision in words", "decision_words"),
            ("binding_test", "binding test", "binding_name"),
        )
    ]
    found += [
        (
            "DEAL_SCENARIOS: minimum DSCR of the scenario in force",
            name,
            f"=INDEX({{Scenarios!strip_min_dscr_{i}:}},1,{{Scenarios!number}})",
            f"={{{name}!min_dscr}}",
        )
        for i, name in enumerate(names, start=1)
    ]
    found += [
        (
            f"CONTRACT_SWAP: {words} on its own contract",
            which,
            f"={{Swap!capacity_{cell}}}",
            frame.chosen_case(names, "{[case]!capacity_supported}/{[case]!total_uses}", which),
        )
        for words, which, cell in (
            ("the case held against", "reference", "aa"),
            ("the case studied", "studied", "bb"),
        )
    ]
    found.append(
        (
            "PUBLIC_YEARS: authority at completion of the plants of Programme",
            "studied",
            "={Programme!recorded}",
            "={Programme!shown}*INDEX({Support!r_budget_authority:},1,{Programme!package})",
        )
    )
    case, build = names[-1], builds[-1]
    for what, function, call, native in SINGLE:
        if function in FUNCTIONS and (function != "DEBT_CAPACITY" or not time.several):
            call, native = (given(text, case=case, build=build) for text in (call, native))
            found.append((f"{function}: {what}", case, call, native))
    if "CREDIT_SUBSIDY" in FUNCTIONS and not time.several:
        call = (
            "=IF(OR({[case]!covers_interest}=1,{[case]!termination_cover}>0,{[case]!debt}<=0,{[case]!tenor}>={[case]!year#last}),{[case]!guarantee_cost},(1-{[case]!government_loan_share})*INDEX("
            "CREDIT_SUBSIDY({[case]!treasury_rate},{[case]!opening:},{[case]!pd_counted#1-[before]},{[case]!lgd_by_year#1-[before]},{[case]!coverage},{[case]!guarantee_fee}),4,1))"
        )
        found.append(
            (
                "CREDIT_SUBSIDY: cost of the guarantee",
                case,
                given(call, case=case, before=time.years - 1),
                f"={{{case}!guarantee_cost}}",
            )
        )
    if "BREAKEVEN_BELIEF" in FUNCTIONS:
        found.append(
            (
                "BREAKEVEN_BELIEF: under the guarantee",
                "studied",
                BELIEF,
                "={Support!split_belief#3}",
            )
        )
        found += [
            (
                f"BREAKEVEN_BELIEF: the bank's threshold, {words}",
                "studied",
                given(LENDS, first_loss=first_loss, native=f"{{Support!lender_from#{k}}}"),
                f"={{Support!lender_from#{k}}}",
            )
            for k, (words, first_loss) in enumerate(
                (("pari passu", "FALSE"), ("first loss", "TRUE")), start=2
            )
        ]
    return found
