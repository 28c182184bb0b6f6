"""Every sentence of a case is true in every state: chosen exactly where the tests' own table says so, in
Python and in a cell, on random deals and on states that no deal was found for.
"""

from __future__ import annotations

import dataclasses
import math
import random
import re
from typing import Any

import numpy as np
import pytest

from bankable.templates.engine import calculation
from bankable.templates.sentences.of_a_memo import MEMO_ONLY, TOPICS
from bankable.templates.sentences.sentence import TEXT, Slot, Topic
from bankable.templates.workbook.book import Book
from bankable.templates.workbook.printed import printed
from bankable.udfs.deal import chain, settle
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain.decision import DECISIONS, TESTS
from bankable.udfs.deal.chain.lines import lines
from bankable.udfs.deal.deal import VIEWS, Deal
from tests.random_deals import varied
from tests.sentences import truths
from tests.sentences.truths import TRUE, Facts
from tests.udfs.test_by_hand import SHIPPED

LONGEST = 5.0
CITED = re.compile(r"\d+ USC \d+")
LAID_ELSEWHERE = {"failed_names", "looser_names", *MEMO_ONLY}
State = tuple[dict[str, Any], Facts]  # figures by key, and what is true of them


def random_deal(seed: int) -> Deal:
    rng = random.Random(f"sentences {seed}")
    deal = varied(rng, rng.choice(SHIPPED))
    return dataclasses.replace(
        deal,
        hurdle_irr=rng.choice((0.0, 0.08, 0.3)),
        limit_min_dscr=rng.choice((deal.limit_min_dscr, 1.05, 1.0)),
        completion_support=rng.choice((0.0, 0.02, 1.0)),
        contingency=rng.choice((0.0, 0.1)),
        grant=rng.choice((0.0, 0.0, 50.0)),
        contract_share=rng.choice((deal.contract_share, deal.contract_share, 0.0)),
        shell_share=rng.choice((deal.shell_share, 0.0, 0.6)),
        tooling_share=0.0,
        it_share=0.0,
        equipment_share=0.2,
        power_share=0.1,
        size_debt=seed % 20 == 0,
        pricing="clearing" if seed % 30 == 0 else "quoted",
    )


def of_deals(count: int, solved: bool) -> list[State]:
    """States of random deals, each with those of the same deal late, in a downturn and without its contract."""
    several = [random_deal(seed) for seed in range(count)]
    x = deals.stack(several)
    r = settle.run(x, None if solved else ())
    later = {}
    for name, changes in (
        ("delay", {"delay_months": 6.0}),
        ("down", {"overrun": 0.1, "delay_months": 3.0, "base_rate_shock": 0.02}),
        ("lost", {"contract_stop_year": 4.0}),
    ):
        y = settle.part_of(x, slice(None))
        for key, value in changes.items():
            setattr(y, key, np.full_like(x.gearing, value))
        y.size_debt = np.zeros_like(x.size_debt)
        later[name] = chain.run(settle.settled(y))
    known = truths.facts(x, r, later, LONGEST)
    return [(figures_of(several[i], x, r, later, i, one), one) for i, one in enumerate(known)]


