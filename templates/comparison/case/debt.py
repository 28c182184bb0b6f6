"""The rows of a case sheet on the loan: rate, capacity, schedule, ratios, waterfall, returns,
loss.
"""

from __future__ import annotations

from bankable.templates.workbook.rows import Row, band, note, path, scalar
from bankable.udfs.deal.chain.rate import PARTS
from bankable.udfs.deal.deal import VIEWS

NAMES = {
    "shell": "land and shell",
    "power": "power connection",
    "equipment": "general equipment",
    "tooling": "special tooling",
    "it": "IT",
}


def worst_rows(prefix: str, service: str, applies: str, words: str) -> list[Row]:
    """Coverage of a debt service when the contract is lost in year t: at once, a year later, from
    then on.
    """
    later, second, worst = f"{prefix}later", f"{prefix}second", f"{prefix}worst"
    ds = f"{{{service}}}"
    return [
        path(
            later,
            f"Worst coverage from two years after a loss{words}",
            "x",
            f'=IF({applies}=1,MIN({{remaining_3}}/{ds},{{{later}>}}),"n/a")',
            "multiple",
        ),
        path(
            second,
            f"Worst coverage from a year after a loss{words}",
            "x",
            f'=IF({applies}=1,MIN({{remaining_2}}/{ds},{{{later}>}}),"n/a")',
            "multiple",
        ),
        path(
            worst,
            f"Worst coverage if the contract is lost in the year{words}",
            "x",
            f"=IF({applies}=1,MIN({{remaining_1}}/{ds},{{{second}>}}),0)",
            "multiple",
        ),
    ]


def rate_rows() -> list[Row]:
    """Default probability, recovery and the all-in rate."""
    rows = [
        path("in_loan", "Loan outstanding", "flag", "=IF({tenor}>={year},1,0)", "flag", "sum"),
        path(
            "repaying", "Repaying", "flag", "={in_loan}*IF({grace_years}<{year},1,0)", "flag", "sum"
        ),
        band("Default probability"),
        note(
            "A year's default: the borrower's own, or loss of the contract where the rest cannot"
            " carry debt service at the base rate."
        ),
        scalar(
            "base_payment",
            "Yearly payment at the base rate",
            "$m",
            "=-PMT({base_rate_now},{tenor}-{grace_years},{requested_debt},-{balloon}*{requested_debt})",
        ),
        path(
            "base_service",
            "Debt service at the base rate",
            "$m",
            "={in_loan}*IF({repaying}=1,{base_payment},{requested_debt}*{base_rate_now})",
        ),
        path(
            "base_serviced",
            "Debt service due at the base rate",
            "flag",
            "=IF({base_service}>0,1,0)",
            "flag",
        ),
        *worst_rows("base_", "base_service", "{base_serviced}", ", base rate"),
        path(
            "pd",
            "Probability of default in the year",
            "share",
            "={in_loan}*(1-(1-{pd_base})*(1-{planned_lapse}*IF({base_worst}<1,1,0)*{base_serviced}))",
            "rate",
        ),
        path(
            "loan_survives_before",
            "Probability that the loan performs at the start",
            "share",
            "=IF({year}=1,1,{loan_survival<})",
            "share",
        ),
        path(
            "loan_survival",
            "Probability that the loan performs at the end",
            "share",
            "={loan_survives_before}*(1-{pd})",
            "share",
        ),
        scalar(
            "pd_equivalent",
            "Yearly default probability with the same survival",
            "% a year",
            "=1-INDEX({loan_survival:},{tenor})^(1/{tenor})",
            "rate",
        ),
        band("Recovery"),
    ]
    for part in PARTS:
        rows.append(
            scalar(
                f"collateral_{part}",
                f"Value to another user: {NAMES[part]}",
                "$m",
                f"={{budgeted_cost}}*{{{part}_share}}*{{{part}_reuse}}",
            )
        )
    rows += [
        scalar(
            "collateral",
            "Value to another user",
            "$m",
            "=SUM({collateral_shell}:{collateral_it})",
            "total number",
        ),
        scalar(
            "collateral_sold",
            "The same at default, after the cost and the time of selling",
            "$m",
            "={collateral}*(1-{sale_cost})/(1+{base_rate_now})^({sale_months}/12)",
        ),
        scalar(
            "recovery",
            "Recovery on the debt requested",
            "share",
            "=IF({requested_debt}>0,MIN(1,{collateral_sold}/{requested_debt}),1)",
            "share",
        ),
        scalar("lgd", "Loss given default", "share", "=MAX({lgd_floor},1-{recovery})", "share"),
        band("All-in rate"),
        scalar("rate_base_part", "Base rate", "% a year", "={base_rate_now}", "rate"),
        scalar(
            "rate_loss_part",
            "Expected loss of the uncovered part",
            "% a year",
            "=(1-{coverage})*{pd_equivalent}*{lgd}",
            "rate",
        ),
        scalar(
            "rate_margin_part",
            "Margin on the uncovered part",
            "% a year",
            "=(1-{coverage})*{margin}",
            "rate",
        ),
        scalar(
            "rate_guarantee_part",
            "Guarantee fee and spread on the guaranteed part",
            "% a year",
            "={coverage}*({guaranteed_spread}+{guarantee_fee})",
            "rate",
        ),
        scalar(
            "bank_rate",
            "Bank loan, all in",
            "% a year",
            "=SUM({rate_base_part}:{rate_guarantee_part})",
            "total rate",
        ),
        scalar(
            "term_rate",
            "Whole debt, all in",
            "% a year",
            "=(1-{government_loan_share})*{bank_rate}+{government_loan_share}*{government_loan_rate}",
            "total rate",
        ),
    ]
    return rows


