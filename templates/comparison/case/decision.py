"""The rows of a case sheet on the credit tests, the debt that each permits, and the decision."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.sentences.of_a_case import FIXED, NATIVE
from bankable.templates.workbook.rows import Row, band, given, note
from bankable.udfs.deal.chain.decision import ALL_MET, NO_LOAN, TESTS

ON_TIMELINE = ("longest_multiyear", "tolerance", *(fixed.key for fixed in FIXED))
VALUES = {
    "min_dscr": "={min_dscr}",
    "avg_dscr": "={avg_dscr}",
    "llcr": "={llcr}",
    "plcr": "={plcr}",
    "gearing": '=IF({debt}>0,{uncovered_share}*{debt}/{total_uses},"n/a")',
    "tail": '=IF({debt}>0,{uncovered_share}*{tail_balance}/{debt},"n/a")',
    "contracted": '=IF({debt}>0,{contracted_share},"n/a")',
    "shortfall": "={shortfall_probability}",
    "loss_rate": "={bank_loss_rate}",
    "loss_life": "={bank_loss_share}",
    "equity": '=IF({debt}>0,{sponsor_equity}*(1-{public_equity})/({total_uses}+{grant}),"n/a")',
    "retained": '=IF({debt}>0,{uncovered_share},"n/a")',
}
PASSED = {
    +1: '=IF(ISNUMBER({test_[test]}),IF({test_[test]}>={limit_[test]}-{Timeline!tolerance},1,0),"n/a")',
    -1: '=IF(ISNUMBER({test_[test]}),IF({test_[test]}<={limit_[test]}+{Timeline!tolerance},1,0),"n/a")',
}


def rows(time: Periods) -> list[Row]:
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
        scalar(
            "tail_balance",
            f"=IF({{tail_start}}>=1,INDEX({{closing:}},1,{time.place('{tail_start}')}),{{debt}})",
        ),
        band("Values"),
    ]
    for test, *_ in TESTS:
        rows.append(scalar("test_[test]", VALUES[test], test=test))
    rows.append(band("Passed"))
    for test, _, _, direction in TESTS:
        rows.append(scalar("pass_[test]", PASSED[direction], test=test))
    rows.append(band("Policy of the asset class"))
    rows += [
        scalar(
            "policy_[test]",
            "=INDEX({Lists!policy_[test]:},1,{asset_class}+1)",
            test=test,
        )
        for test, *_ in TESTS
    ]
    rows.append(
        scalar(
            "looser_limits",
            "="
            + "+".join(
                f"IF({'' if direction > 0 else '-'}({{policy_{test}}}-{{limit_{test}}})"
                ">{Timeline!tolerance},1,0)"
                for test, _, _, direction in TESTS
            ),
        )
    )
    rows.append(band("Room to the limit"))
    rows += [
        scalar(
            "room_[test]",
            "=IF(ISNUMBER({test_[test]}),[sign]({test_[test]}-{limit_[test]})"
            '/IF({limit_[test]}=0,1,ABS({limit_[test]})),"n/a")',
            test=test,
            sign="" if direction > 0 else "-",
        )
        for test, _, _, direction in TESTS
    ]
    rows.append(
        scalar(
            "least_room",
            '=IF(COUNT({room_[first]}:{room_[last]})>0,MIN({room_[first]}:{room_[last]}),"n/a")',
            first=TESTS[0][0],
            last=TESTS[-1][0],
        )
    )
    rows += [
        scalar(
            "tightest_test",
            "=IF(ISNUMBER({least_room}),MATCH({least_room},{room_[first]}:{room_[last]},0),0)",
            first=TESTS[0][0],
            last=TESTS[-1][0],
        ),
        scalar(
            "tightest_name",
            '=IF({tightest_test}>0,INDEX({Lists!tests:},1,MAX(1,{tightest_test})),"n/a")',
        ),
    ]
    ends = {"first": TESTS[0][0], "last": TESTS[-1][0]}
    permits = given("{permits_[first]}:{permits_[last]}", **ends)
    passed = given("{pass_[first]}:{pass_[last]}", **ends)
    rows += [
        band("Decision"),
        scalar(
            "permitted_headroom",
            '=IF(AND({debt}>0,ISNUMBER({permitted_debt})),{permitted_debt}-{debt},"n/a")',
        ),
        scalar(
            "binding_test",
            "=IF(COUNT([permits])>0,MATCH(MIN([permits]),[permits],0),0)",
            permits=permits,
        ),
        scalar(
            "binding_name",
            '=IF({binding_test}>0,INDEX({Lists!tests:},1,MAX(1,{binding_test})),"n/a")',
        ),
        scalar("tests_failed", "=COUNTIF([passed],0)", passed=passed),
        scalar(
            "supported",
            (
                "=IF({coverage}+{government_loan_share}+{grant}+{public_offtake_years}+{tariff}"
                "+{public_equity}+{termination_cover}*MAX({full_faith},{subject_to_appropriation})>0,1,0)"
            ),
        ),
        scalar(
            "decision",
            "=IF(AND({debt}>0,{tests_failed}=0,OR({pricing}=0,ISNUMBER({clearing_rate}))),1+{supported},0)",
        ),
        scalar(
            "first_failed",
            "=IF({tests_failed}>0,MATCH(0,[passed],0),IF({decision}>0,0,[last]))",
            passed=passed,
            last=len(TESTS) + 1,
        ),
        scalar(
            "first_failed_name",
            '=IF({first_failed}=0,"[none]",IF({first_failed}>[tests],"[no_loan]",'
            "INDEX({Lists!tests:},1,MIN([tests],{first_failed}))))",
            none=ALL_MET,
            no_loan=NO_LOAN,
            tests=len(TESTS),
        ),
        scalar(
            "decision_words",
            (
                "=IF(AND({is_settled}=0,OR({size_debt}=1,{pricing}=1)),"
                '"No verdict: recalculate with Bankable",INDEX({Lists!decisions:},1,{decision}+1))'
            ),
        ),
    ]
    return [*rows, band("In words"), *_said()]


def _said() -> list[Row]:
    """The sentences that are true of the case, and the names in them."""

    def listed(count: str, condition: str, words: str) -> str:
        each = (
            given(f'IF({condition},", "&{words},"")', i=i, test=test, sign="" if sign > 0 else "-")
            for i, (test, _, _, sign) in enumerate(TESTS, start=1)
        )
        return f'=IF({{{count}}}>0,MID(""&{"&".join(each)},3,999),"none")'

    name = "{Lists!tests#[i]}"
    return [
        scalar("failed_names", listed("tests_failed", "{pass_[test]}=0", name)),
        scalar(
            "looser_names",
            listed(
                "looser_limits", "[sign]({policy_[test]}-{limit_[test]})>{Timeline!tolerance}", name
            ),
        ),
        *(scalar(f"said_{key}", topic.formula(_cell)) for key, topic in NATIVE.items()),
    ]


def _cell(key: str) -> str:
    return f"{{Timeline!{key}}}" if key in ON_TIMELINE else f"{{{key}}}"