def figures_of(
    deal: Deal, x: Any, r: chain.Results, later: dict[str, chain.Results], i: int, known: Facts
) -> dict[str, Any]:
    """The figures of one deal by the keys that the sentences ask for."""

    def figure(value: float) -> Any:
        return "n/a" if math.isnan(value) else float(value)

    found: dict[str, Any] = {
        key: figure(np.asarray(row)[i, 0])
        for key, row in r.items()
        if np.ndim(row) == 2 and np.shape(row)[1] == 1
    }
    found |= {key: figure(column[i, 0]) for key, column in vars(x).items() if key not in found}
    failed = [name for key, name, _, _ in TESTS if found[f"pass_{key}"] == 0]
    named = {0: "n/a"} | dict(enumerate((name for _, name, _, _ in TESTS), start=1))
    looser = [
        name
        for key, name, _, sign in TESTS
        if sign * (found[f"policy_{key}"] - found[f"limit_{key}"]) > 1e-9
    ]
    dscr = {name: one.min_dscr[i, 0] for name, one in later.items()}
    below = [value for value in dscr.values() if not math.isnan(value)]
    return found | {
        "decision_words": DECISIONS[int(found["decision"])],
        "binding_name": named[int(found["binding_test"])],
        "tightest_name": named[int(found["tightest_test"])],
        "failed_names": ", ".join(failed) or "none",
        "looser_names": ", ".join(looser) or "none",
        "lender_view": deal.lender_view,
        "years_below": float(known.years_below),
        "years_uncovered": float(known.years_uncovered),
        "view_capacity": found[f"capacity_{VIEWS[int(x.lender_view[i, 0])]}"],
        "worst_name": "Contract lost",
        "fall_of_dscr": figure(r.min_dscr[i, 0] - min(below)) if below else "n/a",
        "delay_months_late": 6.0,
        "delay_min_dscr": figure(dscr["delay"]),
        "delay_sponsor_extra": float(later["delay"].sponsor_extra[i, 0]),
        "downside_min_dscr": figure(dscr["down"]),
        "lost_min_dscr": figure(dscr["lost"]),
        "lost_year": 4.0,
        "offtaker": deal.offtaker,
        "longest_multiyear": LONGEST,
    }


