"""The sheets Programme and Authority and the last section of Time, reckoned again from the deal and in plain
loops; their sentences under other choices.
"""

from __future__ import annotations

from typing import Any

import pytest

from bankable import udfs
from bankable.templates.comparison import compare
from bankable.templates.comparison.sheets import authority_tools, programme
from bankable.templates.comparison.sheets.support_terms import PACKAGES
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Book
from bankable.templates.workbook.settings import Settings
from bankable.udfs.deal import deal as deals

FACTORY = 2  # the case studied, as the book is delivered


@pytest.fixture(scope="module")
def chosen(shipped: list[SourcedDeal]) -> Book:
    """Five years of offtake, a large budget, the package of offtake and guarantee, no defence articles, a
    spare plant without use.
    """
    return compare.calculated(
        [shipped[1]],
        settings=Settings(
            {
                "support_t_years": [5],
                "support_t_loan": [0.1],
                "programme_budget": [5000.0],
                "programme_chosen": [5],
                "authority_defence": [0],
                "time_first_rate": [0.05],
            }
        ),
    )


def test_the_budget_pays_for_whole_plants(shipped_book: Book) -> None:
    sheet, support = shipped_book["Programme"], shipped_book["Support"]
    costs, credits = (support.values_of(f"r_{key}") for key in ("public_cost", "credit_cost"))
    counted: dict[int, float] = {}
    authorities = support.values_of("r_budget_authority")
    private = support.values_of("r_private_at_risk")
    passing = support.values_of("passing_cost")
    for k in range(len(PACKAGES)):
        passes = isinstance(passing[k], float)
        assert sheet.value_of(f"passes_{k + 1}") == ("yes" if passes else "no")
        plants = sheet.value_of(f"plants_{k + 1}")
        if not passes:
            assert plants == 0
        elif costs[k] > 0:
            counted[k] = costs[k] + max(0.0, -credits[k])
            assert sheet.value_of(f"counted_{k + 1}") == pytest.approx(counted[k], abs=1e-6)
            assert plants == 500 // counted[k]
            assert sheet.value_of(f"mobilised_{k + 1}") == pytest.approx(plants * private[k])
        assert sheet.value_of(f"plants_authority_{k + 1}") == (
            500 // authorities[k] if passes and authorities[k] > 0 else 0
        )
    best = min((round(cost, 6), k) for k, cost in counted.items())[1]
    assert PACKAGES[best][0] == "Offtake, fixed + guarantee"  # a loan on top only earns fees
    assert sheet.value_of("package") == best + 1
    assert PACKAGES[best][0] in str(sheet.value_of("sentence_plants"))


def test_the_bad_case_is_vasicek_s(shipped_book: Book) -> None:
    sheet = shipped_book["Programme"]
    k = int(sheet.value_of("package"))
    default, plants = sheet.value_of(f"default_{k}"), sheet.value_of(f"plants_{k}")
    share = udfs.VASICEK_QUANTILE(default, 0.5, 0.95)
    assert plants >= 1
    assert sheet.value_of(f"worst_{k}") == pytest.approx(plants * share, rel=1e-6)


def test_the_years_are_the_package_s(shipped_book: Book) -> None:
    sheet = shipped_book["Programme"]
    block = {key: shipped_book["Deals"].value_of(f"programme_{key}") for key in deals.KEYS}
    rows = udfs.PUBLIC_YEARS([[key, value] for key, value in block.items()], 1, 2029)
    assert block["public_offtake_years"] == 10
    assert sheet.values_of("years") == rows[0][1:]
    for i, row in enumerate(rows[1:]):
        assert sheet.values_of(f"y_{i}") == pytest.approx(row[1:])


def test_a_package_that_fails_pays_for_nothing(chosen: Book) -> None:
    sheet = chosen["Programme"]
    assert sheet.value_of("package_name") == PACKAGES[4][0] == "Guarantee"
    assert sheet.value_of("plants") == 0
    assert "fails a credit test: there is no programme" in sheet.value_of("sentence_plants")


def test_what_the_law_lets_each_tool_do(shipped_book: Book, chosen: Book) -> None:
    def verdicts(book: Book) -> dict[str, str]:
        sheet = book["Authority"]
        return {
            tool.tool: str(sheet.value_of(f"verdict_{k}"))
            for k, tool in enumerate(authority_tools.TOOLS)
        }

    delivered, five = verdicts(shipped_book), verdicts(chosen)
    assert delivered["Multiyear contract"] == "too short by 5 years"
    assert five["Multiyear contract"] == "exists"
    long = "Longer public offtake, price band or floor"
    assert delivered[long] == authority_tools.NEEDS_ACT
    assert five[long].startswith("not needed")
    assert delivered["Government loan"] == "beyond its largest loan"
    assert five["Government loan"].startswith("exists")
    assert delivered["Export credit"] == "closed to defence articles"
    assert five["Export credit"].startswith("exists")
    said = str(shipped_book["Authority"].value_of("sentence_tools"))
    assert "the offtake needs an act of its own" in said
    assert "no tool lacks" not in said
    assert "the guarantee needs an act of its own" in str(
        chosen["Authority"].value_of("sentence_tools")
    )