def capacity_rows() -> list[Row]:
    """What each view's cash flow carries at the target DSCR; the gearing used."""
    n = "({tenor}-{grace_years})"
    rows = [
        path(
            "discount_after_grace",
            "Discount factor to the end of grace",
            "factor",
            "={repaying}*(1+{term_rate})^-({year}-{grace_years})",
            "factor",
        ),
        scalar(
            "balloon_discount",
            "Part repaid by instalments, in present value",
            "share",
            f"=1-{{balloon}}*(1+{{term_rate}})^-{n}",
            "share",
        ),
    ]
    for view in VIEWS:
        rows.append(
            path(
                f"carried_{view}",
                f"CFADS over the target DSCR, discounted, {view}",
                "$m",
                f"=MAX(0,{{unlevered_cfads_{view}}})/{{limit_min_dscr}}*{{discount_after_grace}}",
                "number",
                "sum",
            )
        )
    for view in VIEWS:
        rows.append(
            scalar(
                f"capacity_{view}",
                f"Debt capacity, sculpted, {view}",
                "$m",
                f"={{carried_{view}+}}/{{balloon_discount}}",
                "total number",
            )
        )
    chosen = ",".join(f"{{unlevered_cfads_{view}}}" for view in VIEWS)
    capacities = ",".join(f"{{capacity_{view}}}" for view in VIEWS)
    rows += [
        path(
            "lender_unlevered_cfads",
            "CFADS without interest, lender's view",
            "$m",
            f"=CHOOSE({{lender_view}}+1,{chosen})",
        ),
        scalar(
            "unit_instalment",
            "Equal instalment per $ of debt",
            "$",
            f"=(1-{{balloon}})/{n}",
            "factor",
        ),
        path(
            "unit_opening",
            "Balance per $ of debt, equal instalments",
            "$",
            "={in_loan}*(1-{unit_instalment}*MAX(0,{year}-1-{grace_years}))",
            "factor",
        ),
        scalar(
            "unit_payment",
            "Annuity payment per $ of debt",
            "$",
            f"=-PMT({{term_rate}},{n},1,-{{balloon}})",
            "factor",
        ),
        path(
            "unit_service",
            "Debt service per $ of debt, equal instalments or annuity",
            "$",
            "={in_loan}*IF({repaying}=1,IF({repayment}=1,{unit_opening}*{term_rate}+{unit_instalment},{unit_payment}),{term_rate})",
            "factor",
        ),
        path(
            "carried_by_year",
            "Debt that the year carries at DSCR 1",
            "$m",
            '=IF({unit_service}>0,{lender_unlevered_cfads}/{unit_service},"n/a")',
        ),
        scalar(
            "level_capacity",
            "Debt capacity with equal instalments or annuity, lender's view",
            "$m",
            "=MAX(0,MIN({carried_by_year:}))/{limit_min_dscr}",
        ),
        scalar(
            "lender_capacity",
            "Debt capacity in the profile asked, lender's view (before the interest tax shield)",
            "$m",
            f"=IF({{sculpted}}=1,CHOOSE({{lender_view}}+1,{capacities}),{{level_capacity}})",
            "total number",
        ),
        scalar(
            "headroom",
            "Headroom over the debt requested",
            "$m",
            "={lender_capacity}-{requested_debt}",
        ),
        scalar(
            "gearing_used",
            "Gearing used",
            "share",
            "=IF(AND({size_debt}=1,{requested_debt}>0),{gearing}*MIN(1,{lender_capacity}/MAX({requested_debt},{Timeline!tolerance})),{gearing})",
            "share",
        ),
    ]
    return rows