def made_up(seed: int) -> State:
    """A state put together at random, whether or not a deal has it."""
    rng = random.Random(f"state {seed}")

    def some(*values: float | None) -> float | None:
        return rng.choice(values)

    verdict = rng.choice((truths.YES, truths.NO, truths.UNJUDGED))
    failed = 0 if verdict == truths.YES else rng.choice((0, 0, 1, 8))
    debt, longest = rng.choice((0.0, 1e-12, 900.0)), rng.choice((5.0, 7.0))
    dscr = some(None, -0.4, 0.0, 0.0051, 0.004, 1 - 1e-12, 0.97, 1.0, 1.42)
    missed = rng.choice((0, 0, 1, 7))
    irr, hurdle = some(None, -0.2, 0.1 - 1e-12, 0.1, 0.12), 0.1
    offtake, coverage, loan = (
        rng.choice((0, 5, 6, 10)),
        rng.choice((0.0, 0.7)),
        rng.choice((0, 0.2)),
    )
    g = Facts(
        verdict=verdict,
        failed=failed,
        debt=debt,
        binding=rng.choice(("n/a", "LLCR")),
        irr=irr,
        hurdle=hurdle,
        dscr=dscr,
        missed=missed,
        owed=rng.choice((0.0, 0.04, 0.06, 2341.2)),
        solved=rng.random() < 0.8,
        short=some(None, 0.0, 0.04, 0.2, 717.0),
        least_rate=some(None, 0.0634),
        looser=rng.choice((0, 0, 2)),
        tools=bool(offtake or coverage or loan or rng.random() < 0.3),
        offtake=offtake,
        longest=longest,
        by_appropriation=rng.random() < 0.5,
        coverage=coverage,
        loan=loan,
        years_below=rng.choice((0, 0, 1, 10)),
        years_uncovered=rng.choice((0, 0, 1, 10)),
        fall=some(None, -0.1, 0.0, 0.004, 0.3),
        delay_extra=rng.choice((0.0, 74.4)),
        support=rng.choice((0.0, 74.4 + 1e-12, 500.0)),
        delay_dscr=some(None, 0.0, 1.58),
        down_dscr=some(None, 0.99, 1 - 1e-12, 1.28),
        lost_dscr=some(None, 0.0, 1.0, 1.2),
        asked=rng.choice((0.0, 900.0, 900.0 + 1e-12, 1389.4)),
        permits=some(None, 0.0, 900.0 - 1e-12, 1678.0),
        contract=rng.random() < 0.7,
        carried=rng.choice((54.2, 900.0, 900.0 - 1e-12, 1913.0)),
        per_cost=some(None, 5.19),
        lgd=some(None, 0.2, 0.35, 0.538),
    )

    def shown(value: float | None) -> Any:
        return "n/a" if value is None else float(value)

    none = rng.choice(((0.0, 0.9), (7.0, 0.0), (0.0, 0.0)))
    words = {truths.YES: rng.choice(DECISIONS[1:]), truths.NO: DECISIONS[0]}
    return {
        "decision_words": words.get(verdict, "No verdict: recalculate with Bankable"),
        "tests_failed": float(failed),
        "debt": debt,
        "requested_debt": g.asked,
        "binding_name": g.binding,
        "tightest_name": "PLCR",
        "least_room": 0.021,
        "failed_names": "LLCR",
        "looser_names": "LLCR",
        "rate_cap": 0.3,
        "equity_irr_expected": shown(irr),
        "hurdle_irr": hurdle,
        "sponsor_goes_ahead": float(irr is not None and irr >= hurdle - 1e-9),
        "min_dscr": shown(dscr),
        "missed_year": float(missed),
        "unpaid": g.owed,
        "is_settled": float(g.solved),
        "uncovered_by_price": shown(g.short),
        "clearing_rate": shown(g.least_rate),
        "bank_rate": 0.0631,
        "looser_limits": float(g.looser),
        "supported": float(g.tools),
        "public_offtake_years": float(offtake),
        "longest_multiyear": longest,
        "subject_to_appropriation": float(g.by_appropriation),
        "coverage": coverage,
        "government_loan_share": float(loan),
        "limit_min_dscr": 1.3,
        "lender_view": "firm",
        "tenor": rng.choice((1.0, 10.0)),
        "years_below": float(g.years_below),
        "years_uncovered": float(g.years_uncovered),
        "worst_name": "Contract lost",
        "fall_of_dscr": shown(g.fall),
        "delay_months_late": 6.0,
        "delay_sponsor_extra": g.delay_extra,
        "completion_limit": g.support,
        "delay_min_dscr": shown(g.delay_dscr),
        "downside_min_dscr": shown(g.down_dscr),
        "lost_min_dscr": shown(g.lost_dscr),
        "view_capacity": g.carried,
        "private_per_public": shown(g.per_cost),
        "private_at_risk": 1850.1,
        "bank_at_risk": 416.8,
        "merchant_share": 0.2,
        "retool_months": 1.0,
        "lgd": shown(g.lgd),
        "permitted_debt": shown(g.permits),
        **dict(
            zip(("kept_until", "contract_share"), (7.0, 0.9) if g.contract else none, strict=True)
        ),
        "offtaker": "A buyer, of goods",
        "min_dscr_year": 3.0,
        "avg_dscr": 1.85,
        "dsra_at_completion": 43.8,
        "lost_year": 4.0,
        "firm_years": rng.choice((0.0, 1.0, 5.0)),
        "contract_kept": 0.98,
        "min_dscr_firm": 0.0,
        "min_dscr_promised": 1.59,
    }, g


@pytest.fixture(scope="module")
def states() -> list[State]:
    """Of 2,000 deals as they are asked, of some with everything solved, and of states made up."""
    return [
        *of_deals(2000, solved=False),
        *of_deals(40, solved=True),
        *(made_up(seed) for seed in range(3000)),
    ]


def wrong(topic: Topic, states: list[State]) -> str:
    """The first state in which a topic says what is not true, or keeps quiet about what is; empty where
    there is none.
    """
    for figures, known in states:
        true = {one.id for one in topic.sentences if TRUE[one.id](known)}
        try:
            said = topic.choose(figures)
        except LookupError as error:
            return f"{error}: {known}"
        if {said.id if said else None} - {None} != true:
            return f"said {said and said.id}, true {true}: {known}"
    return ""


