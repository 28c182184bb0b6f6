"""The rows of a case sheet on the credit tests, the debt that each permits, and the decision."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.workbook.rows import Row, band, note
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
        scalar("uncovered_share", "=(1-{coverage})*(1-{government_loan_share})"),
        scalar(
            "secured_end_year",
            "=CHOOSE({lender_view}+1,{firm_end_year},{supported_end_year},{contract_end_year},{contract_end_year})",
        ),
        scalar("tail_start", "=ROUNDDOWN(MAX(0,{secured_end_year}-{tail_years}),0)"),
        scalar("tail_balance", "=IF({tail_start}>=1,INDEX({closing:},{tail_start}),{debt})"),
        band("Probability of DSCR below 1 at a multiple of the debt"),
        path(
            "step_chance",
            "=SUMPRODUCT(({worst:}<{worst}-{Timeline!tolerance})*{serviced:}*{lost:})"
            "+{contract_kept}*IF({worst_kept}<{worst}-{Timeline!tolerance},1,0)",
        ),
        scalar(
            "step_chance_kept",
            "=SUMPRODUCT(({worst:}<{worst_kept}-{Timeline!tolerance})*{serviced:}*{lost:})",
        ),
        path(
            "step_allowed",
            f"={{serviced}}*IF({{step_chance}}<={{limit_shortfall}}+{tolerance},{{worst}},0)",
        ),
        scalar(
            "probability_scale",
            f"=MAX(0,{{step_allowed:}},IF({{step_chance_kept}}<={{limit_shortfall}}+{tolerance},{{worst_kept}},0))",
        ),
        band("Values"),
    ]
    values = value_formulas()
    for key, _, _, _ in TESTS:
        rows.append(scalar(f"test_{key}", values[key]))
    rows.append(band("Passed"))
    for key, _, _, direction in TESTS:
        met = (
            f"{{test_{key}}}>={{limit_{key}}}-{tolerance}"
            if direction > 0
            else f"{{test_{key}}}<={{limit_{key}}}+{tolerance}"
        )
        rows.append(scalar(f"pass_{key}", f'=IF(ISNUMBER({{test_{key}}}),IF({met},1,0),"n/a")'))
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
            "=IF(ISNUMBER({test_loss}),IF({test_loss}>{Timeline!tolerance},{lgd}*{limit_loss}/{test_loss},1),1)",
        )
    )
    for key, _, _, direction in TESTS:
        rows.append(scalar(f"permits_{key}", permitted_formula(key, direction)))
    first, last = TESTS[0][0], TESTS[-1][0]
    permits, passed = f"{{permits_{first}}}:{{permits_{last}}}", f"{{pass_{first}}}:{{pass_{last}}}"
    rows += [
        band("Decision"),
        scalar("permitted_debt", f'=IF(COUNT({permits})>0,MIN({permits}),"n/a")'),
        scalar(
            "permitted_headroom", '=IF(ISNUMBER({permitted_debt}),{permitted_debt}-{debt},"n/a")'
        ),
        scalar("binding_test", f"=IF(COUNT({permits})>0,MATCH({{permitted_debt}},{permits},0),0)"),
        scalar(
            "binding_name",
            '=IF({binding_test}>0,INDEX({Lists!tests:},MAX(1,{binding_test})),"n/a")',
        ),
        scalar("tests_failed", f"=COUNTIF({passed},0)"),
        scalar("first_failed", f"=IF({{tests_failed}}>0,MATCH(0,{passed},0),0)"),
        scalar(
            "first_failed_name",
            f'=IF({{first_failed}}>0,INDEX({{Lists!tests:}},MAX(1,{{first_failed}})),"{ALL_MET}")',
        ),
        scalar(
            "supported",
            "=IF({coverage}+{government_loan_share}+{grant}+{public_offtake_years}+{tariff}+{public_equity}>0,1,0)",
        ),
        scalar("decision", "=IF(AND({debt}>0,{tests_failed}=0),1+{supported},0)"),
        scalar("decision_words", "=INDEX({Lists!decisions:},{decision}+1)"),
    ]
    return rows