def schedule_rows() -> list[Row]:
    """The schedule of the debt used."""
    n = "({tenor}-{grace_years})"
    return [
        band("Schedule of the debt used"),
        path(
            "sculpt_fault",
            "Year without CFADS to sculpt on",
            "year",
            '=IF({sculpted}*{repaying}*IF({lender_unlevered_cfads}<=0,1,0)=1,{year},"n/a")',
            "count",
        ),
        scalar(
            "sculpt_fault_year",
            "First year that cannot be sculpted (0: none)",
            "year",
            "=MIN({sculpt_fault:})",
            "count",
        ),
        scalar(
            "profile_used",
            "Profile used (0 annuity, 1 equal, 2 sculpted)",
            "choice",
            "=IF({sculpt_fault_year}>0,0,{repayment})",
            "count",
        ),
        scalar(
            "payment",
            "Annuity payment",
            "$m",
            f"=-PMT({{term_rate}},{n},{{debt}},-{{balloon}}*{{debt}})",
        ),
        scalar("equal_principal", "Equal instalment", "$m", f"={{debt}}*(1-{{balloon}})/{n}"),
        path(
            "sculpt_base_by_year",
            "CFADS to sculpt on, discounted",
            "$m",
            "=MAX(0,{lender_unlevered_cfads})*{discount_after_grace}",
            "number",
            "sum",
        ),
        scalar("sculpt_base", "CFADS to sculpt on, present value", "$m", "={sculpt_base_by_year+}"),
        scalar(
            "sculpted_dscr",
            "Constant DSCR of the sculpted debt, before the interest shield",
            "x",
            '=IF(AND({profile_used}>1,{debt}>0),{sculpt_base}/({debt}*{balloon_discount}),"n/a")',
            "multiple",
        ),
        path("opening", "Opening balance", "$m", "=IF({year}=1,{debt},{closing<})"),
        path("interest", "Interest", "$m", "={opening}*{term_rate}*{in_loan}", "number", "sum"),
        path(
            "profile_principal",
            "Principal by the profile",
            "$m",
            "={repaying}*CHOOSE({profile_used}+1,{payment}-{interest},{equal_principal},"
            "IF(ISNUMBER({sculpted_dscr}),MAX(0,{lender_unlevered_cfads})/{sculpted_dscr},0)-{interest})",
        ),
        path(
            "balloon_paid",
            "Balloon",
            "$m",
            "=IF({tenor}={year},1,0)*{balloon}*{debt}",
            "number",
            "sum",
        ),
        path(
            "principal",
            "Principal; the last instalment clears the balance",
            "$m",
            "=IF({tenor}={year},{opening}-{balloon_paid},{profile_principal})",
            "number",
            "sum",
        ),
        path(
            "closing", "Closing balance as scheduled", "$m", "={opening}-{principal}-{balloon_paid}"
        ),
        path(
            "debt_service",
            "Debt service, without balloon",
            "$m",
            "={interest}+{principal}",
            "total number",
            "sum",
        ),
        path(
            "serviced",
            "Debt service due",
            "flag",
            "=IF(AND({in_loan}=1,{debt}>0,{debt_service}>0),1,0)",
            "flag",
            "sum",
        ),
    ]


