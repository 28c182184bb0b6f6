"""The rows of a case sheet on default: the pool that must stand for every payment to be made, with the
contract kept and after its loss, and the probability that one is missed.
"""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, band, given, note

# the pool at the start of a year, from the one that must stand at its end (the next column)
POOL_BEFORE = (
    "IF(AND([unlocked],{[need]>}>[target]+{Timeline!tolerance}*MAX(1,[service])),{Timeline!never},"
    "MAX(0,[service]-[cash]+{[need]>}))"
)
UNLOCKED = "OR([whole]<=0,[cash]>=({lock_up_dscr}-{Timeline!tolerance})*[whole])"
# the period's cash at its yearly rate; between payment dates all is held
UNLOCKED_AT_DATES = (
    "AND({pays}=1,OR([whole]<=0,[cash]*{Timeline!periods}>="
    "({lock_up_dscr}-{Timeline!tolerance})*[whole]*{payments_per_year}))"
)


def pools_after_loss(
    time: Periods,
    prefix: str,
    whole: str,
    target: str,
    lasts: str,
    due: str = "",
    settlement: str = "",
) -> list[Row]:
    """The pool that must stand two years after a lost contract and later, a year after, in its year (and
    so many periods into each of these years); lock-up is judged on the `whole` service, of which
    `due` is left after a termination payment; `lasts` is 1 where anything is still due.
    """
    rows = []
    after = "need_3"
    for phase in (3, 2, 1):
        for late in range(time.a_year - 1 if phase < 3 else 0, -1, -1):
            cash = f"{{cash_after_loss_{phase}}}"
            if phase == 1 and late == 0 and settlement:
                cash = f"({cash}+{{{settlement}}})"
            unlocked = time.one(UNLOCKED, UNLOCKED_AT_DATES)
            need = given(
                POOL_BEFORE,
                unlocked=given(unlocked, whole=whole, cash=cash),
                need=prefix + after,
                target=target,
                service=due or whole,
                cash=cash,
            )
            after = f"need_{phase}" + (f"_after_{late}" if late else "")
            rows.append(path("[p][key]", f"={lasts}*" + need, p=prefix, key=after))
    return rows


def does_not_reach(need: str, pool: str, service: str) -> str:
    """1 where the pool that must stand is above the one that does."""
    return f"IF({need}>{pool}+{{Timeline!tolerance}}*MAX(1,{service}),1,0)"


