"""A programme out of a book: what a subsidy budget pays for, held against plain loops and deal by deal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from bankable.addin import cli
from bankable.templates.portfolio import blocks, portfolio, programme, read_loans
from bankable.templates.portfolio.portfolio import Portfolio
from bankable.templates.refusal import Refusal
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.public_years import AUTHORITY, NET, PUBLIC_YEARS, ROWS
from benchmarks import loan_book

BUDGET = 1_500.0


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return loan_book.table(150)


@pytest.fixture(scope="module")
def answer(table: pd.DataFrame) -> Portfolio:
    loans = read_loans.from_table(table, "book")
    figures = blocks.run(loans.inputs, portfolio.NAMES, None)
    return portfolio.sum_up(loans, figures, 0.5, 0.15, BUDGET)


def test_the_budget_is_kept_and_nothing_better_is_left_out(answer: Portfolio) -> None:
    assert answer.programme is not None
    chosen, all_deals = answer.programme.chosen, answer.deals
    earned = -all_deals[["guarantee_cost", "loan_cost"]].clip(upper=0).sum(axis=1)
    costs = all_deals["public_cost"] + earned  # what credit earns pays for nothing else
    met = all_deals["tests_failed"] == 0
    assert 2 < chosen.sum() < met.sum()
    assert met[chosen].all()
    spent = costs[chosen].clip(lower=0).sum()
    assert spent == pytest.approx(answer.programme.figures["programme_cost"])
    assert spent <= BUDGET
    worth = all_deals["private_at_risk"] / costs.where(costs > 0)
    worst = worth[chosen].min()
    for i in np.flatnonzero(met & ~chosen & (costs > 0)):
        # what is left out brings less for a dollar than any that is in, or did not fit where its turn came
        before = costs[chosen & (worth >= worth[i])].sum()
        assert worth[i] <= worst or before + costs[i] > BUDGET
    assert (answer.deals["programme"] == "in").tolist() == chosen.tolist()


def test_the_years_are_those_of_the_deals_one_by_one(
    table: pd.DataFrame, answer: Portfolio
) -> None:
    assert answer.programme is not None
    expected = dict.fromkeys(ROWS, 0.0)
    total = {name: np.zeros(len(answer.programme.years)) for name in expected}
    rows = table.to_dict(orient="records")
    for i in np.flatnonzero(answer.programme.chosen):
        keys = [[key, value] for key, value in rows[i].items() if key in deals.KEYS]
        for row in PUBLIC_YEARS(keys)[1:]:
            total[row[0]] += np.array(row[1:])
    for name in ROWS:
        assert np.allclose(answer.programme.years[name], total[name], rtol=1e-12, atol=1e-9), name
    assert answer.programme.years[AUTHORITY][0] == pytest.approx(
        answer.programme.figures["programme_authority"]
    )
    assert answer.programme.years[NET].abs().sum() > 0


def test_defaults_are_counted_and_correlated(answer: Portfolio) -> None:
    assert answer.programme is not None
    figures = answer.programme.figures
    assert 0 < figures["programme_defaults"] < figures["programme_defaults_worst"]
    assert figures["programme_defaults_worst"] <= figures["programme_deals"]


def test_no_budget_pays_only_for_what_costs_nothing() -> None:
    column = {
        "public_cost": np.array([-1.0, 0.0, 5.0, 0.0]),
        "budget_authority": np.array([10.0, 3.0, 5.0, 0.0]),
        "private_at_risk": np.array([7.0, 7.0, 7.0, 7.0]),
        "guarantee_cost": np.zeros(4),
        "loan_cost": np.zeros(4),
        "decision": np.array([1, 1, 1, 1]),
    }
    assert programme.chosen_within(column, 0.0).tolist() == [True, True, False, False]
    assert programme.chosen_within(column, 5.0).tolist() == [True, True, True, False]
    column["decision"] = np.array([0, 1, 0, 1])
    assert programme.chosen_within(column, 5.0).tolist() == [False, True, False, False]


def test_the_command_writes_it(
    table: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table.head(40).to_csv(tmp_path / "book.csv", index=False)
    out = tmp_path / "out.xlsx"
    told = ["portfolio", str(tmp_path / "book.csv"), "-o", str(out), "--subsidy-budget", "800"]
    assert cli.main([*told, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["programme"]["subsidy_budget"] == 800
    assert len(said["programme"]["years"]) == 31
    sheet = openpyxl.load_workbook(out, data_only=True)["Programme"]
    assert sheet["B2"].value == 800
    assert sheet["B3"].value == said["programme"]["programme_deals"]
    assert cli.main([*told, "--force"]) == 0
    assert "Deals that it pays for" in capsys.readouterr().out


def test_a_budget_below_nil_is_refused(table: pd.DataFrame, tmp_path: Path) -> None:
    table.head(3).to_csv(tmp_path / "book.csv", index=False)
    with pytest.raises(Refusal, match="subsidy budget"):
        portfolio.run(str(tmp_path / "book.csv"), str(tmp_path / "out.csv"), subsidy_budget=-1.0)
