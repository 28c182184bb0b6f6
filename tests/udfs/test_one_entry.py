"""Each line of the chain is entered once in Python: the simulation, the solvers and the grids have no model of their own.

A line of the chain is replaced by a marked one, and every function that answers for a whole deal must move with it.
"""

from __future__ import annotations

import ast
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bankable import udfs
from bankable.templates import deal_file
from bankable.udfs.deal import chain, fan, settle
from bankable.udfs.deal.chain import contract, operation, ratios
from bankable.udfs.deal.deal import INPUTS, Deal

FACTORY = deal_file.load_shipped()[1].deal
SUPPORTED = deal_file.load_shipped()[2].deal


def block_of(deal: Deal) -> list[list[Any]]:
    """The deal as keys and values, as the functions take it."""
    return [[field.name, getattr(deal, field.name)] for field in INPUTS]


# every function of the register that takes a whole deal, asked for something that a cost moves
QUESTIONS: dict[str, Callable[[], Any]] = {
    "DEAL_METRICS": lambda: udfs.DEAL_METRICS(block_of(FACTORY), ["min_dscr", "avg_dscr"]),
    "DEAL_SETTLED": lambda: udfs.DEAL_SETTLED(block_of(SUPPORTED)),
    "CLEARING_RATE": lambda: udfs.CLEARING_RATE(block_of(SUPPORTED)),
    "CREDIT_TESTS": lambda: udfs.CREDIT_TESTS(block_of(FACTORY)),
    "SENS_GRID": lambda: udfs.SENS_GRID(
        block_of(FACTORY), "price", [1.0, 1.1], "gearing", [0.3, 0.4], "min_dscr_promised"
    ),
    "TORNADO": lambda: udfs.TORNADO(block_of(FACTORY), ["price"], [0.9], [1.1], "avg_dscr"),
    "DEAL_SCENARIOS": lambda: udfs.DEAL_SCENARIOS(
        block_of(FACTORY), ["overrun"], [[0.0, 0.1]], ["min_dscr_promised"]
    ),
    "BREAKEVEN": lambda: udfs.BREAKEVEN(block_of(FACTORY), "price", "min_dscr_promised", 1.2),
    "FRONTIER": lambda: udfs.FRONTIER(block_of(FACTORY), [5, 10], [0.0, 0.7], "min_dscr_promised"),
    "LEAST_COST_SUPPORT": lambda: udfs.LEAST_COST_SUPPORT(block_of(SUPPORTED)),
    "CONTRACT_SWAP": lambda: udfs.CONTRACT_SWAP(block_of(SUPPORTED), block_of(FACTORY)),
    "PUBLIC_YEARS": lambda: udfs.PUBLIC_YEARS(block_of(SUPPORTED), 2, 2028),
    "CURE_MATRIX": lambda: udfs.CURE_MATRIX(block_of(SUPPORTED), ["debt"]),
    "DEAL_FAN": lambda: udfs.DEAL_FAN(block_of(FACTORY), 400, 1, [0.1, 0.5], 0.1),
}


def told(answer: Any) -> str:
    """An answer as text, whatever its shape."""
    return repr(np.asarray(answer, dtype=object).tolist())


def test_every_function_of_a_whole_deal_is_asked() -> None:
    takes_a_deal = {
        entry.name
        for entry in udfs.FUNCTIONS.values()
        if entry.params and entry.params[0].name in ("deal", "deal_a")
    }
    assert set(QUESTIONS) == takes_a_deal


