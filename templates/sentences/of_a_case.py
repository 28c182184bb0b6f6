"""What is said of one case, in its sheet and in its memo, by topic.

Figures have the keys of the chain and of the inputs; those that only the memo knows stand in MEMO_ONLY.
"""

from __future__ import annotations

from bankable.templates.sentences.condition import Applies, Fixed, Says, above, below
from bankable.templates.sentences.sentence import Sentence, Topic
from bankable.udfs.deal.chain.decision import FAILS, MEETS, MEETS_WITH_SUPPORT

SHOWN = Fixed("shown", 0.05)  # $m: less prints as nothing
NOTICED = Fixed("noticed", 0.005)  # of a DSCR
SPECIALISED = Fixed("specialised", 0.35)  # LGD from which a plant counts as hard to sell

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

_has_service = Applies("min_dscr")
_fails = Says("decision_words", FAILS)
_meets = Says("decision_words", MEETS) | Says("decision_words", MEETS_WITH_SUPPORT)
_test_failed = above("tests_failed", 0)
_lends = above("debt", 0)
_bound = ~Says("binding_name", "n/a")
_returns = Applies("equity_irr_expected")
_goes = above("sponsor_goes_ahead", 0)
_missed = above("missed_year", 0)
_owing = above("unpaid", SHOWN)
_solved = above("is_settled", 0)
_bank_lends = Applies("uncovered_by_price")
_clears = Applies("clearing_rate")
_short = above("uncovered_by_price", SHOWN)
_pays_nothing = _has_service & ~above("min_dscr", NOTICED)
_permitted = Applies("permitted_debt")
_looser = above("looser_limits", 0)
_commits = ~above("subject_to_appropriation", 0)
_hard_to_sell = ~below("lgd", SPECIALISED)
_beyond = above("public_offtake_years", "longest_multiyear") & _commits
_contracted = above("kept_until", 0) & above("contract_share", 0)
_credit = above("coverage", 0) | above("government_loan_share", 0)
_downside_pays = Applies("downside_min_dscr") & ~below("downside_min_dscr", 1.0)
_base_pays = _has_service & ~below("min_dscr", 1.0)
_left_pays = Applies("lost_min_dscr") & ~below("lost_min_dscr", 1.0)


def _topic(*sentences: tuple[str, object, str], optional: bool = False) -> Topic:
    return Topic(tuple(Sentence(*one) for one in sentences), optional)  # type: ignore[arg-type]


