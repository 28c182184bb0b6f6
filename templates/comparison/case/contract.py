"""The rows of a case sheet on the contract and the market: volumes, prices, survival, value."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, band, given

# what a $ promised by the contract in the year is worth, its renewals and the buyer's default counted
RISKY_WORTH = (
    "{renewed}*({offtaker_recovery}+(1-{offtaker_recovery})*{offtaker_survives})"
    "*{treasury_discount}"
)


def rows(time: Periods) -> list[Row]:
    """Capacity, volumes, prices and the survival of the contract."""
    planned = time.one("planned_year", "planned_age")
    y, age = time.in_year, time.one("contract_year", "contract_age")
    rows = [
        path("in_operation", "=IF({operating_years}>={year},1,0)"),
        scalar("ramp_years", "={ramp_months}/12"),
        path(
            "ramp_cumulative",
            (
                "=IF({ramp_years}>{year},{year}*{year}/{ramp_years}/{Timeline!two},{year}"
                "-{ramp_years}/{Timeline!two})"
            ),
        ),
        path("ramp", f"={time.at_yearly_rate('({ramp_cumulative}-{ramp_cumulative<})')}"),
        path(
            "capacity_available",
            f"={time.flow('{capacity}')}*{{utilisation}}*{{ramp}}*{{in_operation}}",
        ),
        band("Contract years"),
        scalar("delay_eats", "={calendar_end}*{delay_months}/12"),
        scalar(
            "contract_end_planned",
            "=MAX(0,MAX({contract_years},{public_offtake_years})-{delay_eats})",
        ),
        scalar(
            "contract_end_year",
            (
                "=IF({contract_stop_year}>0,MIN({contract_end_planned},{contract_stop_year}"
                "-1),{contract_end_planned})"
            ),
        ),
        scalar("firm_end_year", "=MAX(0,MIN({firm_years}-{delay_eats},{contract_end_year}))"),
        scalar(
            "backed_years",
            "=MAX({firm_years},{public_offtake_years}*(1-{subject_to_appropriation}))",
        ),
        scalar(
            "supported_end_planned",
            "=MAX(0,MIN({backed_years}-{delay_eats},{contract_end_planned}))",
        ),
        scalar("supported_end_year", "=MIN({supported_end_planned},{contract_end_year})"),
    ]
    for key, end in (
        ("in_contract", "contract_end_year"),
        ("in_firm", "firm_end_year"),
        ("in_supported", "supported_end_year"),
    ):
        rows.append(
            path(
                key,
                "=MAX(0,MIN(1,"
                + time.one("{[end]}-({year}-1)", "({[end]}-{begun})*{Timeline!periods}")
                + "))",
                total_style="level years",
                end=end,
            )
        )
    rows += [
        band("Volume"),
        path("contracted_capacity", "={contract_share}*{capacity_available}"),
        scalar("billed_share", "=MAX({take_or_pay},MIN({buyer_demand},{max_volume}))"),
        path("billed_volume", "=MIN({capacity_available},{billed_share}*{contracted_capacity})"),
        path("secured_volume", "=MIN({capacity_available},{take_or_pay}*{contracted_capacity})"),
        path(
            "taken_volume",
            "=MIN({billed_volume},MIN({buyer_demand},{max_volume})*{contracted_capacity})",
        ),
        path(
            "market_volume_beside", "={merchant_share}*MAX(0,{capacity_available}-{billed_volume})"
        ),
        path("market_volume_free", "={merchant_share}*{capacity_available}"),
        path("volume_refilled", "={market_volume_free}-{market_volume_beside}"),
        scalar("retool_years", "={retool_months}/12"),
        scalar("refill_years", "={refill_months}/12"),
        scalar(
            "refill_1",
            (
                "=IF(MAX(0,1-{retool_years})>={refill_years},MAX(0,1-{retool_years})"
                "-{refill_years}/{Timeline!two},MAX(0,1-{retool_years})*MAX(0,1-{retool_years})"
                "/{refill_years}/{Timeline!two})"
            ),
        ),
        scalar(
            "regained_2",
            (
                "=IF(MAX(0,{Timeline!two}-{retool_years})>={refill_years},MAX(0,{Timeline!two}"
                "-{retool_years})-{refill_years}/{Timeline!two},MAX(0,{Timeline!two}"
                "-{retool_years})*MAX(0,{Timeline!two}-{retool_years})/{refill_years}"
                "/{Timeline!two})"
            ),
        ),
        scalar("refill_2", "={regained_2}-{refill_1}"),
        band("Price"),
        scalar("tariff_uplift", "=1+{tariff}*{tariff_pass_through}*{home_share}"),
        path(
            "market_price_path",
            f"={{market_price}}*(1+{{market_growth}})^({y}-1)*{{tariff_uplift}}",
        ),
        path("floor_path", f"={{price_floor}}*(1+{{band_escalator}})^({y}-1)"),
        path("cap_path", f"={{price_cap}}*(1+{{band_escalator}})^({y}-1)"),
        path("price_sd", "={price_vol}*SQRT({completion_month}/12+{year})"),
        path("call_at_floor", "=" + call_formula("floor_path")),
        path("call_at_cap", "=IF({price_cap}>0," + call_formula("cap_path") + ",0)"),
        path("floor_value", "={call_at_floor}-{market_price_path}+{floor_path}"),
        path(
            "contract_price",
            (
                "=IF({in_band}=1,{floor_path}+{call_at_floor}-(1-{upside_share})"
                f"*{{call_at_cap}},{{price}}*(1+{{escalator}})^({y}-1))"
            ),
        ),
        path("secured_price", "=IF({in_band}=1,{floor_path},{contract_price})"),
        path("capacity_price_path", f"={{capacity_price}}*(1+{{escalator}})^({y}-1)"),
        path("capacity_payment", "={capacity_price_path}*{contracted_capacity}"),
        path("contract_bill", "={billed_volume}*{contract_price}+{capacity_payment}"),
        band("Survival of the contract"),
        scalar("lapse_in_firm_years", "={subject_to_appropriation}*{firm_lapse}"),
        scalar("hazard", "=-LN(1-{offtaker_pd})"),
        path("contract_year", f"=MIN({y},ROUNDUP({{contract_end_year}},0))"),
        *(
            [path("contract_age", "=MIN({year}," + time.up("{contract_end_year}") + ")")]
            if time.several
            else []
        ),
        path("renewals", "=MAX(0,ROUNDUP(({contract_year}-{supported_end_year})/{renew_every},0))"),
        path(
            "renewed",
            (
                "=IF({renewals}=0,1,{renewal}^{renewals})*(1"
                "-{lapse_in_firm_years})^MIN({contract_year},ROUNDUP({supported_end_year},0))"
                f"*(1-{{termination}})^{{{age}}}"
            ),
        ),
        path("offtaker_survives", f"=EXP(-{{hazard}}*{{{age}}})"),
        path("alive", "={renewed}*{offtaker_survives}"),
        path("alive_before", f"=IF({time.first},1,{{alive<}})"),
        path("lost", "={alive_before}-{alive}"),
        path("lapse", "=IF({alive_before}>0,{lost}/{alive_before},0)"),
        path("lost_before", "=1-{alive_before}"),
        path("contract_step", f"={{{age}}}-{{{age}<}}"),
        scalar("termination_hazard", "=-LN(1-{termination})"),
        path(
            "lapse_hazard",
            (
                "=-LN(1-{lapse_in_firm_years})*(MIN({contract_year},ROUNDUP({supported_end_year},0))"
                "-MIN(0+{contract_year<},ROUNDUP({supported_end_year},0)))"
            ),
        ),
        path(
            "renewal_hazard",
            "=-LN(MAX(1/{Timeline!never},{renewal}))*({renewals}-{renewals<})",
        ),
        path(
            "hazard_by_year",
            (
                "={termination_hazard}*{contract_step}+{lapse_hazard}+{renewal_hazard}"
                "+{hazard}*{contract_step}"
            ),
        ),
        *(
            path(
                "lost_[cause]",
                "=IF({hazard_by_year}>0,{lost}*[hazard]/{hazard_by_year},0)",
                cause=cause,
                hazard=hazard,
            )
            for cause, hazard in (
                ("termination", "{termination_hazard}*{contract_step}"),
                ("lapse", "{lapse_hazard}"),
                ("renewal", "{renewal_hazard}"),
                ("buyer", "{hazard}*{contract_step}"),
            )
        ),
        path("lost_paid", "={lost_termination}+{lapse_pays}*{lost_lapse}"),
        band(
            "The same as seen when the loan was priced, before a scenario takes the contract away"
        ),
        path("planned_year", f"=MIN({y},ROUNDUP({{contract_end_planned}},0))"),
        *(
            [path("planned_age", "=MIN({year}," + time.up("{contract_end_planned}") + ")")]
            if time.several
            else []
        ),
        path(
            "planned_renewals",
            "=MAX(0,ROUNDUP(({planned_year}-{supported_end_planned})/{renew_every},0))",
        ),
        path(
            "planned_alive",
            (
                "=IF({planned_renewals}=0,1,{renewal}^{planned_renewals})*(1"
                "-{lapse_in_firm_years})^MIN({planned_year},ROUNDUP({supported_end_planned},0))"
                f"*(1-{{termination}})^{{{planned}}}*EXP(-{{hazard}}*{{{planned}}})"
            ),
        ),
        path(
            "planned_lapse",
            (
                f"=IF({time.first},1-{{planned_alive}},IF({{planned_alive<}}>0,1-{{planned_alive}}"
                "/{planned_alive<},0))"
            ),
        ),
        band("Value of the contract"),
        path("treasury_discount", "=(1+{treasury_rate})^-{year}"),
        path(
            "contract_value_by_year",
            "={in_contract}*{contract_bill}*" + RISKY_WORTH,
        ),
        scalar("contract_value", "={contract_value_by_year+}"),
    ]
    return rows


def call_formula(strike: str) -> str:
    """Black-76 call on the market price, undiscounted; intrinsic where price, strike or volatility
    is nil.
    """
    call = "[m]*NORMSDIST([d]+[sd]/{Timeline!two})-{[strike]}*NORMSDIST([d]-[sd]/{Timeline!two})"
    return given(
        "IF(AND([m]>0,{[strike]}>0,[sd]>0)," + call + ",MAX([m]-{[strike]},0))",
        m="{market_price_path}",
        sd="{price_sd}",
        d=given("LN({market_price_path}/{[strike]})/{price_sd}", strike=strike),
        strike=strike,
    )


def margin_rows() -> list[Row]:
    """What the committed contract leaves after variable cost, risk counted: the part of its value
    that can carry debt.
    """
    return [
        band("Committed contract after variable cost"),
        path(
            "committed_margin_by_year",
            "={in_supported}*({contract_bill}-{billed_volume}*{unit_cost_promised})*" + RISKY_WORTH,
        ),
        scalar("committed_margin", "={committed_margin_by_year+}"),
    ]