def test_the_state_s_plant_against_the_same_goods_bought(shipped_book: Book) -> None:
    sheet, case = shipped_book["Authority"], shipped_book["Factory today"]
    discount = case.values_of("treasury_discount")
    costs = [
        sum(parts)
        for parts in zip(
            case.values_of("variable_cost_promised"),
            case.values_of("fixed_cost_path"),
            case.values_of("maintenance"),
            strict=True,
        )
    ]
    running = sum(cost * at for cost, at in list(zip(costs, discount, strict=True))[:10])
    paid = sum(
        price * at
        for price, at in list(zip(case.values_of("revenue_promised"), discount, strict=True))[:10]
    )
    plant = case.value_of("plant_cost")
    assert sheet.value_of("built_whole") == pytest.approx(plant + running)
    assert sheet.value_of("built_less") == pytest.approx(paid - plant - running)


def test_an_export_subsidy_is_the_deal_at_the_higher_price(shipped_book: Book) -> None:
    sheet = shipped_book["Authority"]
    block = {key: shipped_book["Deals"].value_of(f"studied_{key}") for key in deals.KEYS}
    raised = block | {key: block[key] * 1.02 for key in ("price", "market_price")}
    raised_block = [[key, value] for key, value in raised.items()]
    [[irr]] = udfs.DEAL_SCENARIOS(
        raised_block, ["escalator"], [raised["escalator"]], ["equity_irr_expected"]
    )
    found = sheet.values_of("subsidy_equity_irr_expected")
    assert found[1] == pytest.approx(irr)
    assert found[1] > found[0]


def test_factory_first_by_hand(shipped_book: Book, chosen: Book) -> None:
    for book, name, rate in (
        (shipped_book, "Factory today", 0.10),
        (chosen, "Factory today", 0.05),
    ):
        sheet, case = book["Time"], book[name]
        flow = case.values_of("project_flow")
        worth = sum(cash / (1 + rate) ** t for t, cash in enumerate(flow, start=1))
        cost, sold = case.value_of("plant_cost"), case.value_of("collateral_sold")
        wait = case.value_of("completion_month") / 12
        fixed = book["Deals"].value_of("studied_fixed_cost")
        lost = cost + fixed / (1 + rate) + fixed / (1 + rate) ** 2 - sold / (1 + rate) ** 2
        now, later = worth - cost, max(0.0, (worth - cost) / (1 + rate) ** wait)
        belief = lost / (lost + now - later) if now > later else "never"
        assert sheet.value_of("first_lost") == pytest.approx(lost)
        assert sheet.value_of("first_belief") == pytest.approx(belief)
        # at that belief building ahead and waiting are worth the same
        assert belief * now - (1 - belief) * lost == pytest.approx(belief * later)
    assert "pays the owner from a probability" in shipped_book["Time"].value_of("finding_first")


def test_terms_are_kept(chosen: Book) -> None:
    assert chosen["Programme"].value_of("budget") == 5000
    assert chosen["Authority"].value_of("defence") == 0
    assert programme.TERMS[0][0] == "budget"


def test_todays_law_gives_no_guarantee(shipped_book: Book) -> None:
    """The law's loan is the largest that five years bear without a guarantee, found again with the function."""
    sheet = shipped_book["Recut"]
    block = {key: shipped_book["Deals"].value_of(f"unsupported_{key}") for key in deals.KEYS}
    deal = [[key, value] for key, value in block.items()]
    largest = udfs.FRONTIER(deal, [5], [0.0], "gearing_used", "re-cut")[0][0]
    assert sheet.value_of("law_gearing_used") == pytest.approx(largest)
    assert sheet.value_of("law_coverage") == 0
    guaranteed = udfs.FRONTIER(deal, [5], [0.2], "gearing_used", "re-cut")[0][0]
    assert guaranteed > largest  # which an act would have to give
    said = str(sheet.value_of("sentence_law"))
    assert "no guarantee" in said
    assert f"{largest:.0%} of uses" in said


def test_what_brings_the_sponsor_in_does(shipped_book: Book) -> None:
    """The mix typed into the deal meets every test and brings the hurdle; a year less of it does not."""
    sheet, hurdle = shipped_book["Frontier"], shipped_book["Recut"].value_of("hurdle")
    block = {key: shipped_book["Deals"].value_of(f"unsupported_{key}") for key in deals.KEYS}
    tools = {
        "public_offtake_years": sheet.value_of("mix_years"),
        "coverage": sheet.value_of("mix_coverage"),
        "government_loan_share": sheet.value_of("mix_loan"),
        "lender_view": "supported",
    }

    def measured(less: int, key: str) -> Any:
        years = {"public_offtake_years": tools["public_offtake_years"] - less}
        typed = block | tools | years
        return udfs.DEAL_METRICS([[k, v] for k, v in typed.items()], key)[0][1]

    assert str(measured(0, "decision")).startswith("Meets")
    assert measured(0, "equity_irr_expected") >= hurdle
    assert measured(1, "equity_irr_expected") < hurdle or not str(
        measured(1, "decision")
    ).startswith("Meets")
    assert measured(0, "public_cost") == pytest.approx(sheet.value_of("mix_cost"))
    said = str(sheet.value_of("sentence_sponsor"))
    assert f"{sheet.value_of('mix_years'):.0f} years of public offtake" in said
    assert f"a guarantee of {sheet.value_of('mix_coverage'):.0%}" in said
    assert f"${sheet.value_of('mix_cost'):,.0f}m" in said


def test_no_plant_is_told_as_built_that_its_sponsor_leaves(shipped_book: Book) -> None:
    sheet, hurdle = shipped_book["Programme"], shipped_book["Recut"].value_of("hurdle")
    k = int(sheet.value_of("package")) - 1
    earned = shipped_book["Support"].values_of("r_equity_irr_expected")[k]
    assert earned < hurdle
    said = str(sheet.value_of("sentence_plants"))
    assert f"the sponsor earns {earned:.1%} of the {hurdle:.1%} that he asks" in said
