"""When each sentence may be said, written from its words alone, over figures found another way than the
product finds them: from the rows of a deal, year by year.

Nothing of the catalogue of sentences is imported here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

NEAR = 1e-9
PRINTED = 0.05  # $m: less is printed as nothing
SEEN = 0.005  # of a DSCR: less is not seen on paper

YES, NO, UNJUDGED = "meets", "fails", "unjudged"

Facts = SimpleNamespace

# what may be said of a case, by the name of the sentence
TRUE: dict[str, Callable[[Facts], bool]] = {
    "result_fails": lambda g: g.verdict == NO and g.failed > 0,
    "result_sized_away": lambda g: g.verdict == NO and g.failed == 0 and g.debt <= NEAR,
    "result_unpriced": lambda g: g.verdict == NO and g.failed == 0 and g.debt > NEAR,
    "result_meets": lambda g: g.verdict == YES and g.binding != "n/a",
    "result_meets_unsolved": lambda g: g.verdict == YES and g.binding == "n/a",
    "result_unjudged": lambda g: g.verdict == UNJUDGED,
    "sponsor_without_return": lambda g: g.irr is None,
    "sponsor_goes": lambda g: g.irr is not None and g.irr >= g.hurdle - NEAR,
    "sponsor_stays": lambda g: g.irr is not None and g.irr < g.hurdle - NEAR,
    "payments_none_due": lambda g: g.dscr is None and g.missed == 0,
    "payments_made": lambda g: g.dscr is not None and g.missed == 0,
    "payments_made_late": lambda g: g.missed > 0 and g.owed <= PRINTED + NEAR,
    "payments_missed": lambda g: g.missed > 0 and g.owed > PRINTED + NEAR,
    "price_unsolved": lambda g: not g.solved,
    "price_no_bank": lambda g: g.solved and g.short is None,
    "price_covers": lambda g: g.solved and _at_most(g.short) and g.least_rate is not None,
    "price_short": lambda g: g.solved and _more(g.short) and g.least_rate is not None,
    "price_no_rate": lambda g: g.solved and _more(g.short) and g.least_rate is None,
    "price_above_cap": lambda g: g.solved and _at_most(g.short) and g.least_rate is None,
    "policy_looser": lambda g: g.looser > 0,
    "policy_kept": lambda g: g.looser == 0,
    "authority_unsupported": lambda g: not g.tools,
    "authority_for_both": lambda g: g.tools and _far(g) and _credit(g),
    "authority_for_offtake": lambda g: g.tools and _far(g) and not _credit(g),
    "authority_for_credit": lambda g: g.tools and not _far(g) and _credit(g),
    "authority_appropriation": lambda g: g.tools and not _far(g) and not _credit(g),
    "amount_asked": lambda g: g.debt >= g.asked - NEAR,
    "amount_cut": lambda g: g.debt < g.asked - NEAR,
    "lent_within": lambda g: g.permits is not None and g.debt <= g.permits + NEAR,
    "lent_beyond": lambda g: g.permits is not None and g.debt > g.permits + NEAR,
    "lent_unsolved": lambda g: g.permits is None,
    "primary_contract": lambda g: g.contract and g.dscr is not None,
    "primary_sales": lambda g: not g.contract and g.dscr is not None,
    "primary_nothing_due": lambda g: g.dscr is None,
    "secondary_after_loss": lambda g: g.contract,
    "secondary_reserve": lambda g: not g.contract,
    "contract_in_force": lambda g: g.contract,
    "stands_with": lambda g: g.contract,
    "stands_not": lambda g: not g.contract,
    "ends_early": lambda g: g.contract,
    "ends_never_begun": lambda g: not g.contract,
    "ends_kept": lambda g: g.contract,
    "ends_without": lambda g: not g.contract,
    "cover_no_service": lambda g: g.dscr is None,
    "cover_stays": lambda g: g.dscr is not None and g.years_below == 0,
    "cover_lies_below": lambda g: g.dscr is not None and g.years_below > 0,
    "service_none": lambda g: g.dscr is None,
    "service_covered": lambda g: g.dscr is not None and g.years_uncovered == 0,
    "service_short": lambda g: g.dscr is not None and g.years_uncovered > 0,
    "asked_nothing": lambda g: g.dscr is None,
    "asked_kept": lambda g: g.dscr is not None and g.years_below == 0,
    "asked_missed": lambda g: g.dscr is not None and g.years_below > 0,
    "worst_unknown": lambda g: g.dscr is None,
    "worst_nothing_left": lambda g: g.dscr is not None and g.dscr <= SEEN + NEAR,
    "worst_lowers": lambda g: _alive(g) and g.fall is not None and g.fall > SEEN + NEAR,
    "worst_none": lambda g: _alive(g) and (g.fall is None or g.fall <= SEEN + NEAR),
    "delay_stops": lambda g: g.delay_extra > g.support + NEAR,
    "delay_borne": lambda g: g.delay_extra <= g.support + NEAR and g.delay_dscr is not None,
    "delay_without_debt": lambda g: g.delay_extra <= g.support + NEAR and g.delay_dscr is None,
    "grade_pass": lambda g: g.verdict == YES and _pays(g.down_dscr),
    "grade_special_mention": lambda g: (
        not (g.verdict == YES and _pays(g.down_dscr)) and _pays(g.dscr)
    ),
    "grade_substandard": lambda g: (
        not (g.verdict == YES and _pays(g.down_dscr)) and not _pays(g.dscr)
    ),
    "exceptions_failed": lambda g: g.failed > 0,
    "exceptions_none": lambda g: g.failed == 0,
    "capacity_carries": lambda g: g.asked <= g.carried + NEAR,
    "capacity_falls_short": lambda g: g.asked > g.carried + NEAR,
    "left_pays": lambda g: _pays(g.lost_dscr),
    "left_does_not_pay": lambda g: not _pays(g.lost_dscr),
    "support_none": lambda g: not g.tools,
    "private_per_cost": lambda g: g.per_cost is not None,
    "private_alone": lambda g: g.per_cost is None,
    "specialised": lambda g: g.lgd is None or g.lgd >= 0.35 - NEAR,
    "others_take_it": lambda g: g.lgd is not None and g.lgd < 0.35 - NEAR,
    "statute_needed": lambda g: _far(g),
    "guarantee_authority": lambda g: g.coverage > NEAR and g.loan <= NEAR,
    "loan_authority": lambda g: g.coverage <= NEAR and g.loan > NEAR,
    "both_authorities": lambda g: g.coverage > NEAR and g.loan > NEAR,
}


def _more(amount: float | None) -> bool:
    return amount is not None and amount > PRINTED + NEAR


def _at_most(amount: float | None) -> bool:
    return amount is not None and amount <= PRINTED + NEAR


def _pays(dscr: float | None) -> bool:
    return dscr is not None and dscr >= 1 - NEAR


def _alive(g: Facts) -> bool:
    return g.dscr is not None and g.dscr > SEEN + NEAR


def _far(g: Facts) -> bool:
    return bool(g.offtake > g.longest + NEAR and not g.by_appropriation)


def _credit(g: Facts) -> bool:
    return bool(g.coverage > NEAR or g.loan > NEAR)


def _number(value: Any) -> float | None:
    return None if math.isnan(value) else float(value)


def _least(path: np.ndarray) -> float | None:
    known = [value for value in path if not math.isnan(value)]
    return min(known) if known else None


AT_LEAST = ("min_dscr", "avg_dscr", "llcr", "plcr", "contracted", "equity", "retained")
AT_MOST = ("gearing", "tail", "shortfall", "loss_rate", "loss_life")


def facts(x: Any, r: Any, later: dict[str, Any], longest: float) -> Iterator[Facts]:
    """Of every deal of the inputs `x` and rows `r`, with the rows of the same deals under other scenarios."""
    for i in range(len(x.gearing)):

        def one(key: str, i: int = i) -> float:
            return float(r[key][i, 0])

        def typed(key: str, i: int = i) -> float:
            return float(getattr(x, key)[i, 0])

        years = int(typed("tenor"))
        service, cash = r.debt_service[i, :years], r.lender_cfads[i, :years]
        due = service > 1e-9 * max(1.0, one("debt"))
        cover = np.array(
            [c / s if d else math.nan for c, s, d in zip(cash, service, due, strict=True)]
        )
        late = r.arrears[i, :years] > NEAR * np.maximum(1, service)
        failed = looser = 0
        for sign, keys in ((1, AT_LEAST), (-1, AT_MOST)):
            for key in keys:
                value, limit = one(f"test_{key}"), typed(f"limit_{key}")
                failed += bool(not math.isnan(value) and sign * (value - limit) < -NEAR)
                looser += bool(sign * (one(f"policy_{key}") - limit) > NEAR)
        worst = [low for s in later.values() if (low := _least(s.lender_dscr[i])) is not None]
        dscr = _least(cover)
        asks_rate = typed("pricing") > 0
        cleared = _number(one("clearing_rate"))
        ok = one("debt") > 0 and failed == 0 and not (asks_rate and cleared is None)
        tools = any(
            typed(key) > 0
            for key in (
                "coverage",
                "government_loan_share",
                "grant",
                "public_offtake_years",
                "tariff",
                "public_equity",
            )
        )
        tools |= (
            typed("termination_cover") * max(one("full_faith"), one("subject_to_appropriation")) > 0
        )
        excess = _number(one("price_excess"))
        binding = [_number(one(f"permits_{key}")) for key in (*AT_LEAST, *AT_MOST)]
        view = ("firm", "supported", "expected", "promised")[int(typed("lender_view"))]
        yield Facts(
            verdict=YES if ok else NO,
            failed=failed,
            debt=one("debt"),
            binding="n/a" if all(b is None for b in binding) else "a test",
            irr=_number(one("equity_irr_expected")),
            hurdle=typed("hurdle_irr"),
            dscr=dscr,
            missed=int(np.argmax(late)) + 1 if late.any() else 0,
            owed=float(r.arrears[i, years - 1]),
            solved=not math.isnan(one("permitted_debt")),
            short=None if excess is None else max(0.0, -excess) * one("bank_loan"),
            least_rate=cleared,
            looser=looser,
            tools=tools,
            offtake=typed("public_offtake_years"),
            longest=longest,
            by_appropriation=one("subject_to_appropriation") > 0,
            coverage=typed("coverage"),
            loan=typed("government_loan_share"),
            years_below=int(np.sum(cover < typed("limit_min_dscr") - NEAR)),
            years_uncovered=int(np.sum(cash[due] < service[due] - NEAR)),
            fall=None if dscr is None or not worst else dscr - min(worst),
            delay_extra=float(later["delay"].sponsor_extra[i, 0]),
            support=one("completion_limit"),
            delay_dscr=_least(later["delay"].lender_dscr[i]),
            down_dscr=_least(later["down"].lender_dscr[i]),
            lost_dscr=_least(later["lost"].lender_dscr[i]),
            asked=one("requested_debt"),
            carried=one(f"capacity_{view}"),
            permits=_number(one("permitted_debt")),
            contract=typed("contract_share") * typed("contract_years") > 0,
            per_cost=_number(one("private_per_public")),
            lgd=_number(one("lgd")),
        )
