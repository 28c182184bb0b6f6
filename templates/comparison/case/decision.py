"""The rows of a case sheet on public cost, and the credit tests with the debt that each permits."""

from __future__ import annotations

from bankable.templates.workbook.rows import Row, band, note, path, scalar
from bankable.udfs.deal.chain.decision import ALL_MET, TESTS, WHATEVER_THE_DEBT


def value_formulas() -> dict[str, str]:
    """The value of each credit test."""
    uncovered = "{uncovered_share}"
    return {
        "min_dscr": "={lender_min_dscr}",
        "avg_dscr": "={lender_avg_dscr}",
        "llcr": "={llcr}",
        "plcr": "={plcr}",
        "gearing": f'=IF({{debt}}>0,{uncovered}*{{debt}}/{{total_uses}},"n/a")',
        "tail": f'=IF({{debt}}>0,{uncovered}*{{tail_balance}}/{{debt}},"n/a")',
        "contracted": '=IF({debt}>0,{contracted_share},"n/a")',
        "shortfall": "={shortfall_probability}",
        "loss": "={bank_loss_share}",
        "equity": '=IF({debt}>0,{sponsor_equity}*(1-{public_equity})/({total_uses}+{grant}),"n/a")',
        "retained": f'=IF({{debt}}>0,{uncovered},"n/a")',
    }


def permitted_formula(key: str, direction: int) -> str:
    """The debt that a test permits, between nothing and all uses."""
    value, limit = f"{{test_{key}}}", f"{{limit_{key}}}"
    if key in WHATEVER_THE_DEBT:
        return f'=IF(ISNUMBER({value}),{{total_uses}}*{{pass_{key}}},"n/a")'
    if key == "gearing":
        inner = (
            f"IF({{uncovered_share}}>0,{limit}*{{total_uses}}/{{uncovered_share}},{{total_uses}})"
        )
    elif key == "equity":
        inner = f"IF({{public_equity}}<1,{{total_uses}}-{limit}*({{total_uses}}+{{grant}})/(1-{{public_equity}}),0)"
    elif key == "shortfall":
        inner = "{debt}*{probability_scale}"
    elif key == "loss":
        inner = "IF({lgd_allowed}<{lgd_floor}-{Timeline!tolerance},0,IF({lgd_allowed}<1,{collateral_sold}/(1-{lgd_allowed}),{total_uses}))"
    else:
        inner = f"IF({limit}>0,{{debt}}*{value}/{limit},{{total_uses}})"
    return f'=IF(ISNUMBER({value}),MAX(0,MIN({{total_uses}},{inner})),"n/a")'


