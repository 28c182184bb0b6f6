"""What is said of one case in its sheet, and in the memo alike, by topic: a formula each, in the row said_TOPIC.

Figures have the keys of the chain and of the inputs.
"""

from __future__ import annotations

from bankable.templates.sentences.condition import above
from bankable.templates.sentences.sentence import Topic, topic
from bankable.templates.sentences.states import (
    BANK_LENDS,
    BEYOND,
    BOUND,
    CLEARS,
    CREDIT,
    FAILS,
    GOES,
    HAS_SERVICE,
    LENDS,
    LOOSER,
    MEETS,
    MISSED,
    OWING,
    RETURNS,
    SHORT,
    SHOWN,
    SOLVED,
    TEST_FAILED,
)

NATIVE: dict[str, Topic] = {
    "result": topic(
        ("result_fails", FAILS & TEST_FAILED, "Fails: {failed_names:text}."),
        (
            "result_sized_away",
            FAILS & ~TEST_FAILED & ~LENDS,
            "No debt is left to test: none of what is asked passes.",
        ),
        (
            "result_unpriced",
            FAILS & ~TEST_FAILED & LENDS,
            "Every test that applies is passed, but no rate up to {rate_cap:rate} pays for the expected loss.",
        ),
        (
            "result_meets",
            MEETS & BOUND,
            "Every test that applies is passed: the least room is at {tightest_name:text}, {least_room:share} of"
            " its limit, and {binding_name:text} permits the least debt.",
        ),
        (
            "result_meets_unsolved",
            MEETS & ~BOUND,
            "Every test that applies is passed: the least room is at {tightest_name:text}, {least_room:share} of"
            " its limit.",
        ),
        (
            "result_unjudged",
            ~(FAILS | MEETS),
            "Not judged: what the loan asks to be solved is not solved here.",
        ),
    ),
    "sponsor": topic(
        (
            "sponsor_without_return",
            ~RETURNS,
            "The sponsor's expected cash flow has no rate of return.",
        ),
        (
            "sponsor_goes",
            RETURNS & GOES,
            "The sponsor goes ahead: {equity_irr_expected:rate} expected on equity, against a hurdle of"
            " {hurdle_irr:rate}.",
        ),
        (
            "sponsor_stays",
            RETURNS & ~GOES,
            "The sponsor stays away: {equity_irr_expected:rate} expected on equity, against a hurdle of"
            " {hurdle_irr:rate}.",
        ),
    ),
    "payments": topic(
        ("payments_none_due", ~HAS_SERVICE & ~MISSED, "No debt service falls due."),
        (
            "payments_made",
            HAS_SERVICE & ~MISSED,
            "On the lender's view cash flow, reserve and held cash make every payment.",
        ),
        (
            "payments_made_late",
            MISSED & ~OWING,
            "On the lender's view the first payment is missed in year {missed_year:years}; by the end of the loan nothing"
            " is owed.",
        ),
        (
            "payments_missed",
            MISSED & OWING,
            "On the lender's view the first payment is missed in year {missed_year:years}, and ${unpaid:number}m of debt"
            " service stands unpaid at the end of the loan.",
        ),
    ),
    "price": topic(
        (
            "price_unsolved",
            ~SOLVED,
            "Which rate pays for the expected loss is not solved here.",
        ),
        ("price_no_bank", SOLVED & ~BANK_LENDS, "There is no bank loan to price."),
        (
            "price_covers",
            SOLVED & BANK_LENDS & CLEARS & ~SHORT,
            "At the return the bank requires the least rate that pays for the expected loss is"
            " {clearing_rate:rate}; the bank loan is at {bank_rate:rate}, which covers it.",
        ),
        (
            "price_short",
            SOLVED & BANK_LENDS & CLEARS & SHORT,
            "At the return the bank requires the least rate that pays for the expected loss is"
            " {clearing_rate:rate}; the bank loan is at {bank_rate:rate}, which leaves"
            " ${uncovered_by_price:number}m of it without a price.",
        ),
        (
            "price_no_rate",
            SOLVED & BANK_LENDS & ~CLEARS & SHORT,
            "At the return the bank requires no rate up to {rate_cap:rate} pays for the expected loss; the bank"
            " loan is at {bank_rate:rate}, which leaves ${uncovered_by_price:number}m of it without a price.",
        ),
        (
            "price_above_cap",
            SOLVED & BANK_LENDS & ~CLEARS & ~SHORT,
            "At the return the bank requires no rate up to {rate_cap:rate} pays for the expected loss, but the"
            " loan's own of {bank_rate:rate} does.",
        ),
    ),
    "policy": topic(
        (
            "policy_looser",
            LOOSER,
            "Limits looser than the policy of the asset class: {looser_names:text}.",
        ),
        ("policy_kept", ~LOOSER, "No limit is looser than the policy of the asset class."),
    ),
    "authority": topic(
        (
            "authority_unsupported",
            ~above("supported", 0),
            "Authority: no public tool is in the structure.",
        ),
        (
            "authority_for_both",
            above("supported", 0) & BEYOND & CREDIT,
            "Condition: a statute that lets the government commit beyond {longest_multiyear:count year}, and an"
            " authority for the credit that it gives (sheet Authority).",
        ),
        (
            "authority_for_offtake",
            above("supported", 0) & BEYOND & ~CREDIT,
            "Condition: a statute that lets the government commit beyond {longest_multiyear:count year} (sheet"
            " Authority).",
        ),
        (
            "authority_for_credit",
            above("supported", 0) & ~BEYOND & CREDIT,
            "Condition: an authority for the credit that the government gives (sheet Authority).",
        ),
        (
            "authority_appropriation",
            above("supported", 0) & ~BEYOND & ~CREDIT,
            "Condition: an appropriation for what the public tools cost; none commits the government beyond"
            " {longest_multiyear:count year} or lends its credit.",
        ),
    ),
}

# the constants in their conditions, each with a cell of its own
FIXED = (SHOWN,)

__all__ = ["FIXED", "NATIVE"]