def test_the_table_knows_every_sentence_and_no_other() -> None:
    assert set(TRUE) == {one.id for topic in TOPICS.values() for one in topic.sentences}


@pytest.mark.parametrize("name", TOPICS)
def test_what_is_said_is_true_and_what_is_true_is_said(name: str, states: list[State]) -> None:
    assert wrong(TOPICS[name], states) == ""


@pytest.mark.parametrize("name", TOPICS)
def test_each_sentence_is_said_and_left_out_of_some_state(name: str, states: list[State]) -> None:
    said = {one.id: 0 for one in TOPICS[name].sentences}
    for figures, _ in states:
        chosen = TOPICS[name].choose(figures)
        if chosen is not None:
            said[chosen.id] += 1
    assert all(0 < count < len(states) for count in said.values()), said


@pytest.mark.parametrize("name", TOPICS)
def test_any_condition_negated_is_found_out(name: str, states: list[State]) -> None:
    topic = TOPICS[name]
    for i, one in enumerate(topic.sentences):
        spoilt = (
            *topic.sentences[:i],
            dataclasses.replace(one, when=~one.when),
            *topic.sentences[i + 1 :],
        )
        assert wrong(dataclasses.replace(topic, sentences=spoilt), states), one.id


@pytest.mark.exhaustive
def test_what_is_said_of_many_solved_deals_is_true() -> None:
    states = of_deals(400, solved=True)
    assert [fault for topic in TOPICS.values() if (fault := wrong(topic, states))] == []


@pytest.mark.parametrize("name", TOPICS)
def test_no_digit_stands_outside_a_slot_and_every_slot_is_a_figure(name: str) -> None:
    known = {*lines(), *deals.KEYS, *LAID_ELSEWHERE}
    for one in TOPICS[name].sentences:
        words = "".join(part for part in one.parts if isinstance(part, str))
        assert not re.search(r"[\d{}]", CITED.sub("", words)), one.id
        assert one.keys <= known, one.id
        for part in one.parts:
            if isinstance(part, Slot) and part.style != TEXT:
                assert printed(-1234.5678, part.style).startswith("("), (one.id, part)


def in_python(topic: Topic, figures: dict[str, Any]) -> str:
    """The sentence with its figures printed as paper prints them."""

    def show(slot: Slot) -> str:
        text = printed(figures[slot.key], slot.style)
        return text if not slot.noun else f"{text} {slot.noun}{'' if text == '1' else 's'}"

    said = topic.choose(figures)
    return "" if said is None else said.text(show)


def test_a_cell_says_the_same_in_one_call_of_the_engine(states: list[State]) -> None:
    some = [*states[:60], *states[2000:2020], *states[2040:2240]]
    fixed = {"tolerance": 1e-9, "shown": 0.05, "noticed": 0.005, "specialised": 0.35}
    keys = sorted(
        {*fixed, *(key for t in TOPICS.values() for one in t.sentences for key in one.keys)}
    )
    book = Book(None, "sentences")  # type: ignore[arg-type]
    sheet = book.sheet("States")
    for row, (figures, _) in enumerate(some):
        for col, key in enumerate(keys):
            sheet.put(row, col, fixed[key] if key in fixed else figures[key], "text")
        for k, topic in enumerate(TOPICS.values()):
            sheet.put(
                row,
                len(keys) + k,
                topic.formula(lambda key, row=row: f"{letters(keys.index(key))}{row + 1}"),
                "text",
            )
    calculation.calculate(book)
    for row, (figures, known) in enumerate(some):
        for k, (name, topic) in enumerate(TOPICS.items()):
            said = sheet.cells[row, len(keys) + k].value
            assert said == in_python(topic, figures), (name, known)


def letters(col: int) -> str:
    return (chr(64 + col // 26) if col >= 26 else "") + chr(65 + col % 26)