def rows(time: Periods) -> list[Row]:
    """Where a payment is missed, and how likely."""
    kept = given(
        POOL_BEFORE,
        unlocked="{lock_up_promised}=0",
        need="need",
        target="{dsra_target}",
        service="{debt_service}",
        cash="({cfads_promised}+{sponsor_support_promised})",
    )
    return [
        note(
            "Debt service is paid from one pool: cash flow, reserve, cash held by lock-up. Default is a"
            " payment that is not made."
        ),
        note(
            "The pool that must stand follows backwards from the last year; no more than the reserve's"
            " target stays over a year's end, unless distributions are locked."
        ),
        path("due_ahead", "=IF(MAX({debt_service>>})>{Timeline!tolerance},1,0)"),
        scalar("kept_until", "=" + time.up("{contract_end_year}")),
        *pools_after_loss(time, "", "{debt_service}", "{dsra_target}", "{due_ahead}"),
        path("pool_before", "={reserve_before_promised}+{trapped_promised<}"),
        path("hurts", "=" + does_not_reach("{need_1}", "{pool_before}", "{debt_service}")),
        band("The same where the buyer pays on termination"),
        scalar("uncovered_claim", "=1-{termination_cover}"),
        path("uncovered_service", "={uncovered_claim}*{debt_service}"),
        path("uncovered_ahead", "=IF(MAX({uncovered_service>>})>{Timeline!tolerance},1,0)"),
        path(
            "settlement_due",
            (
                "=IF({termination_cover}>0,"
                + time.at_yearly_rate("{termination_settlement}")
                + "*{in_contract}*{contract_bill},0)"
            ),
        ),
        *pools_after_loss(
            time,
            "paid_",
            "{debt_service}",
            "{dsra_target}",
            "{uncovered_ahead}",
            "{uncovered_service}",
            "settlement_due",
        ),
        path(
            "paid_hurts",
            "=" + does_not_reach("{paid_need_1}", "{pool_before}", "{uncovered_service}"),
        ),
        band("The contract kept"),
        path(
            "need",
            (
                "={due_ahead}*IF({kept_until}=0,{need_3},IF({year}>{kept_until},{need_1},"
                + kept
                + "))"
            ),
        ),
        path(
            "fails",
            (
                "=IF(AND({due_ahead}=1,{year}<={kept_until},OR({arrears_promised}>{Timeline!tolerance}"
                "*MAX(1,{debt_service}),{costs_unpaid_promised}>{Timeline!tolerance})),{year},"
                '"n/a")'
            ),
        ),
        scalar(
            "fails_in",
            (
                "=IF({build_stops}=1,{due_ahead#1},IF({kept_until}=0,"
                + does_not_reach("{need_3#1}", "{pool_before#1}", "{debt_service#1}")
                + ",MIN({fails:})))"
            ),
        ),
        band("Probability of a missed payment, by the cumulative loss of the contract"),
        path(
            "default_loss",
            (
                "={lost}+IF(AND({contract_end_year}>0,"
                + time.one("{year}={kept_until}+1", "{begun}={kept_until}")
                + f"),IF({time.first},1,{{alive<}}),0)"
            ),
        ),
        path("default_alive", "=IF(OR({kept_until}=0,{year}<={kept_until}),{alive},0)"),
        path("still_paid", "={in_loan}*IF(OR({fails_in}=0,{fails_in}>{year}),1,0)"),
        path("missed_paid", "={still_paid}*{lost_paid}*{paid_hurts}"),
        path(
            "missed_otherwise",
            (
                "=IF({still_paid}=1,({default_loss}-{lost_paid})*{hurts},"
                "{in_loan}*IF({year}={fails_in},{default_alive}+{default_loss}*MAX({hurts},{build_stops}),0))"
            ),
        ),
        path("missed_by_contract", "={missed_by_contract<}+{missed_paid}+{missed_otherwise}"),
        path("own_survival", "=(1-{pd_base})^MIN({year},{tenor})"),
        path("performing", "={own_survival}*(1-{missed_by_contract})"),
        path("performing_before", f"=IF({time.first},1,{{performing<}})"),
        path("default_own", "={in_loan}*{performing_before}*" + time.chance("{pd_base}")),
        path("default_contract", "={own_survival}*({missed_paid}+{missed_otherwise})"),
        path("default_probability", "={default_own}+{default_contract}"),
        path(
            "pd_counted",
            "=IF({performing_before}>{Timeline!tolerance},MIN(1,{default_probability}/{performing_before}),0)",
        ),
        scalar("life_default", "=MIN(1,{default_probability+})"),
        scalar(
            "default_a_year",
            "=IF(1-{life_default}>{Timeline!sure},1-(1-{life_default})^(1/{tenor}),1)",
        ),
        scalar("shortfall_probability", '=IF({debt}>0,MIN(1,{missed_by_contract#last}),"n/a")'),
    ]


def exposure_rows(time: Periods) -> list[Row]:
    """What is still out of the schedule, by probability, and what defaults of it."""
    return [
        band("Share of the schedule still out, by probability"),
        path(
            "prepaid_by_year",
            "={still_paid}*{lost_paid}*(1-{paid_hurts})*{termination_cover}*{due_ahead}",
        ),
        path("prepaid", "={prepaid<}+{prepaid_by_year}"),
        path("exposed", "={own_survival}*(1-{missed_by_contract}-{prepaid})"),
        path("exposed_before", f"=IF({time.first},1,{{exposed<}})"),
        path("default_paid", "={own_survival}*{missed_paid}"),
        path("exposed_own", "={in_loan}*{exposed_before}*" + time.chance("{pd_base}")),
        path("default_unpaid", "={exposed_own}+{own_survival}*{missed_otherwise}"),
        path(
            "termination_paid",
            "={own_survival}*{still_paid}*{lost_paid}*{termination_cover}*{opening}",
        ),
    ]
