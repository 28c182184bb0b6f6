"""States that a case may be in, by name: what the conditions of its sentences are made of."""

from __future__ import annotations

from bankable.templates.sentences.condition import Applies, Fixed, Says, above, below
from bankable.udfs.deal.chain.decision import FAILS as FAILS_WORDS
from bankable.udfs.deal.chain.decision import MEETS as MEETS_WORDS
from bankable.udfs.deal.chain.decision import MEETS_WITH_SUPPORT

SHOWN = Fixed("shown", 0.05)  # $m: less prints as nothing
NOTICED = Fixed("noticed", 0.005)  # of a DSCR
SPECIALISED = Fixed("specialised", 0.35)  # LGD from which a plant counts as hard to sell

HAS_SERVICE = Applies("min_dscr")
FAILS = Says("decision_words", FAILS_WORDS)
MEETS = Says("decision_words", MEETS_WORDS) | Says("decision_words", MEETS_WITH_SUPPORT)
TEST_FAILED = above("tests_failed", 0)
LENDS = above("debt", 0)
BOUND = ~Says("binding_name", "n/a")
RETURNS = Applies("equity_irr_expected")
GOES = above("sponsor_goes_ahead", 0)
MISSED = above("missed_year", 0)
OWING = above("unpaid", SHOWN)
SOLVED = above("is_settled", 0)
BANK_LENDS = Applies("uncovered_by_price")
CLEARS = Applies("clearing_rate")
SHORT = above("uncovered_by_price", SHOWN)
PAYS_NOTHING = HAS_SERVICE & ~above("min_dscr", NOTICED)
PERMITTED = Applies("permitted_debt")
LOOSER = above("looser_limits", 0)
COMMITS = ~above("subject_to_appropriation", 0)
HARD_TO_SELL = ~below("lgd", SPECIALISED)
BEYOND = above("public_offtake_years", "longest_multiyear") & COMMITS
CONTRACTED = above("kept_until", 0) & above("contract_share", 0)
CREDIT = above("coverage", 0) | above("government_loan_share", 0)
DOWNSIDE_PAYS = Applies("downside_min_dscr") & ~below("downside_min_dscr", 1.0)
BASE_PAYS = HAS_SERVICE & ~below("min_dscr", 1.0)
LEFT_PAYS = Applies("lost_min_dscr") & ~below("lost_min_dscr", 1.0)