# said in the case sheet too, as formulas
NATIVE: dict[str, Topic] = {
    "result": _topic(
        ("result_fails", _fails & _test_failed, "Fails: {failed_names:text}."),
        (
            "result_sized_away",
            _fails & ~_test_failed & ~_lends,
            "No debt is left to test: none of what is asked passes.",
        ),
        (
            "result_unpriced",
            _fails & ~_test_failed & _lends,
            "Every test that applies is passed, but no rate up to {rate_cap:rate} pays for the expected loss.",
        ),
        (
            "result_meets",
            _meets & _bound,
            "Every test that applies is passed: the least room is at {tightest_name:text}, {least_room:share} of"
            " its limit, and {binding_name:text} permits the least debt.",
        ),
        (
            "result_meets_unsolved",
            _meets & ~_bound,
            "Every test that applies is passed: the least room is at {tightest_name:text}, {least_room:share} of"
            " its limit.",
        ),
        (
            "result_unjudged",
            ~(_fails | _meets),
            "Not judged: what the loan asks to be solved is not solved here.",
        ),
    ),
    "sponsor": _topic(
        (
            "sponsor_without_return",
            ~_returns,
            "The sponsor's expected cash flow has no rate of return.",
        ),
        (
            "sponsor_goes",
            _returns & _goes,
            "The sponsor goes ahead: {equity_irr_expected:rate} expected on equity, against a hurdle of"
            " {hurdle_irr:rate}.",
        ),
        (
            "sponsor_stays",
            _returns & ~_goes,
            "The sponsor stays away: {equity_irr_expected:rate} expected on equity, against a hurdle of"
            " {hurdle_irr:rate}.",
        ),
    ),
    "payments": _topic(
        ("payments_none_due", ~_has_service & ~_missed, "No debt service falls due."),
        (
            "payments_made",
            _has_service & ~_missed,
            "On the lender's view cash flow, reserve and held cash make every payment.",
        ),
        (
            "payments_made_late",
            _missed & ~_owing,
            "On the lender's view the first payment is missed in year {missed_year:count}; by the end of the loan nothing"
            " is owed.",
        ),
        (
            "payments_missed",
            _missed & _owing,
            "On the lender's view the first payment is missed in year {missed_year:count}, and ${unpaid:number}m of debt"
            " service stands unpaid at the end of the loan.",
        ),
    ),
    "price": _topic(
        (
            "price_unsolved",
            ~_solved,
            "Which rate pays for the expected loss is not solved here.",
        ),
        ("price_no_bank", _solved & ~_bank_lends, "There is no bank loan to price."),
        (
            "price_covers",
            _solved & _bank_lends & _clears & ~_short,
            "At the return the bank requires the least rate that pays for the expected loss is"
            " {clearing_rate:rate}; the bank loan is at {bank_rate:rate}, which covers it.",
        ),
        (
            "price_short",
            _solved & _bank_lends & _clears & _short,
            "At the return the bank requires the least rate that pays for the expected loss is"
            " {clearing_rate:rate}; the bank loan is at {bank_rate:rate}, which leaves"
            " ${uncovered_by_price:number}m of it without a price.",
        ),
        (
            "price_no_rate",
            _solved & _bank_lends & ~_clears & _short,
            "At the return the bank requires no rate up to {rate_cap:rate} pays for the expected loss; the bank"
            " loan is at {bank_rate:rate}, which leaves ${uncovered_by_price:number}m of it without a price.",
        ),
        (
            "price_above_cap",
            _solved & _bank_lends & ~_clears & ~_short,
            "At the return the bank requires no rate up to {rate_cap:rate} pays for the expected loss, but the"
            " loan's own of {bank_rate:rate} does.",
        ),
    ),
    "policy": _topic(
        (
            "policy_looser",
            _looser,
            "Limits looser than the policy of the asset class: {looser_names:text}.",
        ),
        ("policy_kept", ~_looser, "No limit is looser than the policy of the asset class."),
    ),
    "authority": _topic(
        (
            "authority_unsupported",
            ~above("supported", 0),
            "Authority: no public tool is in the structure.",
        ),
        (
            "authority_for_both",
            above("supported", 0) & _beyond & _credit,
            "Condition: a statute that lets the government commit beyond {longest_multiyear:count year}, and an"
            " authority for the credit that it gives (sheet Authority).",
        ),
        (
            "authority_for_offtake",
            above("supported", 0) & _beyond & ~_credit,
            "Condition: a statute that lets the government commit beyond {longest_multiyear:count year} (sheet"
            " Authority).",
        ),
        (
            "authority_for_credit",
            above("supported", 0) & ~_beyond & _credit,
            "Condition: an authority for the credit that the government gives (sheet Authority).",
        ),
        (
            "authority_appropriation",
            above("supported", 0) & ~_beyond & ~_credit,
            "Condition: an appropriation for what the public tools cost; none commits the government beyond"
            " {longest_multiyear:count year} or lends its credit.",
        ),
    ),
}

