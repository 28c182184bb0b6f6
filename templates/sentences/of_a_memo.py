"""What is said of one case in its memo alone, by topic; TOPICS holds all of them.

Figures that no row of the case's sheet holds stand in MEMO_ONLY.
"""

from __future__ import annotations

from bankable.templates.sentences.condition import Applies, above
from bankable.templates.sentences.of_a_case import NATIVE
from bankable.templates.sentences.sentence import Topic, topic
from bankable.templates.sentences.states import (
    BASE_PAYS,
    BEYOND,
    CONTRACTED,
    DOWNSIDE_PAYS,
    HARD_TO_SELL,
    HAS_SERVICE,
    LEFT_PAYS,
    MEETS,
    NOTICED,
    PAYS_NOTHING,
    PERMITTED,
    TEST_FAILED,
)

# figures of a case that no row of its sheet holds
MEMO_ONLY = {
    "years_below": "years of the loan with DSCR below the limit",
    "years_uncovered": "years of the loan with CFADS below debt service",
    "view_capacity": "debt capacity on the lender's view, sculpted",
    "worst_name": "the scenario with the lowest minimum DSCR",
    "fall_of_dscr": "how far minimum DSCR falls under it",
    "delay_months_late": "months of the scenario Delay",
    "delay_min_dscr": "minimum DSCR under the scenario Delay",
    "delay_sponsor_extra": "what the sponsor pays under the scenario Delay",
    "downside_min_dscr": "minimum DSCR under the scenario Combined downside",
    "lost_year": "year of the scenario Contract lost",
    "lost_min_dscr": "minimum DSCR under the scenario Contract lost",
    "longest_multiyear": "years of the longest multi-year contract under general law",
}

