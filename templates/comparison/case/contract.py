"""The rows of a case sheet on the contract and the market: volumes, prices, survival, value."""

from __future__ import annotations

from bankable.templates.workbook.rows import Row, band, path, scalar


def rows() -> list[Row]:
    """Capacity, volumes, prices and the survival of the contract."""
    rows = [
        path(
            "in_operation", "Operating", "flag", "=IF({operating_years}>={year},1,0)", "flag", "sum"
        ),
        scalar("ramp_years", "Ramp", "years", "={ramp_months}/12", "factor"),
        path(
            "ramp_cumulative",
            "Full-output years since completion",
            "years",
            "=IF({ramp_years}>{year},{year}*{year}/{ramp_years}/{Timeline!two},{year}-{ramp_years}/{Timeline!two})",
            "factor",
        ),
        path(
            "ramp",
            "Output over full output",
            "share",
            "={ramp_cumulative}-{ramp_cumulative<}",
            "share",
        ),
        path(
            "capacity_available",
            "Volume available",
            "volume",
            "={capacity}*{utilisation}*{ramp}*{in_operation}",
            "number",
            "sum",
        ),
        band("Contract years"),
        scalar(
            "delay_eats",
            "Contract time lost to a delay",
            "years",
            "={calendar_end}*{delay_months}/12",
            "factor",
        ),
        scalar(
            "contract_end_planned",
            "Contract would end if every renewal came",
            "years",
            "=MAX(0,MAX({contract_years},{public_offtake_years})-{delay_eats})",
            "factor",
        ),
        scalar(
            "contract_end_year",
            "Contract ends, lost in the scenario or not",
            "years",
            "=IF({contract_stop_year}>0,MIN({contract_end_planned},{contract_stop_year}-1),{contract_end_planned})",
            "factor",
        ),
        scalar(
            "firm_end_year",
            "Firm years end",
            "years",
            "=MAX(0,MIN({firm_years}-{delay_eats},{contract_end_year}))",
            "factor",
        ),
        scalar(
            "backed_years",
            "Firm years and a commitment that no appropriation can end",
            "years",
            "=MAX({firm_years},{public_offtake_years}*(1-{subject_to_appropriation}))",
            "factor",
        ),
        scalar(
            "supported_end_planned",
            "Firm years with the government's commitment would end",
            "years",
            "=MAX(0,MIN({backed_years}-{delay_eats},{contract_end_planned}))",
            "factor",
        ),
        scalar(
            "supported_end_year",
            "Firm years with the government's commitment end",
            "years",
            "=MIN({supported_end_planned},{contract_end_year})",
            "factor",
        ),
    ]
    for key, label, end in (
        ("in_contract", "In contract if every renewal comes", "contract_end_year"),
        ("in_firm", "In firm years", "firm_end_year"),
        ("in_supported", "In firm or supported years", "supported_end_year"),
    ):
        rows.append(
            path(
                key,
                label,
                "share",
                f"=MAX(0,MIN(1,{{{end}}}-({{year}}-1)))",
                "share",
                "sum",
                total_style="level years",
            )
        )
    rows += [
        band("Volume"),
        path(
            "contracted_capacity",
            "Contracted capacity",
            "volume",
            "={contract_share}*{capacity_available}",
        ),
        scalar(
            "billed_share",
            "Volume billed over contracted",
            "x contracted",
            "=MAX({take_or_pay},MIN({buyer_demand},{max_volume}))",
            "multiple",
        ),
        path(
            "billed_volume",
            "Volume billed",
            "volume",
            "=MIN({capacity_available},{billed_share}*{contracted_capacity})",
        ),
        path(
            "secured_volume",
            "Volume secured by take-or-pay",
            "volume",
            "=MIN({capacity_available},{take_or_pay}*{contracted_capacity})",
        ),
        path(
            "taken_volume",
            "Volume taken",
            "volume",
            "=MIN({billed_volume},MIN({buyer_demand},{max_volume})*{contracted_capacity})",
        ),
        path(
            "market_volume_beside",
            "Market sales beside the contract",
            "volume",
            "={merchant_share}*MAX(0,{capacity_available}-{billed_volume})",
        ),
        path(
            "market_volume_free",
            "Market sales without the contract",
            "volume",
            "={merchant_share}*{capacity_available}",
        ),
        path(
            "volume_refilled",
            "Market sales that replace the contract",
            "volume",
            "={market_volume_free}-{market_volume_beside}",
        ),
        scalar("retool_years", "Retooling", "years", "={retool_months}/12", "factor"),
        scalar("refill_years", "Refilling", "years", "={refill_months}/12", "factor"),
        scalar(
            "refill_1",
            "Replaced in the year of loss",
            "share",
            "=IF(MAX(0,1-{retool_years})>={refill_years},MAX(0,1-{retool_years})-{refill_years}/{Timeline!two},"
            "MAX(0,1-{retool_years})*MAX(0,1-{retool_years})/{refill_years}/{Timeline!two})",
            "share",
        ),
        scalar(
            "regained_2",
            "Full-sales years regained in two years",
            "years",
            "=IF(MAX(0,{Timeline!two}-{retool_years})>={refill_years},MAX(0,{Timeline!two}-{retool_years})-{refill_years}/{Timeline!two},"
            "MAX(0,{Timeline!two}-{retool_years})*MAX(0,{Timeline!two}-{retool_years})/{refill_years}/{Timeline!two})",
            "factor",
        ),
        scalar(
            "refill_2", "Replaced in the year after", "share", "={regained_2}-{refill_1}", "share"
        ),
        band("Price"),
        scalar(
            "tariff_uplift",
            "Market price lifted by the tariff",
            "x",
            "=1+{tariff}*{tariff_pass_through}*{home_share}",
            "factor",
        ),
        path(
            "market_price_path",
            "Market price",
            "$m a unit",
            "={market_price}*(1+{market_growth})^({year}-1)*{tariff_uplift}",
            "price",
        ),
        path(
            "floor_path",
            "Price floor",
            "$m a unit",
            "={price_floor}*(1+{band_escalator})^({year}-1)",
            "price",
        ),
        path(
            "cap_path",
            "Price cap",
            "$m a unit",
            "={price_cap}*(1+{band_escalator})^({year}-1)",
            "price",
        ),
        path(
            "price_sd",
            "Standard deviation of the log price",
            "factor",
            "={price_vol}*SQRT({completion_month}/12+{year})",
            "factor",
        ),
        path(
            "call_at_floor",
            "Expected price above the floor",
            "$m a unit",
            call_formula("floor_path"),
            "price",
        ),
        path(
            "call_at_cap",
            "Expected price above the cap",
            "$m a unit",
            f"=IF({{price_cap}}>0,{call_formula('cap_path')[1:]},0)",
            "price",
        ),
        path(
            "floor_value",
            "Value of the floor",
            "$m a unit",
            "={call_at_floor}-{market_price_path}+{floor_path}",
            "price",
        ),
        path(
            "contract_price",
            "Contract price, expected",
            "$m a unit",
            "=IF({in_band}=1,{floor_path}+{call_at_floor}-(1-{upside_share})*{call_at_cap},{price}*(1+{escalator})^({year}-1))",
            "price",
        ),
        path(
            "secured_price",
            "Contract price that the bank counts",
            "$m a unit",
            "=IF({in_band}=1,{floor_path},{contract_price})",
            "price",
        ),
        band("Survival of the contract"),
        scalar(
            "lapse_in_firm_years",
            "Lapse of appropriation in firm years",
            "% a year",
            "={subject_to_appropriation}*{firm_lapse}",
            "rate",
        ),
        scalar(
            "hazard", "Offtaker's default intensity", "a year", "=-LN(1-{offtaker_pd})", "factor"
        ),
        path(
            "contract_year",
            "Contract year",
            "year",
            "=MIN({year},ROUNDUP({contract_end_year},0))",
            "count",
        ),
        path(
            "renewals",
            "Renewals needed",
            "number",
            "=MAX(0,ROUNDUP(({contract_year}-{supported_end_year})/{renew_every},0))",
            "count",
        ),
        path(
            "renewed",
            "Probability that it stands, renewals alone",
            "share",
            "=IF({renewals}=0,1,{renewal}^{renewals})*(1-{lapse_in_firm_years})^MIN({contract_year},ROUNDUP({supported_end_year},0))*(1-{termination})^{contract_year}",
            "share",
        ),
        path(
            "offtaker_survives",
            "Probability that the offtaker survives",
            "share",
            "=EXP(-{hazard}*{contract_year})",
            "share",
        ),
        path(
            "alive",
            "Probability that the contract stands",
            "share",
            "={renewed}*{offtaker_survives}",
            "share",
        ),
        path(
            "alive_before", "The same a year before", "share", "=IF({year}=1,1,{alive<})", "share"
        ),
        path(
            "lost",
            "Probability that it is lost in the year",
            "share",
            "={alive_before}-{alive}",
            "share",
            "sum",
        ),
        path(
            "lapse",
            "The same, given that it stood",
            "share",
            "=IF({alive_before}>0,{lost}/{alive_before},0)",
            "share",
        ),
        path(
            "lost_before",
            "Probability that it was lost earlier",
            "share",
            "=1-{alive_before}",
            "share",
        ),
        band(
            "The same as seen when the loan was priced, before a scenario takes the contract away"
        ),
        path(
            "planned_year",
            "Contract year as planned",
            "year",
            "=MIN({year},ROUNDUP({contract_end_planned},0))",
            "count",
        ),
        path(
            "planned_renewals",
            "Renewals needed as planned",
            "number",
            "=MAX(0,ROUNDUP(({planned_year}-{supported_end_planned})/{renew_every},0))",
            "count",
        ),
        path(
            "planned_alive",
            "Probability that the contract stands as planned",
            "share",
            "=IF({planned_renewals}=0,1,{renewal}^{planned_renewals})"
            "*(1-{lapse_in_firm_years})^MIN({planned_year},ROUNDUP({supported_end_planned},0))"
            "*(1-{termination})^{planned_year}*EXP(-{hazard}*{planned_year})",
            "share",
        ),
        path(
            "planned_lapse",
            "Probability that it is lost in the year as planned, given that it stood",
            "share",
            "=IF({year}=1,1-{planned_alive},IF({planned_alive<}>0,1-{planned_alive}/{planned_alive<},0))",
            "share",
        ),
        band("Value of the contract"),
        path(
            "treasury_discount",
            "Discount factor at the Treasury rate",
            "factor",
            "=(1+{treasury_rate})^-{year}",
            "factor",
        ),
        path(
            "contract_value_by_year",
            "Risky value of the contract, by year",
            "$m",
            f"={{in_contract}}*{{contract_price}}*{{billed_volume}}*{RISKY_WORTH}",
            "number",
            "sum",
        ),
        scalar(
            "contract_value",
            "Risky value of the contract at completion",
            "$m",
            "={contract_value_by_year+}",
            "total number",
        ),
    ]
    return rows