MEMO: dict[str, Topic] = {
    "amount": _topic(
        ("amount_asked", ~above("requested_debt", "debt"), "${requested_debt:number}m"),
        (
            "amount_cut",
            above("requested_debt", "debt"),
            "${debt:number}m, of ${requested_debt:number}m requested: cut to what passes every test",
        ),
    ),
    "lent": _topic(
        (
            "lent_within",
            _permitted & ~above("debt", "permitted_debt"),
            "The tests together permit ${permitted_debt:number}m; the loan is ${debt:number}m.",
        ),
        (
            "lent_beyond",
            _permitted & above("debt", "permitted_debt"),
            "The tests together permit ${permitted_debt:number}m, less than the loan of ${debt:number}m.",
        ),
        ("lent_unsolved", ~_permitted, "The loan is ${debt:number}m."),
    ),
    "primary": _topic(
        (
            "primary_contract",
            _contracted & _has_service,
            "cash flow from the contract with {offtaker:text}: minimum DSCR {min_dscr:multiple} in year"
            " {min_dscr_year:count}, average {avg_dscr:multiple}.",
        ),
        (
            "primary_sales",
            ~_contracted & _has_service,
            "sales without a contract: minimum DSCR {min_dscr:multiple} in year {min_dscr_year:count}, average"
            " {avg_dscr:multiple}.",
        ),
        ("primary_nothing_due", ~_has_service, "none is needed: no debt service falls due."),
    ),
    "secondary": _topic(
        (
            "secondary_after_loss",
            _contracted,
            "debt service reserve of ${dsra_at_completion:number}m and what the plant earns once the contract is"
            " lost in year {lost_year:count}: minimum DSCR {lost_min_dscr:multiple}.",
        ),
        (
            "secondary_reserve",
            ~_contracted,
            "debt service reserve of ${dsra_at_completion:number}m; there is no contract to lose.",
        ),
    ),
    "contract_condition": _topic(
        (
            "contract_in_force",
            _contracted,
            "Contract with {offtaker:text} signed and in force, with {firm_years:count firm year}.",
        ),
        optional=True,
    ),
    "contract_stands": _topic(
        ("stands_with", _contracted, "probability {contract_kept:level}"),
        ("stands_not", ~_contracted, "no contract"),
    ),
    "ends_title": _topic(
        ("ends_early", _contracted, "The contract ends early"),
        ("ends_never_begun", ~_contracted, "No contract stands behind the loan"),
    ),
    "ends": _topic(
        (
            "ends_kept",
            _contracted,
            "It is kept to its end or the loan's with probability {contract_kept:level}; minimum DSCR on firm"
            " revenue only {min_dscr_firm:multiple}, if every renewal comes {min_dscr_promised:multiple}.",
        ),
        (
            "ends_without",
            ~_contracted,
            "All revenue is sold at the market; minimum DSCR {min_dscr:multiple}.",
        ),
    ),
    "cover_title": _topic(
        ("cover_no_service", ~_has_service, "No debt service to cover"),
        (
            "cover_stays",
            _has_service & ~above("years_below", 0),
            "On the lender's view ({lender_view:text}) DSCR stays at {limit_min_dscr:multiple} or above",
        ),
        (
            "cover_lies_below",
            _has_service & above("years_below", 0),
            "On the lender's view ({lender_view:text}) DSCR lies below {limit_min_dscr:multiple} in"
            " {years_below:count} of {tenor:count year}",
        ),
    ),
    "service_title": _topic(
        ("service_none", ~_has_service, "No debt service falls due"),
        (
            "service_covered",
            _has_service & ~above("years_uncovered", 0),
            "CFADS covers debt service in every year of the loan",
        ),
        (
            "service_short",
            _has_service & above("years_uncovered", 0),
            "CFADS falls short of debt service in {years_uncovered:count} of {tenor:count year}",
        ),
    ),
    "asked": _topic(
        ("asked_nothing", ~_has_service, "There is no debt service, and so no DSCR."),
        (
            "asked_kept",
            _has_service & ~above("years_below", 0),
            "DSCR is at the {limit_min_dscr:multiple} asked or above it in every year.",
        ),
        (
            "asked_missed",
            _has_service & above("years_below", 0),
            "DSCR lies below the {limit_min_dscr:multiple} asked in {years_below:count} of {tenor:count year}.",
        ),
    ),
    "worst_title": _topic(
        ("worst_unknown", ~_has_service, "No minimum DSCR in the base case to lower"),
        (
            "worst_nothing_left",
            _pays_nothing,
            "In the base case already there is a year whose cash flow pays no debt service",
        ),
        (
            "worst_lowers",
            _has_service & above("min_dscr", NOTICED) & above("fall_of_dscr", NOTICED),
            "Minimum DSCR falls most in the scenario {worst_name:text}",
        ),
        (
            "worst_none",
            _has_service & above("min_dscr", NOTICED) & ~above("fall_of_dscr", NOTICED),
            "No scenario lowers minimum DSCR",
        ),
    ),
    "delay": _topic(
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
    "grade": _topic(
        (
            "grade_pass",
            _meets & _downside_pays,
            "Regulatory risk rating indicated: pass.",
        ),
        (
            "grade_special_mention",
            ~(_meets & _downside_pays) & _base_pays,
            "Regulatory risk rating indicated: special mention.",
        ),
        (
            "grade_substandard",
            ~(_meets & _downside_pays) & ~_base_pays,
            "Regulatory risk rating indicated: substandard.",
        ),
    ),
    "exceptions": _topic(
        (
            "exceptions_failed",
            _test_failed,
            "Credit tests failed: {failed_names:text}.",
        ),
        ("exceptions_none", ~_test_failed, "No credit test is failed."),
    ),
    "capacity_title": _topic(
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
    "left": _topic(
        (
            "left_pays",
            _left_pays,
            "{merchant_share:share} of the freed capacity sold to others after {retool_months:count month} of"
            " retooling still covers debt service.",
        ),
        (
            "left_does_not_pay",
            ~_left_pays,
            "Nothing in the cash flow: {merchant_share:share} of the freed capacity sold to others after"
            " {retool_months:count month} of retooling does not cover debt service.",
        ),
    ),
    "support": _topic(
        (
            "support_none",
            ~above("supported", 0),
            "The structure uses no public support: the decision rests on the deal's own revenue and collateral.",
        ),
        optional=True,
    ),
    "private": _topic(
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
    "specialised_title": _topic(
        ("specialised", _hard_to_sell, "Few other users for the plant"),
        ("others_take_it", ~_hard_to_sell, "What another user pays for the plant"),
    ),
    "statute": _topic(
        (
            "statute_needed",
            _beyond,
            "Statute that lets the government commit for {public_offtake_years:count year}: multi-year contracts"
            " stop at {longest_multiyear:count year} (10 USC 3501).",
        ),
        optional=True,
    ),
    "credit_authority": _topic(
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

# the constants of the sentences that stand in case sheets, with their cells' keys
FIXED = (SHOWN,)

__all__ = ["FIXED", "MEMO", "MEMO_ONLY", "NATIVE", "TOPICS"]
