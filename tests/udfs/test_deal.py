"""The chain held against what must be true of any deal, and against the public functions of the
other families.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankable.templates import deal_file
from bankable.udfs.cells import CellError
from bankable.udfs.construction import IDC
from bankable.udfs.deal import block, chain
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal import measures as figures
from bankable.udfs.deal.chain import Results
from bankable.udfs.deal.deal import Deal
from bankable.udfs.debt import DEBT_CAPACITY, LOAN_SCHEDULE
from bankable.udfs.offtake import OFFTAKE_NPV, SURVIVAL
from bankable.udfs.ratios import DSCR_AVG, DSCR_PATH, LLCR, PLCR

MONEY = tuple(row.name for row in deals.INPUTS if row.metadata["unit"].startswith("$m"))


@cache
def example() -> Deal:
    return deals.read(block.entries("deal", block.EXAMPLE))


@cache
def shipped() -> tuple[Deal, ...]:
    return tuple(entry.deal for entry in deal_file.load_shipped())


@cache
def shaped() -> tuple[Deal, ...]:
    """The shipped deals and turns of them that reach other lines: profiles, grace, balloon, delay,
    grant, size of debt.
    """
    centre, today, supported = shipped()
    return (
        *shipped(),
        example(),
        replace(centre, repayment="equal principal", grace_years=2, delay_months=6, overrun=0.1),
        replace(centre, repayment="annuity", balloon=0.4, base_rate_shock=0.02, hedge_ratio=0.5),
        replace(today, grant=300.0, lender_view="promised", repayment="sculpted"),
        replace(supported, size_debt=True, tenor=8, contract_end="calendar date", delay_months=9),
        replace(
            supported,
            statutory_backing="subject to appropriation",
            firm_lapse=0.03,
            spend_profile="back-loaded",
            price_cap=0.0,
        ),
    )


@cache
def results(i: int) -> Results:
    return deals.evaluate(shaped()[i])


def all_shaped(test):
    return pytest.mark.parametrize("i", range(9))(test)


def one(r: Results, key: str) -> float:
    return float(r[key][0, 0])


@st.composite
def variants_of_a_deal(draw: st.DrawFn) -> Deal:
    """A shipped deal with the inputs that matter most drawn anew."""
    deal = draw(st.sampled_from(shaped()))
    firm = draw(st.integers(0, deal.contract_years))
    return replace(
        deal,
        gearing=draw(st.floats(0.05, 0.9)),
        tenor=draw(st.integers(deal.grace_years + 1, deal.operating_years)),
        coverage=draw(st.floats(0, 1)),
        government_loan_share=draw(st.floats(0, 1)),
        public_offtake_years=draw(st.integers(0, 25)),
        firm_years=firm,
        renewal=draw(st.floats(0.5, 1)),
        price=deal.price * draw(st.floats(0.5, 1.5)),
        market_price=deal.market_price * draw(st.floats(0.3, 1.5)),
        price_vol=draw(st.floats(0, 0.4)),
        delay_months=draw(st.integers(0, 12)),
        base_rate=draw(st.floats(0.0, 0.1)),
        repayment=draw(st.sampled_from(deals.REPAYMENTS)),
        lender_view=draw(st.sampled_from(deals.VIEWS)),
        size_debt=draw(st.booleans()),
    )


# Against the public functions --------------------------------------------------------------------


@all_shaped
def test_facility_is_that_of_idc(i: int) -> None:
    deal, r = shaped()[i], results(i)
    budget, rate = r.planned_cost[0, : deal.build_months], one(r, "construction_rate")
    found = IDC(
        rate,
        budget,
        float(r.gearing_used[0, 0]),
        deal.draw_timing,
        deal.upfront_fee,
        deal.commitment_fee,
        12,
    )
    assert found.facility == pytest.approx(one(r, "debt"), rel=1e-11)
    late = (
        one(r, "debt") * rate / 12 * deal.delay_months
    )  # interest on the whole facility until completion
    assert found.idc + late == pytest.approx(one(r, "total_idc"), rel=1e-11)
    assert found.fees == pytest.approx(one(r, "total_fees"), rel=1e-11)
    assert found.total_cost == pytest.approx(one(r, "budgeted_uses"), rel=1e-11)
    beyond = np.sum(r.build_cost) - np.sum(budget) + late
    assert one(r, "sponsor_extra") == pytest.approx(beyond, rel=1e-9, abs=1e-9)


@all_shaped
def test_ratios_are_those_of_the_public_functions(i: int) -> None:
    deal, r = shaped()[i], results(i)
    cfads, service = r.lender_cfads[0], r.debt_service[0]
    path = DSCR_PATH(cfads, service)
    assert np.array_equal(np.isnan(path), np.isnan(r.lender_dscr[0]))
    assert np.nanmax(np.abs(path - r.lender_dscr[0])) < 1e-12
    assert DSCR_AVG(cfads, service) == pytest.approx(one(r, "avg_dscr"), rel=1e-12)
    rate, debt = one(r, "all_in_rate"), one(r, "debt")
    assert LLCR(rate, cfads, debt, deal.tenor) == pytest.approx(one(r, "llcr"), rel=1e-12)
    assert PLCR(rate, cfads, debt) == pytest.approx(one(r, "plcr"), rel=1e-12)


@all_shaped
def test_schedule_is_that_of_loan_schedule(i: int) -> None:
    deal, r = shaped()[i], results(i)
    method = ("annuity", "equal", "sculpted")[int(r.profile_used[0, 0])]
    extra = {}
    if method == "sculpted":
        extra = {
            "cfads": r.sculpt_base_3[0, : deal.tenor],
            "target_dscr": one(r, "sculpted_dscr"),
        }
    debt = one(r, "debt")
    table = np.asarray(
        LOAN_SCHEDULE(
            debt,
            one(r, "all_in_rate"),
            deal.tenor,
            method,
            grace=deal.grace_years,
            balloon=deal.balloon,
            **extra,
        )
    )
    closing = r.closing[0, : deal.tenor]
    assert table[:, 1] == pytest.approx(r.opening[0, : deal.tenor], rel=1e-9)
    assert table[:, 2] == pytest.approx(r.interest[0, : deal.tenor], rel=1e-9)
    assert table[:, 5] == pytest.approx(closing, rel=1e-9, abs=1e-6)


@all_shaped
def test_capacity_is_that_of_debt_capacity(i: int) -> None:
    deal, r = shaped()[i], results(i)
    if deal.balloon:
        return
    for v, view in enumerate(deals.VIEWS):
        cfads = np.maximum(0, r.unlevered_cfads[v, 0, : deal.tenor])
        expected = DEBT_CAPACITY(
            one(r, "all_in_rate"), cfads, deal.limit_min_dscr, grace=deal.grace_years
        )
        assert one(r, f"capacity_{view}") == pytest.approx(expected, rel=1e-11), view


def test_contract_stands_as_survival_says() -> None:
    deal = replace(shipped()[0], firm_years=3, renewal=0.8, renew_every=2)
    r = deals.evaluate(deal)
    path = SURVIVAL(deal.contract_years, -np.log(1 - deal.offtaker_pd), 0.8, 3, 2)
    assert r.alive[0, : deal.contract_years] == pytest.approx(path, rel=1e-12)
    assert np.all(r.alive[0, deal.contract_years :] == path[-1])


def test_worth_of_a_plain_contract_is_offtake_npv() -> None:
    d = example()
    worth = OFFTAKE_NPV(
        d.treasury_rate,
        d.contract_years,
        d.price,
        d.capacity,
        d.escalator,
        1,
        0,
        d.renewal,
        d.firm_years,
    )
    assert one(deals.evaluate(d), "contract_value") == pytest.approx(worth, rel=1e-12)


# Identities --------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(variants_of_a_deal())
def test_what_holds_in_every_deal(deal: Deal) -> None:
    r = deals.evaluate(deal)
    debt = one(r, "debt")
    uses = one(r, "total_uses")
    assert debt + one(r, "sponsor_equity") == pytest.approx(uses, rel=1e-12)
    assert np.sum(r.debt_draw) + np.sum(r.equity_draw) == pytest.approx(uses, rel=1e-10)
    assert debt == pytest.approx(one(r, "gearing_used") * one(r, "budgeted_uses"), rel=1e-10)
    assert r.closing[0, deal.tenor - 1 :] == pytest.approx(0, abs=1e-9 * max(1, debt))
    assert np.sum(r.principal) + np.sum(r.balloon_paid) == pytest.approx(debt, rel=1e-9)
    for view, cfads in (
        ("", r.lender_cfads),
        ("_promised", r.cfads_promised),
    ):
        for key in (
            "service_paid",
            "arrears",
            "reserve",
            "trapped",
            "distribution",
            "sponsor_support",
        ):
            assert np.all(r[key + view] >= -1e-9 * max(1, debt)), key + view
        paid_in = np.sum(cfads + r[f"sponsor_support{view}"] + r[f"costs_unpaid{view}"])
        paid_in += one(r, "dsra_at_completion")
        paid_out = (
            sum(np.sum(r[key + view]) for key in ("service_paid", "distribution"))
            + r[f"trapped{view}"][0, -1]
        )
        assert paid_in == pytest.approx(paid_out + r[f"reserve{view}"][0, -1], rel=1e-9, abs=1e-9)
        paid = r[f"distribution{view}"] > 1e-9 * max(1, debt)
        assert not np.any(paid & (r[f"arrears{view}"] > 1e-9 * max(1, debt))), (
            "the sponsor is paid before the lender"
        )
        assert not np.any(paid & (r[f"reserve{view}"] < r.dsra_target - 1e-9 * max(1, debt))), (
            "the sponsor is paid before the reserve"
        )
    for key in ("alive", "lost", "lapse", "pd", "loan_survival", "performing"):
        assert np.all((r[key] >= -1e-12) & (r[key] <= 1 + 1e-12)), key
    if debt > 0:
        assert -1e-12 <= one(r, "shortfall_probability") <= 1 + 1e-12


def test_sculpted_debt_gives_a_flat_dscr() -> None:
    """Each pass follows CFADS after the interest of the pass before: the third is flat."""
    r = results(0)
    years = slice(0, shaped()[0].tenor)
    spread = [
        np.ptp(r.lender_cfads[0, years] / r[f"sculpt_service_{n}"][0, years]) for n in (1, 2, 3)
    ]
    assert spread[0] > 0.05 > spread[1] > spread[2]
    assert spread[2] == pytest.approx(3.4e-4, abs=1e-5)
    cover = r.sculpt_base_3[0, years] / r.debt_service[0, years]
    assert cover == pytest.approx(one(r, "sculpted_dscr"), rel=1e-9)


def without_a_rate() -> Deal:
    """A shock takes the rate away but for a rest of rounding, 3e-18: interest in grace is one
    too.
    """
    return replace(
        shipped()[0],
        base_rate=0.03,
        base_rate_shock=-0.03 / (1 - 0.45),
        hedge_ratio=0.45,
        grace_years=2,
        **dict.fromkeys(("margin", "guaranteed_spread", "guarantee_fee", "coverage"), 0.0),
        **dict.fromkeys(("pd_base", "offtaker_pd", "termination"), 0.0),
        renewal=1.0,
    )


def test_a_rest_of_debt_service_is_none() -> None:
    r = deals.evaluate(without_a_rate())
    assert 0 < one(r, "all_in_rate") < 1e-15
    assert (r.debt_service[0, :2] > 0).all()
    assert r.serviced[0, :3].tolist() == [0, 0, 1]
    assert np.isnan(r.lender_dscr[0, :2]).all()
    assert one(r, "avg_dscr") < 5


@all_shaped
def test_irr_is_where_the_present_values_meet(i: int) -> None:
    r = results(i)
    rate = one(r, "project_irr")
    if np.isnan(rate):
        return
    years = np.arange(1, chain.YEARS + 1)
    spent = np.sum(r.build_cost[0] * (1 + rate) ** r.years_before[0])
    assert np.sum(r.project_flow[0] * (1 + rate) ** -years) == pytest.approx(spent, rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(variants_of_a_deal(), st.floats(0.01, 100))
def test_money_in_another_unit_changes_no_ratio(deal: Deal, k: float) -> None:
    scaled = replace(deal, **{key: getattr(deal, key) * k for key in MONEY})
    before, after = (deals.evaluate(d) for d in (deal, scaled))
    for name, entry in figures.MEASURES.items():
        if entry.texts:
            continue
        factor = k if entry.unit == "$m" else 1.0
        a, b = (float(figures.measure(r, name)[0]) for r in (before, after))
        assert (np.isnan(a) and np.isnan(b)) or b == pytest.approx(
            a * factor, rel=1e-6, abs=1e-6 * factor
        ), name


@settings(max_examples=25, deadline=None)
@given(variants_of_a_deal(), st.floats(0, 1), st.floats(0, 1))
def test_more_coverage_leaves_the_bank_no_more_at_risk(deal: Deal, a: float, b: float) -> None:
    low, high = (deals.evaluate(replace(deal, coverage=c, size_debt=False)) for c in sorted((a, b)))
    for key in ("bank_at_risk", "uncovered_share"):
        assert one(high, key) <= one(low, key) + 1e-9, key
    assert low.debt == pytest.approx(high.debt)


@pytest.mark.parametrize("deal", [*shipped(), example()], ids=lambda deal: deal.case_name)
def test_longer_public_offtake_never_lowers_the_dscr_it_supports(deal: Deal) -> None:
    """For an offtake that does not hang on appropriations."""
    deal = replace(deal, statutory_backing="full faith and credit")
    years = np.arange(0, deal.operating_years + 1)
    x = figures.variants(
        deal, {"public_offtake_years": years, "lender_view": np.full(years.size, 1)}
    )
    dscr = figures.evaluate(x, ["min_dscr_supported"])["min_dscr_supported"]
    assert np.all(np.diff(dscr) > -1e-9)
    assert dscr[-1] > 1.1


def test_an_offtake_that_hangs_on_appropriations_is_not_firm() -> None:
    deal = replace(shipped()[2], statutory_backing="subject to appropriation")
    r = deals.evaluate([deal, replace(deal, statutory_backing="full faith and credit")])
    assert r.supported_end_year[:, 0].tolist() == [deal.firm_years, deal.public_offtake_years]
    assert r.min_dscr[0, 0] < 1 < r.min_dscr[1, 0]
    assert r.pd_equivalent[0, 0] > 3 * r.pd_equivalent[1, 0]
    assert r.offtake_authority[0, 0] == deal.cancellation_ceiling


def test_a_plant_that_never_earns_its_costs_again_is_closed() -> None:
    r = deals.evaluate(shipped()[1])
    assert r.standing_firm[0, 1:24].max() < 0
    assert r.open_firm[0].tolist() == [1.0] + [0.0] * 29
    assert np.all(r.earnings_firm[0, 1:] == 0)
    waiting = deals.evaluate(replace(shipped()[1], merchant_share=1.0, market_price=1.2))
    idle = waiting.standing_firm[0] < 0
    assert idle.any()
    assert waiting.open_firm[0, :25].all(), (
        "it stands idle for the sake of the years after retooling"
    )


def test_an_overrun_and_a_delay_are_paid_by_the_sponsor() -> None:
    deal = shipped()[1]
    plan, over, late = (
        deals.evaluate(replace(deal, overrun=o, delay_months=m))
        for o, m in ((0.0, 0), (0.15, 0), (0.0, 6))
    )
    for r in (over, late):
        assert one(r, "debt") == one(plan, "debt")
        assert one(r, "sponsor_equity") - one(plan, "sponsor_equity") == pytest.approx(
            one(r, "sponsor_extra"), rel=1e-12
        )
    assert one(over, "sponsor_extra") == pytest.approx(0.15 * one(plan, "hard_cost"), rel=1e-12)
    held = 6 * (
        deal.delay_cost
        - deal.delay_damages
        + one(late, "debt") * one(late, "construction_rate") / 12
    )
    assert one(late, "sponsor_extra") == pytest.approx(held, rel=1e-9)


def test_a_year_that_the_contract_itself_does_not_cover_is_a_default() -> None:
    deal = replace(shipped()[2], utilisation=0.5)
    r = deals.evaluate(deal)
    assert one(r, "min_dscr_promised") < 1
    assert one(r, "life_default") == 1
    first = int(np.flatnonzero(r.dscr_promised[0] < 1)[0])
    assert r.default_probability[0, first] == pytest.approx(
        r.performing_before[0, first], rel=1e-12
    )
    assert one(r, "guarantee_cost") > 10 * one(deals.evaluate(shipped()[2]), "guarantee_cost")


def test_the_reserve_holds_the_next_years_debt_service() -> None:
    deal = shipped()[2]
    r = deals.evaluate(deal)
    tenor = deal.tenor
    asked = deal.dsra_months / 12 * r.debt_service[0, 1:tenor]
    assert r.reserve_promised[0, 1 : tenor - 1] == pytest.approx(asked[1:], rel=1e-12)
    assert (
        r.reserve_promised[0, 0] < asked[0]
    )  # after a year of interest only it cannot be filled at once
    assert r.distribution_promised[0, 0] == 0
    assert one(r, "dsra_at_completion") == pytest.approx(
        deal.dsra_months / 12 * r.debt_service[0, 0], rel=1e-12
    )
    assert r.reserve_promised[0, tenor - 1] == 0


def test_a_grant_comes_back_only_from_what_the_debt_leaves() -> None:
    deal = replace(shipped()[1], grant=300, grant_clawback=1.0)
    r = deals.evaluate(deal)
    by_hand = 0.0
    for t in range(deal.tenor):
        left = max(0.0, r.recovered[0, t] - r.opening[0, t])
        by_hand += (
            r.default_probability[0, t] * min(300.0, left) / (1 + deal.treasury_rate) ** (t + 1)
        )
    assert one(r, "grant_cost") == pytest.approx(300 - by_hand, rel=1e-12)


@pytest.mark.parametrize("overrun", [0.05, 0.4])
def test_an_overrun_adds_nothing_to_what_another_user_pays(overrun: float) -> None:
    for deal in shipped():
        planned, overrun_case = (
            deals.evaluate(replace(deal, overrun=share)) for share in (0.0, overrun)
        )
        assert one(overrun_case, "hard_cost") == pytest.approx(
            (1 + overrun) * one(planned, "hard_cost"), rel=1e-12
        )
        assert one(overrun_case, "collateral") == one(planned, "collateral")
        assert one(overrun_case, "lgd") == one(planned, "lgd")


def test_stacked_deals_equal_each_alone() -> None:
    together = deals.evaluate(shaped())
    for i in range(len(shaped())):
        for key, rows in results(i).items():
            # rows of the four views have the scenario on their second axis
            mine = (
                together[key][:, i]
                if together[key].shape[0] == 4 and together[key].ndim == 3
                else together[key][i]
            )
            alone = rows[:, 0] if rows.shape[0] == 4 and rows.ndim == 3 else rows[0]
            assert np.array_equal(mine, alone, equal_nan=True), key


# Reading ------------------------------------------------------------------------------------------


def test_a_deal_comes_back_from_its_own_values() -> None:
    for deal in shipped():
        assert deals.read({key: getattr(deal, key) for key in deals.KEYS}) == deal


@pytest.mark.parametrize(
    ("key", "value", "code", "said"),
    [
        ("capx", 5, "#VALUE!", "capx is not an input of a deal. Did you mean capex?"),
        ("coverage", 60, "#NUM!", "coverage is 60"),
        ("base_rate", 4.25, "#NUM!", "did you mean 4.25%?"),
        ("tenor", 21, "#NUM!", "tenor is 21 years but the plant runs 20 (operating_years)"),
        ("tenor", 7.5, "#NUM!", "tenor is 7.5: give a whole number"),
        ("grace_years", 10, "#NUM!", "grace_years is 10 of a tenor of 10"),
        ("repayment", "bullet", "#VALUE!", "repayment is 'bullet'"),
        ("size_debt", "perhaps", "#VALUE!", "size_debt is 'perhaps'"),
        ("price", "2,4", "#VALUE!", "price is '2,4', not a number"),
        ("price", CellError("#DIV/0!", ""), "#DIV/0!", "price"),
    ],
)
def test_a_wrong_input_is_refused_by_name(key: str, value: object, code: str, said: str) -> None:
    values = {**block.entries("deal", block.EXAMPLE), key: value}
    with pytest.raises(CellError) as refused:
        deals.read(values)
    assert refused.value.code == code
    assert said in refused.value.sentence


def test_every_required_input_is_asked_for_by_name() -> None:
    values = block.entries("deal", block.EXAMPLE)
    for key in deals.KEYS:
        if deals.param_of(key).optional:
            continue
        with pytest.raises(CellError, match=f"^{key} is missing"):
            deals.read({other: value for other, value in values.items() if other != key})


def test_a_contract_that_is_lost_for_certain_leaves_a_survival_of_nil() -> None:
    """Yearly losses that add up to 1 and a rounding more, every one of which hurts: nil, not a root of
    a number below nil.
    """
    deal = replace(
        shipped()[2],
        public_offtake_years=0,
        firm_years=0,
        contract_years=20,
        renewal=0.5,
        tenor=21,
        coverage=0.0,
    )
    r = deals.evaluate(deal)
    assert r.planned_missed[0, -1] > 1
    assert one(r, "pd_equivalent") == 1
    assert np.isfinite(r.closing).all()