def call_formula(strike: str) -> str:
    """Black-76 call on the market price, undiscounted; intrinsic where price, strike or volatility
    is nil.
    """
    m, k, sd = "{market_price_path}", f"{{{strike}}}", "{price_sd}"
    d, two = f"LN({m}/{k})/{sd}", "{Timeline!two}"
    return f"=IF(AND({m}>0,{k}>0,{sd}>0),{m}*NORMSDIST({d}+{sd}/{two})-{k}*NORMSDIST({d}-{sd}/{two}),MAX({m}-{k},0))"


# worth at completion of a dollar of contracted revenue, the contract's loss and the offtaker's
# default counted
RISKY_WORTH = "{renewed}*({offtaker_recovery}+(1-{offtaker_recovery})*{offtaker_survives})*{treasury_discount}"


def margin_rows() -> list[Row]:
    """What the committed years of the contract leave after variable cost, risk counted."""
    return [
        band("Committed contract after variable cost"),
        path(
            "committed_margin_by_year",
            "Risky value of the committed contract after variable cost, by year",
            "$m",
            f"={{in_supported}}*{{billed_volume}}*({{contract_price}}-{{unit_cost_promised}})*{RISKY_WORTH}",
            "number",
            "sum",
        ),
        scalar(
            "committed_margin",
            "Value of the committed contract after variable cost, risk counted",
            "$m",
            "={committed_margin_by_year+}",
            "total number",
        ),
    ]