def rows() -> list[Row]:
    """Each test's value, pass and permitted debt; the binding test; the decision."""
    tolerance = "{Timeline!tolerance}"
    rows = [
        note(
            "Cover is tested on the guarantor: gearing, tail and loss count what no guarantee"
            " covers; DSCR counts the whole loan."
        ),
        scalar(
            "uncovered_share",
            "Share of the debt that is the bank's own risk",
            "share",
            "=(1-{coverage})*(1-{government_loan_share})",
            "share",
        ),
        scalar(
            "secured_end_year",
            "Contract secured to, on the lender's view",
            "years",
            "=CHOOSE({lender_view}+1,{firm_end_year},{supported_end_year},{contract_end_year},{contract_end_year})",
            "factor",
        ),
        scalar(
            "tail_start",
            "Debt should be repaid by",
            "year",
            "=ROUNDDOWN(MAX(0,{secured_end_year}-{tail_years}),0)",
            "count",
        ),
        scalar(
            "tail_balance",
            "Debt left then",
            "$m",
            "=IF({tail_start}>=1,INDEX({closing:},{tail_start}),{debt})",
        ),
        band("Probability of DSCR below 1 at a multiple of the debt"),
        path(
            "step_chance",
            "Probability at the multiple where a loss in the year just hurts",
            "share",
            "=SUMPRODUCT(({worst:}<{worst}-{Timeline!tolerance})*{serviced:}*{lost:})"
            "+{contract_kept}*IF({worst_kept}<{worst}-{Timeline!tolerance},1,0)",
            "share",
        ),
        scalar(
            "step_chance_kept",
            "Probability at the multiple where the kept contract just hurts",
            "share",
            "=SUMPRODUCT(({worst:}<{worst_kept}-{Timeline!tolerance})*{serviced:}*{lost:})",
            "share",
        ),
        path(
            "step_allowed",
            "Multiple within the limit",
            "x",
            f"={{serviced}}*IF({{step_chance}}<={{limit_shortfall}}+{tolerance},{{worst}},0)",
            "multiple",
        ),
        scalar(
            "probability_scale",
            "Largest multiple of the debt within the limit",
            "x",
            f"=MAX(0,{{step_allowed:}},IF({{step_chance_kept}}<={{limit_shortfall}}+{tolerance},{{worst_kept}},0))",
            "multiple",
        ),
        band("Values"),
    ]
    values = value_formulas()
    for key, label, unit, _ in TESTS:
        rows.append(
            scalar(
                f"test_{key}",
                f"{label}: value",
                unit,
                values[key],
                "multiple" if unit == "x" else "rate" if key == "loss" else "share",
            )
        )
    rows.append(band("Passed"))
    for key, label, _, direction in TESTS:
        met = (
            f"{{test_{key}}}>={{limit_{key}}}-{tolerance}"
            if direction > 0
            else f"{{test_{key}}}<={{limit_{key}}}+{tolerance}"
        )
        rows.append(
            scalar(
                f"pass_{key}",
                f"{label}: passed",
                "1 = passed",
                f'=IF(ISNUMBER({{test_{key}}}),IF({met},1,0),"n/a")',
                "count",
            )
        )
    rows.append(band("Debt permitted"))
    rows.append(
        note(
            "DSCR, LLCR, PLCR: in proportion, at this rate. Loss: at this default probability."
            " Never more than all uses."
        )
    )
    rows.append(
        scalar(
            "lgd_allowed",
            "Loss given default at which the bank's loss meets its limit",
            "share",
            "=IF(ISNUMBER({test_loss}),IF({test_loss}>{Timeline!tolerance},{lgd}*{limit_loss}/{test_loss},1),1)",
            "share",
        )
    )
    for key, label, _, direction in TESTS:
        rows.append(
            scalar(
                f"permits_{key}",
                f"{label}: debt permitted",
                "$m",
                permitted_formula(key, direction),
            )
        )
    first, last = TESTS[0][0], TESTS[-1][0]
    permits, passed = f"{{permits_{first}}}:{{permits_{last}}}", f"{{pass_{first}}}:{{pass_{last}}}"
    rows += [
        band("Decision"),
        scalar(
            "permitted_debt",
            "Debt that all tests permit",
            "$m",
            f'=IF(COUNT({permits})>0,MIN({permits}),"n/a")',
            "total number",
        ),
        scalar(
            "permitted_headroom",
            "Headroom",
            "$m",
            '=IF(ISNUMBER({permitted_debt}),{permitted_debt}-{debt},"n/a")',
        ),
        scalar(
            "binding_test",
            "Binding test, by its place in the list",
            "place",
            f"=IF(COUNT({permits})>0,MATCH({{permitted_debt}},{permits},0),0)",
            "count",
        ),
        scalar(
            "binding_name",
            "Binding test",
            "text",
            '=IF({binding_test}>0,INDEX({Lists!tests:},MAX(1,{binding_test})),"n/a")',
            "right small",
        ),
        scalar("tests_failed", "Tests failed", "number", f"=COUNTIF({passed},0)", "count"),
        scalar(
            "first_failed",
            "First test failed, by its place in the list (0: none)",
            "place",
            f"=IF({{tests_failed}}>0,MATCH(0,{passed},0),0)",
            "count",
        ),
        scalar(
            "first_failed_name",
            "First test failed",
            "text",
            f'=IF({{first_failed}}>0,INDEX({{Lists!tests:}},MAX(1,{{first_failed}})),"{ALL_MET}")',
            "right small",
        ),
        scalar(
            "supported",
            "Support in use",
            "flag",
            "=IF({coverage}+{government_loan_share}+{grant}+{public_offtake_years}+{tariff}+{public_equity}>0,1,0)",
            "flag",
        ),
        scalar(
            "decision",
            "Decision, by its place in the list",
            "place",
            "=IF(AND({debt}>0,{tests_failed}=0),1+{supported},0)",
            "count",
        ),
        scalar(
            "decision_words",
            "Decision",
            "text",
            "=INDEX({Lists!decisions:},{decision}+1)",
            "right small",
        ),
    ]
    return rows