@pytest.fixture(scope="module")
def before() -> dict[str, str]:
    return {name: told(ask()) for name, ask in QUESTIONS.items()}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_property_tax_in_the_chain_moves_every_answer(
    name: str, before: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cost entered in the one line for costs that do not go with volume."""
    plain = operation.running_cash
    monkeypatch.setattr(operation, "running_cash", lambda r, margin: plain(r, margin) - 40.0)
    monkeypatch.setattr(settle, "_kept", OrderedDict())  # what was solved before the tax
    assert told(QUESTIONS[name]()) != before[name]


# a line function, and a deal on whose simulated paths it counts
LINES = (
    (contract, "called_share", lambda real, *given: 0.9 * real(*given)),
    (contract, "billed_volume", lambda real, *given: 0.9 * real(*given)),
    (contract, "market_volumes", lambda real, *given: tuple(0.5 * part for part in real(*given))),
    (operation, "market_volume", lambda real, *given: 0.5 * real(*given)),
    (operation, "unit_cost", lambda real, *given: 1.1 * real(*given)),
    (operation, "running_cash", lambda real, *given: real(*given) - 1.0),
    (operation, "standing_cash", lambda real, *given: real(*given) - 1.0),
    (operation, "working_capital", lambda real, *given: 2.0 * real(*given)),
    (operation, "cash_before_tax", lambda real, *given: real(*given) - 1.0),
    (ratios, "levered_tax", lambda real, *given: real(*given)._replace(tax=real(*given).tax + 1)),
    (ratios, "cash_available", lambda real, *given: real(*given) - 1.0),
)


@pytest.mark.parametrize(("module", "line", "marked"), LINES, ids=[line[1] for line in LINES])
def test_each_line_on_a_simulated_path_is_the_chains(
    module: Any, line: str, marked: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of the chain are held as they were: only what the path itself calculates moves."""
    deal = replace(
        FACTORY,
        contract_share=0.6,
        merchant_share=0.5,
        learning_rate=0.1,
        learning_volume=FACTORY.capacity,
        working_capital_days=30.0,
    )
    rows = chain.run(fan.builds(deal, fan.Noise()))
    monkeypatch.setattr(chain, "run", lambda x: rows)
    noise = fan.Noise(0.1)
    real = getattr(module, line)
    plain = fan.simulate(deal, 400, noise=noise)
    monkeypatch.setattr(module, line, lambda *given: marked(real, *given))
    assert not np.array_equal(fan.simulate(deal, 400, noise=noise).mean, plain.mean, equal_nan=True)


MARKS: dict[Any, tuple[str, ...]] = {
    chain.contract.rows: ("lost",),
    chain.operation.rows: ("fixed_cost_path", "cash_before_tax"),
    chain.rate.rows: ("all_in_rate",),
    chain.debt.schedule_rows: ("debt_service",),
}


@pytest.mark.parametrize("stage", MARKS, ids=lambda stage: stage.__module__.rpartition(".")[2])
def test_a_marked_stage_moves_the_simulation_and_the_grid(
    stage: Any, before: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def marked(x: Any, r: chain.Results) -> None:
        stage(x, r)
        for key in MARKS[stage]:
            r[key] = r[key] * 0.9

    stages = tuple(marked if each is stage else each for each in chain.STAGES)
    monkeypatch.setattr(chain, "STAGES", stages)
    assert told(QUESTIONS["DEAL_FAN"]()) != before["DEAL_FAN"]
    assert told(QUESTIONS["CREDIT_TESTS"]()) != before["CREDIT_TESTS"]


ARITHMETIC = (ast.BinOp, ast.AugAssign)
NO_MODEL = (
    "sensitivity",
    "scenarios",
    "breakeven",
    "support_mix",
    "support_search",
    "cures",
    "swap",
    "whole_deal",
    "measures",
)


@pytest.mark.parametrize("name", NO_MODEL)
def test_the_solvers_calculate_no_row_of_the_chain(name: str) -> None:
    """They may name rows, never multiply, add or divide one by another."""
    source = Path(str(chain.__file__)).parents[1] / f"{name}.py"
    keys = set(chain.run(fan.builds(FACTORY, fan.Noise())))
    wrong = []
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.BinOp):
            named = {
                part.attr
                for part in ast.walk(node)
                if isinstance(part, ast.Attribute) and part.attr in keys
            }
            if len(named) > 1:
                wrong.append((node.lineno, sorted(named)))
    assert not wrong
