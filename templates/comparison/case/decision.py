"""The rows of a case sheet on the credit tests, the debt that each permits, and the decision."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.workbook.rows import Row, band, given, note
from bankable.udfs.deal.chain.decision import ALL_MET, TESTS, WHATEVER_THE_DEBT

VALUES = {
    "min_dscr": "={min_dscr}",
    "avg_dscr": "={avg_dscr}",
    "llcr": "={llcr}",
    "plcr": "={plcr}",
    "gearing": '=IF({debt}>0,{uncovered_share}*{debt}/{total_uses},"n/a")',
    "tail": '=IF({debt}>0,{uncovered_share}*{tail_balance}/{debt},"n/a")',
    "contracted": '=IF({debt}>0,{contracted_share},"n/a")',
    "shortfall": "={shortfall_probability}",
    "loss": "={bank_loss_share}",
    "equity": '=IF({debt}>0,{sponsor_equity}*(1-{public_equity})/({total_uses}+{grant}),"n/a")',
    "retained": '=IF({debt}>0,{uncovered_share},"n/a")',
}
PASSED = {
    +1: '=IF(ISNUMBER({test_[test]}),IF({test_[test]}>={limit_[test]}-{Timeline!tolerance},1,0),"n/a")',
    -1: '=IF(ISNUMBER({test_[test]}),IF({test_[test]}<={limit_[test]}+{Timeline!tolerance},1,0),"n/a")',
}
# the debt that a test permits, in proportion where nothing else is said
PERMITTED = "IF({limit_[test]}>0,{debt}*{test_[test]}/{limit_[test]},{total_uses})"
PERMITTED_OTHERWISE = {
    "gearing": "IF({uncovered_share}>0,{limit_gearing}*{total_uses}/{uncovered_share},{total_uses})",
    "equity": (
        "IF({public_equity}<1,{total_uses}-{limit_equity}*({total_uses}+{grant})"
        "/(1-{public_equity}),0)"
    ),
    "shortfall": "{debt}*{probability_scale}",
    "loss": (
        "IF({lgd_allowed}<{lgd_floor}-{Timeline!tolerance},0,"
        "IF({lgd_allowed}<1,{collateral_sold}/(1-{lgd_allowed}),{total_uses}))"
    ),
}


def permitted(test: str) -> str:
    """The debt that a test permits, between nothing and all uses."""
    if test in WHATEVER_THE_DEBT:
        return '=IF(ISNUMBER({test_[test]}),{total_uses}*{pass_[test]},"n/a")'
    inner = PERMITTED_OTHERWISE.get(test, PERMITTED)
    return "=IF(ISNUMBER({test_[test]}),MAX(0,MIN({total_uses}," + inner + ')),"n/a")'


def rows() -> list[Row]:
    """Each test's value, pass and permitted debt; the binding test; the decision."""
    rows = [
        note(
            "Cover is tested on the guarantor: gearing, tail and loss count what no guarantee"
            " covers; DSCR counts the whole loan."
        ),
        scalar("uncovered_share", "=(1-{coverage})*(1-{government_loan_share})"),
        scalar(
            "secured_end_year",
            (
                "=CHOOSE({lender_view}"
                "+1,{firm_end_year},{supported_end_year},{contract_end_year},{contract_end_year})"
            ),
        ),
        scalar("tail_start", "=ROUNDDOWN(MAX(0,{secured_end_year}-{tail_years}),0)"),
        scalar("tail_balance", "=IF({tail_start}>=1,INDEX({closing:},1,{tail_start}),{debt})"),
        band("Probability of DSCR below 1 at a multiple of the debt"),
        path(
            "step_chance",
            (
                "=SUMPRODUCT(({worst:}<{worst}-{Timeline!tolerance})*{serviced:}*{lost:})"
                "+{contract_kept}*IF({worst_kept}<{worst}-{Timeline!tolerance},1,0)"
            ),
        ),
        scalar(
            "step_chance_kept",
            "=SUMPRODUCT(({worst:}<{worst_kept}-{Timeline!tolerance})*{serviced:}*{lost:})",
        ),
        path(
            "step_allowed",
            "={serviced}*IF({step_chance}<={limit_shortfall}+{Timeline!tolerance},{worst},0)",
        ),
        scalar(
            "probability_scale",
            (
                "=MAX(0,{step_allowed:},IF({step_chance_kept}<={limit_shortfall}"
                "+{Timeline!tolerance},{worst_kept},0))"
            ),
        ),
        band("Values"),
    ]
    for test, *_ in TESTS:
        rows.append(scalar("test_[test]", VALUES[test], test=test))
    rows.append(band("Passed"))
    for test, _, _, direction in TESTS:
        rows.append(scalar("pass_[test]", PASSED[direction], test=test))
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
            (
                "=IF(ISNUMBER({test_loss}),IF({test_loss}>{Timeline!tolerance},{lgd}"
                "*{limit_loss}/{test_loss},1),1)"
            ),
        )
    )
    for test, *_ in TESTS:
        rows.append(scalar("permits_[test]", permitted(test), test=test))
    ends = {"first": TESTS[0][0], "last": TESTS[-1][0]}
    permits = given("{permits_[first]}:{permits_[last]}", **ends)
    passed = given("{pass_[first]}:{pass_[last]}", **ends)
    rows += [
        band("Decision"),
        scalar("permitted_debt", '=IF(COUNT([permits])>0,MIN([permits]),"n/a")', permits=permits),
        scalar(
            "permitted_headroom", '=IF(ISNUMBER({permitted_debt}),{permitted_debt}-{debt},"n/a")'
        ),
        scalar(
            "binding_test",
            "=IF(COUNT([permits])>0,MATCH({permitted_debt},[permits],0),0)",
            permits=permits,
        ),
        scalar(
            "binding_name",
            '=IF({binding_test}>0,INDEX({Lists!tests:},1,MAX(1,{binding_test})),"n/a")',
        ),
        scalar("tests_failed", "=COUNTIF([passed],0)", passed=passed),
        scalar("first_failed", "=IF({tests_failed}>0,MATCH(0,[passed],0),0)", passed=passed),
        scalar(
            "first_failed_name",
            '=IF({first_failed}>0,INDEX({Lists!tests:},1,MAX(1,{first_failed})),"[none]")',
            none=ALL_MET,
        ),
        scalar(
            "supported",
            (
                "=IF({coverage}+{government_loan_share}+{grant}+{public_offtake_years}+{tariff}"
                "+{public_equity}>0,1,0)"
            ),
        ),
        scalar("decision", "=IF(AND({debt}>0,{tests_failed}=0),1+{supported},0)"),
        scalar("decision_words", "=INDEX({Lists!decisions:},1,{decision}+1)"),
    ]
    return rows