MEMO: dict[str, Topic] = {
    "amount": topic(
        ("amount_asked", ~above("requested_debt", "debt"), "${requested_debt:number}m"),
        (
            "amount_cut",
            above("requested_debt", "debt"),
            "${debt:number}m, of ${requested_debt:number}m requested: cut to what passes every test",
        ),
    ),
    "lent": topic(
        (
            "lent_within",
            PERMITTED & ~above("debt", "permitted_debt"),
            "The tests together permit ${permitted_debt:number}m; the loan is ${debt:number}m.",
        ),
        (
            "lent_beyond",
            PERMITTED & above("debt", "permitted_debt"),
            "The tests together permit ${permitted_debt:number}m, less than the loan of ${debt:number}m.",
        ),
        ("lent_unsolved", ~PERMITTED, "The loan is ${debt:number}m."),
    ),
    "primary": topic(
        (
            "primary_contract",
            CONTRACTED & HAS_SERVICE,
            "cash flow from the contract with {offtaker:text}: minimum DSCR {min_dscr:multiple} in year"
            " {min_dscr_year:years}, average {avg_dscr:multiple}.",
        ),
        (
            "primary_sales",
            ~CONTRACTED & HAS_SERVICE,
            "sales without a contract: minimum DSCR {min_dscr:multiple} in year {min_dscr_year:years}, average"
            " {avg_dscr:multiple}.",
        ),
        ("primary_nothing_due", ~HAS_SERVICE, "none is needed: no debt service falls due."),
    ),
    "secondary": topic(
        (
            "secondary_after_loss",
            CONTRACTED,
            "debt service reserve of ${dsra_at_completion:number}m and what the plant earns once the contract is"
            " lost in year {lost_year:count}: minimum DSCR {lost_min_dscr:multiple}.",
        ),
        (
            "secondary_reserve",
            ~CONTRACTED,
            "debt service reserve of ${dsra_at_completion:number}m; there is no contract to lose.",
        ),
    ),
    "contract_condition": topic(
        (
            "contract_in_force",
            CONTRACTED,
            "Contract with {offtaker:text} signed and in force, with {firm_years:count firm year}.",
        ),
        optional=True,
    ),
    "contract_stands": topic(
        ("stands_with", CONTRACTED, "probability {contract_kept:level}"),
        ("stands_not", ~CONTRACTED, "no contract"),
    ),
    "ends_title": topic(
        ("ends_early", CONTRACTED, "The contract ends early"),
        ("ends_never_begun", ~CONTRACTED, "No contract stands behind the loan"),
    ),
    "ends": topic(
        (
            "ends_kept",
            CONTRACTED,
            "It is kept to its end or the loan's with probability {contract_kept:level}; minimum DSCR on firm"
            " revenue only {min_dscr_firm:multiple}, if every renewal comes {min_dscr_promised:multiple}.",
        ),
        (
            "ends_without",
            ~CONTRACTED,
            "All revenue is sold at the market; minimum DSCR {min_dscr:multiple}.",
        ),
    ),
    "cover_title": topic(
        ("cover_no_service", ~HAS_SERVICE, "No debt service to cover"),
        (
            "cover_stays",
            HAS_SERVICE & ~above("years_below", 0),
            "On the lender's view ({lender_view:text}) DSCR stays at {limit_min_dscr:multiple} or above",
        ),
        (
            "cover_lies_below",
            HAS_SERVICE & above("years_below", 0),
            "On the lender's view ({lender_view:text}) DSCR lies below {limit_min_dscr:multiple} in"
            " {years_below:count} of {tenor:count year}",
        ),
    ),
    "service_title": topic(
        ("service_none", ~HAS_SERVICE, "No debt service falls due"),
        (
            "service_covered",
            HAS_SERVICE & ~above("years_uncovered", 0),
            "CFADS covers debt service in every year of the loan",
        ),
        (
            "service_short",
            HAS_SERVICE & above("years_uncovered", 0),
            "CFADS falls short of debt service in {years_uncovered:count} of {tenor:count year}",
        ),
    ),
    "asked": topic(
        ("asked_nothing", ~HAS_SERVICE, "There is no debt service, and so no DSCR."),
        (
            "asked_kept",
            HAS_SERVICE & ~above("years_below", 0),
            "DSCR is at the {limit_min_dscr:multiple} asked or above it in every year.",
        ),
        (
            "asked_missed",
            HAS_SERVICE & above("years_below", 0),
            "DSCR lies below the {limit_min_dscr:multiple} asked in {years_below:count} of {tenor:count year}.",
        ),
    ),
    "worst_title": topic(
        ("worst_unknown", ~HAS_SERVICE, "No minimum DSCR in the base case to lower"),
        (
            "worst_nothing_left",
            PAYS_NOTHING,
            "In the base case already there is a year whose cash flow pays no debt service",
        ),
        (
            "worst_lowers",
            HAS_SERVICE & above("min_dscr", NOTICED) & above("fall_of_dscr", NOTICED),
            "Minimum DSCR falls most in the scenario {worst_name:text}",
        ),
        (
            "worst_none",
            HAS_SERVICE & above("min_dscr", NOTICED) & ~above("fall_of_dscr", NOTICED),
            "No scenario lowers minimum DSCR",
        ),
    ),
    "delay": topic(
        (
            "delay_stops",
            above("delay_sponsor_extra", "completion_limit"),
            "A delay of {delay_months_late:count month} asks ${delay_sponsor_extra:number}m more of the sponsor"
            " than his budget, above his completion support of ${completion_limit:number}m: the build stops.",
        ),
        (
            "delay_borne",
            ~above("delay_sponsor_extra", "completion_limit") & Applies("delay_min_dscr"),
            "A delay of {delay_months_late:count month} takes ${delay_sponsor_extra:number}m more from the"
            " sponsor and leaves minimum DSCR at {delay_min_dscr:multiple}.",
        ),
        (
            "delay_without_debt",
            ~above("delay_sponsor_extra", "completion_limit") & ~Applies("delay_min_dscr"),
            "A delay of {delay_months_late:count month} takes ${delay_sponsor_extra:number}m more from the"
            " sponsor; there is no debt service to cover.",
        ),
    ),
    "grade": topic(
        (
            "grade_pass",
            MEETS & DOWNSIDE_PAYS,
            "Regulatory risk rating indicated: pass.",
        ),
        (
            "grade_special_mention",
            ~(MEETS & DOWNSIDE_PAYS) & BASE_PAYS,
            "Regulatory risk rating indicated: special mention.",
        ),
        (
            "grade_substandard",
            ~(MEETS & DOWNSIDE_PAYS) & ~BASE_PAYS,
            "Regulatory risk rating indicated: substandard.",
        ),
    ),
    "exceptions": topic(
        (
            "exceptions_failed",
            TEST_FAILED,
            "Credit tests failed: {failed_names:text}.",
        ),
        ("exceptions_none", ~TEST_FAILED, "No credit test is failed."),
    ),
    "capacity_title": topic(
        (
            "capacity_carries",
            ~above("requested_debt", "view_capacity"),
            "Sculpted to its cash flow, the lender's view ({lender_view:text}) carries the debt requested",
        ),
        (
            "capacity_falls_short",
            above("requested_debt", "view_capacity"),
            "Sculpted to its cash flow, the lender's view ({lender_view:text}) does not carry the debt requested",
        ),
    ),
    "left": topic(
        (
            "left_pays",
            LEFT_PAYS,
            "{merchant_share:share} of the freed capacity sold to others after {retool_months:count month} of"
            " retooling still covers debt service.",
        ),
        (
            "left_does_not_pay",
            ~LEFT_PAYS,
            "Nothing in the cash flow: {merchant_share:share} of the freed capacity sold to others after"
            " {retool_months:count month} of retooling does not cover debt service.",
        ),
    ),
    "support": topic(
        (
            "support_none",
            ~above("supported", 0),
            "The structure uses no public support: the decision rests on the deal's own revenue and collateral.",
        ),
        optional=True,
    ),
    "private": topic(
        (
            "private_per_cost",
            Applies("private_per_public"),
            "Private capital at risk is ${private_at_risk:number}m, of it ${bank_at_risk:number}m the bank's own"
            " loan without guarantee; ${private_per_public:number2} of private capital stands for each $ of"
            " expected public cost.",
        ),
        (
            "private_alone",
            ~Applies("private_per_public"),
            "Private capital at risk is ${private_at_risk:number}m, of it ${bank_at_risk:number}m the bank's own"
            " loan without guarantee.",
        ),
    ),
    "specialised_title": topic(
        ("specialised", HARD_TO_SELL, "Few other users for the plant"),
        ("others_take_it", ~HARD_TO_SELL, "What another user pays for the plant"),
    ),
    "statute": topic(
        (
            "statute_needed",
            BEYOND,
            "Statute that lets the government commit for {public_offtake_years:count year}: multi-year contracts"
            " stop at {longest_multiyear:count year} (10 USC 3501).",
        ),
        optional=True,
    ),
    "credit_authority": topic(
        (
            "guarantee_authority",
            above("coverage", 0) & ~above("government_loan_share", 0),
            "Authority for the guarantee of {coverage:share} named, and its cost appropriated (sheet Authority).",
        ),
        (
            "loan_authority",
            ~above("coverage", 0) & above("government_loan_share", 0),
            "Authority for the government loan of {government_loan_share:share} named, and its cost appropriated"
            " (sheet Authority).",
        ),
        (
            "both_authorities",
            above("coverage", 0) & above("government_loan_share", 0),
            "Authority for the guarantee of {coverage:share} and for the government loan of"
            " {government_loan_share:share} named, and their cost appropriated (sheet Authority).",
        ),
        optional=True,
    ),
}
TOPICS = NATIVE | MEMO

__all__ = ["MEMO", "MEMO_ONLY", "TOPICS"]