def ratio_rows() -> list[Row]:
    """DSCR by year and view, LLCR, PLCR."""
    rows = [band("Ratios")]
    for view in VIEWS:
        rows.append(
            path(
                f"dscr_{view}",
                f"DSCR, {view}",
                "x",
                f'=IF({{serviced}}=1,{{cfads_{view}}}/{{debt_service}},"n/a")',
                "multiple",
            )
        )
    for view in VIEWS:
        rows.append(
            scalar(
                f"min_dscr_{view}", f"Minimum DSCR, {view}", "x", least(f"dscr_{view}"), "multiple"
            )
        )
    cfads = ",".join(f"{{cfads_{view}}}" for view in VIEWS)
    dscr = ",".join(f"{{dscr_{view}}}" for view in VIEWS)
    volume = ",".join(f"{{contracted_volume_{view}}}" for view in VIEWS)
    rows += [
        path(
            "lender_cfads",
            "CFADS, lender's view",
            "$m",
            f"=CHOOSE({{lender_view}}+1,{cfads})",
            "total number",
            "sum",
        ),
        path(
            "lender_dscr",
            "DSCR, lender's view",
            "x",
            f"=CHOOSE({{lender_view}}+1,{dscr})",
            "total multiple",
        ),
        scalar("lender_min_dscr", "Minimum DSCR", "x", least("lender_dscr"), "total multiple"),
        path(
            "at_minimum",
            "Year at the minimum",
            "year",
            '=IF(ISNUMBER({lender_dscr}),IF({lender_dscr}<={lender_min_dscr}+{Timeline!tolerance},{year},"n/a"),"n/a")',
            "count",
        ),
        scalar(
            "lender_min_year",
            "Year of the minimum",
            "year",
            least("at_minimum"),
            "count",
        ),
        scalar(
            "lender_avg_dscr",
            "Average DSCR",
            "x",
            '=IF(COUNT({lender_dscr:})>0,AVERAGE({lender_dscr:}),"n/a")',
            "multiple",
        ),
        path("covenant", "Minimum DSCR asked", "x", "={limit_min_dscr}", "multiple"),
        path(
            "discount_at_term_rate",
            "Discount factor at the all-in rate",
            "factor",
            "=(1+{term_rate})^-{year}",
            "factor",
        ),
        scalar(
            "llcr",
            "LLCR at completion",
            "x",
            '=IF({debt}>0,SUMPRODUCT({lender_cfads:},{discount_at_term_rate:},{in_loan:})/{debt},"n/a")',
            "multiple",
        ),
        scalar(
            "plcr",
            "PLCR at completion",
            "x",
            '=IF({debt}>0,SUMPRODUCT({lender_cfads:},{discount_at_term_rate:})/{debt},"n/a")',
            "multiple",
        ),
        path(
            "lender_contracted_revenue",
            "Contracted volume of the lender's view at the expected contract price",
            "$m",
            f"=CHOOSE({{lender_view}}+1,{volume})*{{contract_price}}",
        ),
        scalar(
            "contracted_share",
            "Contracted share of promised revenue over the loan",
            "share",
            "=IF(SUMPRODUCT({revenue_promised:},{in_loan:})>0,"
            'SUMPRODUCT({lender_contracted_revenue:},{in_loan:})/SUMPRODUCT({revenue_promised:},{in_loan:}),"n/a")',
            "share",
        ),
    ]
    return rows


def least(key: str) -> str:
    """The least of a path that may not apply anywhere."""
    return f'=IF(COUNT({{{key}:}})>0,MIN({{{key}:}}),"n/a")'


def reserve_rows() -> list[Row]:
    """The debt service reserve: its level at completion and its target for each year to come."""
    return [
        note(
            "Debt service and its arrears come first, then the reserve to its target, then lock-up,"
            " then distributions."
        ),
        note(
            "A balloon is taken as refinanced. What cannot be paid stands as arrears, without"
            " interest, never as a negative balance."
        ),
        scalar(
            "dsra_at_completion",
            "Debt service reserve at completion, paid by equity",
            "$m",
            "={dsra_months}/12*{debt_service#1}",
        ),
        path(
            "dsra_target",
            "Reserve asked at the end of the year, for the next year's debt service",
            "$m",
            "={dsra_months}/12*{debt_service>}",
        ),
    ]


def waterfall_rows(view: str, cfads: str, dscr: str, words: str) -> list[Row]:
    """Cash, debt service, reserve, lock-up, distributions on one view; `view` ends the keys."""

    def k(key: str, suffix: str = "") -> str:
        return f"{{{key}{view}{suffix}}}"

    return [
        band(f"On the {words} view"),
        path(
            f"lock_up{view}",
            f"Lock-up, {words} view",
            "flag",
            f"=IF(ISNUMBER({{{dscr}}}),IF({{{dscr}}}<{{lock_up_dscr}},1,0),0)",
            "flag",
            "sum",
        ),
        path(
            f"reserve_before{view}",
            f"Reserve, start of year, {words} view",
            "$m",
            f"=IF({{year}}=1,{{dsra_at_completion}},{k('reserve', '<')})",
        ),
        path(
            f"cash_for_service{view}",
            f"Cash for debt service, {words} view",
            "$m",
            f"=MAX(0,{{{cfads}}})+{k('reserve_before')}+{k('trapped', '<')}",
        ),
        path(
            f"service_paid{view}",
            f"Debt service paid, {words} view",
            "$m",
            f"=MIN({k('cash_for_service')},{{debt_service}}+{k('arrears', '<')})",
            "number",
            "sum",
        ),
        path(
            f"arrears{view}",
            f"Arrears: debt service unpaid, {words} view",
            "$m",
            f"={{debt_service}}+{k('arrears', '<')}-{k('service_paid')}",
        ),
        path(
            f"reserve{view}",
            f"Reserve, end of year, {words} view",
            "$m",
            f"=MIN({{dsra_target}},{k('cash_for_service')}-{k('service_paid')})",
        ),
        path(
            f"trapped{view}",
            f"Cash held by lock-up, {words} view",
            "$m",
            f"=({k('cash_for_service')}-{k('service_paid')}-{k('reserve')})*{k('lock_up')}",
        ),
        path(
            f"distribution{view}",
            f"Distributions to the sponsor, {words} view",
            "$m",
            f"={k('cash_for_service')}-{k('service_paid')}-{k('reserve')}-{k('trapped')}",
            "total number",
            "sum",
        ),
        path(
            f"sponsor_support{view}",
            f"Operating loss carried by the sponsor, {words} view",
            "$m",
            f"=MAX(0,-{{{cfads}}})",
            "number",
            "sum",
        ),
    ]


def return_rows(returns: str, prefix: str) -> list[Row]:
    """Cash flows of project and sponsor; the IRRs are solved on the sheet of returns."""
    rows = [
        *waterfall_rows("_promised", "cfads_promised", "dscr_promised", "promised"),
        *waterfall_rows("_expected", "cfads_expected", "dscr_expected", "expected"),
        band("Cash flows"),
        path(
            "project_flow",
            "Project cash flow, promised, without debt",
            "$m",
            "={unlevered_cfads_promised}",
            "number",
            "sum",
        ),
    ]
    for view in ("promised", "expected"):
        rows.append(
            path(
                f"equity_flow_{view}",
                f"Sponsor's cash flow, {view}",
                "$m",
                f"={{distribution_{view}}}-{{sponsor_support_{view}}}-{{balloon_paid}}",
                "number",
                "sum",
            )
        )
    for name, label in (
        ("project", "Project IRR, promised, after tax without debt"),
        ("equity_promised", "Equity IRR on promised cash flow"),
        ("equity_expected", "Equity IRR on expected cash flow"),
    ):
        rows.append(
            scalar(
                f"irr_{name}", label, "% a year", f"={{{returns}!{prefix}irr_{name}}}", "total rate"
            )
        )
    return rows


def loss_rows() -> list[Row]:
    """Expected loss and the closed-form probability of DSCR below 1."""
    return [
        note(
            "The loan was priced on the plan. A year that the plant cannot pay even with its"
            " contract is a default for certain."
        ),
        path(
            "pd_counted",
            "Probability of default in the year, that year's cover counted",
            "share",
            "=IF(ISNUMBER({dscr_promised}),IF({dscr_promised}<1,{in_loan},{pd}),{pd})",
            "rate",
        ),
        path(
            "performing_before",
            "Probability that the loan is paid to the start of the year",
            "share",
            "=IF({year}=1,1,{performing<})",
            "share",
        ),
        path(
            "performing",
            "Probability that the loan is paid to the end of the year",
            "share",
            "={performing_before}*(1-{pd_counted})",
            "share",
        ),
        path(
            "default_probability",
            "Probability of default in the year, seen from completion",
            "share",
            "={performing_before}*{pd_counted}",
            "rate",
            "sum",
        ),
        scalar(
            "life_default",
            "Probability of default over the loan's life",
            "share",
            "={default_probability+}",
            "total rate",
        ),
        path(
            "loss",
            "Expected loss, discounted at the base rate",
            "$m",
            "={default_probability}*{lgd}*{opening}*(1+{base_rate_now})^-{year}",
            "number",
            "sum",
        ),
        scalar(
            "expected_loss", "Expected loss over the loan's life", "$m", "={loss+}", "total number"
        ),
        scalar(
            "loss_share",
            "Expected loss over the debt",
            "share",
            '=IF({debt}>0,{expected_loss}/{debt},"n/a")',
            "rate",
        ),
        scalar("bank_loan", "Bank loan", "$m", "=(1-{government_loan_share})*{debt}"),
        scalar(
            "bank_loss_share",
            "Expected loss borne by the bank over its loan",
            "share",
            '=IF({bank_loan}>0,(1-{coverage})*{loss_share},"n/a")',
            "rate",
        ),
        *worst_rows("", "debt_service", "{serviced}", ""),
        scalar(
            "contract_kept",
            "Probability that the contract stands to the end of the loan",
            "share",
            "=INDEX({alive:},{tenor})",
            "share",
        ),
        scalar(
            "worst_kept",
            "Minimum DSCR with the contract kept",
            "x",
            "=IF(COUNT({dscr_promised:})>0,MIN({dscr_promised:}),0)",
            "multiple",
        ),
        path(
            "shortfall_by_year",
            "Probability of loss in the year that leaves DSCR below 1",
            "share",
            "={serviced}*{lost}*IF({worst}<1,1,0)",
            "share",
            "sum",
        ),
        scalar(
            "shortfall_probability",
            "Probability that loss of the contract takes DSCR below 1",
            "share",
            '=IF({debt}>0,{shortfall_by_year+}+{contract_kept}*IF({worst_kept}<1,1,0),"n/a")',
            "share",
        ),
    ]
