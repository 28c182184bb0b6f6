"""A book of loans: the same figures as deal by deal, bad rows set aside by name, and nothing lost
when a run is killed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from bankable.addin import cli
from bankable.templates import deal_file
from bankable.templates.portfolio import blocks, portfolio, read_loans
from bankable.templates.refusal import Refusal
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.measures import measure
from bankable.udfs.deal.portfolio import WATCH, book_loss
from benchmarks import loan_book


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return loan_book.table(60)


def deal_of(row: dict) -> Deal:
    return deals.read({key: value for key, value in row.items() if key in deals.KEYS})


def test_each_deal_is_the_chain_s_own(table: pd.DataFrame) -> None:
    loans = read_loans.from_table(table, "book")
    assert loans.size == 60
    figures = blocks.run(loans.inputs, portfolio.NAMES, None)
    results = deals.evaluate([deal_of(row) for row in table.to_dict(orient="records")])
    for name in ("debt", "min_dscr", "all_in_rate", "expected_loss", "project_irr", "public_cost"):
        assert np.array_equal(
            figures[:, portfolio.NAMES.index(name)], measure(results, name), equal_nan=True
        ), name


def test_shipped_deals_as_a_book_meet_the_same_tests() -> None:
    shipped = [sourced.deal for sourced in deal_file.load_shipped()]
    loans = read_loans.from_table(pd.DataFrame([vars(deal) for deal in shipped]), "book")
    answer = portfolio.sum_up(loans, blocks.run(loans.inputs, portfolio.NAMES, None), 0.5, 0.15)
    assert (
        answer.deals["decision"].tolist() == measure(deals.evaluate(shipped), "decision").tolist()
    )
    assert answer.book["expected_loss"] == pytest.approx(answer.deals["bank_expected_loss"].sum())
    assert answer.deals["failed"].iloc[0] == "" or "DSCR" in answer.deals["failed"].iloc[0]
    assert all(
        text == "" or any(reason in text for reason in WATCH) for text in answer.deals["watch"]
    )


@pytest.mark.parametrize("rows", [1, 7, 60])
def test_figures_do_not_hang_on_the_size_of_a_block(table: pd.DataFrame, rows: int) -> None:
    loans = read_loans.from_table(table, "book")
    pieces = [
        np.stack([v[i : i + rows] for v in loans.inputs.values()]) for i in range(0, 60, rows)
    ]
    found = np.concatenate(
        [blocks.calculate(tuple(loans.inputs), block, portfolio.NAMES) for block in pieces]
    )
    whole = blocks.calculate(
        tuple(loans.inputs), np.stack(list(loans.inputs.values())), portfolio.NAMES
    )
    assert np.array_equal(found, whole, equal_nan=True)


def test_bad_rows_are_named_and_the_rest_computed(
    table: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    bad = table.astype(object)
    bad.loc[3, "gearing"] = 60
    bad.loc[5, "capex"] = "plenty"
    bad.loc[7, "tenor"] = 29
    bad.loc[7, "operating_years"] = 10
    bad.loc[9, "pd_base"] = None
    bad.loc[11, "repayment"] = "bullet"
    bad.loc[13, "renewal"] = None  # optional: takes its default
    bad.loc[15, "build_months"] = 12.5
    bad["analyst"] = "A. B."
    bad.to_csv(tmp_path / "book.csv", index=False)
    assert (
        cli.main(
            ["portfolio", str(tmp_path / "book.csv"), "-o", str(tmp_path / "out.csv"), "--json"]
        )
        == 0
    )
    printed = json.loads(capsys.readouterr().out)
    told = {(fault["row"], fault["column"]): fault["sentence"] for fault in printed["set_aside"]}
    assert set(told) == {
        (5, "gearing"),
        (7, "capex"),
        (9, "tenor"),
        (11, "pd_base"),
        (13, "repayment"),
        (17, "build_months"),
    }
    assert "0.6" in told[5, "gearing"]
    assert "not a number" in told[7, "capex"]
    assert "10 (operating_years)" in told[9, "tenor"]
    assert "blank" in told[11, "pd_base"]
    assert "annuity" in told[13, "repayment"]
    assert printed["columns_not_used"] == ["analyst"]
    assert printed["book"]["deals"] == 54
    results = pd.read_csv(tmp_path / "out.csv")
    assert sorted(results["row"]) == [i + 2 for i in range(60) if i not in (3, 5, 7, 9, 11, 15)]
    assert not list(tmp_path.glob("*.blocks"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop(columns="capex"), "lacks the columns capex"),
        (
            lambda t: (
                t.rename(columns={"overrun": "overun"}) if "overrun" in t else t.assign(overun=0.1)
            ),
            "Did you mean overrun",
        ),
        (lambda t: t.iloc[:0], "no deals"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(table: pd.DataFrame, change, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        read_loans.from_table(change(table), "book")


def test_workbook_in_and_workbook_out(table: pd.DataFrame, tmp_path: Path) -> None:
    table.head(8).to_excel(tmp_path / "book.xlsx", index=False)
    table.head(8).to_parquet(tmp_path / "book.parquet", index=False)
    report = portfolio.run(str(tmp_path / "book.xlsx"), str(tmp_path / "out.xlsx"))
    other = portfolio.run(str(tmp_path / "book.parquet"), str(tmp_path / "out.parquet"))
    assert report.figures["book"] == pytest.approx(
        other.figures["book"], rel=1e-9
    )  # a sheet keeps 16 digits
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["Book", "Deals", "Watch list", "Budgets", "Sponsors", "Set aside"]
    assert book["Deals"].max_row == 9
    assert pd.read_parquet(tmp_path / "out.parquet")["debt"].tolist() == pytest.approx(
        [row[4].value for row in book["Deals"].iter_rows(min_row=2)]
    )


KILLED_RUN = """
    import sys, time
    from pathlib import Path
    from bankable.templates.portfolio import blocks, portfolio, read_loans
    calculate = blocks.calculate
    def slowly(*work):
        time.sleep(0.05)
        return calculate(*work)
    blocks.calculate = slowly
    blocks.on_cores = blocks.in_turn
    loans = read_loans.read_book(Path(sys.argv[1]))
    store = blocks.Store(Path(sys.argv[2]), blocks.digest(loans.inputs, portfolio.NAMES, 4))
    blocks.run(loans.inputs, portfolio.NAMES, store, rows=4)
"""


def test_a_killed_run_goes_on_where_it_stopped(
    table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "book.csv", tmp_path / "out.csv"
    table.to_csv(source, index=False)
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED_RUN), str(source), str(target)]
    )
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob("out.csv.blocks/*/*.npy"))) < 3:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()
    kept = {path.stem for path in tmp_path.glob("out.csv.blocks/*/*.npy")}
    assert 3 <= len(kept) < 15
    loans = read_loans.read_book(source)
    store = blocks.Store(target, blocks.digest(loans.inputs, portfolio.NAMES, 4))
    torn = store.path(int(min(kept)))
    torn.write_bytes(torn.read_bytes()[:50])  # a file that is not whole is calculated again
    again = []
    calculate = blocks.calculate
    monkeypatch.setattr(blocks, "calculate", lambda *work: again.append(1) or calculate(*work))
    monkeypatch.setattr(blocks, "on_cores", blocks.in_turn)
    resumed = blocks.run(loans.inputs, portfolio.NAMES, store, rows=4)
    assert len(again) == 15 - len(kept) + 1
    assert np.array_equal(
        resumed, blocks.run(loans.inputs, portfolio.NAMES, None, rows=60), equal_nan=True
    )


def test_another_book_does_not_take_the_blocks(table: pd.DataFrame) -> None:
    loans = read_loans.from_table(table, "book")
    before = blocks.digest(loans.inputs, portfolio.NAMES, 4)
    loans.inputs["price"][0] *= 1 + 1e-15
    assert blocks.digest(loans.inputs, portfolio.NAMES, 4) != before


def test_all_cores_give_the_same_to_the_last_bit(table: pd.DataFrame) -> None:
    loans = read_loans.from_table(table, "book")
    alone = blocks.run(loans.inputs, portfolio.NAMES, None)
    spread = dict(
        blocks.on_cores([0, 1], tuple(loans.inputs), lambda n: half(loans, n), portfolio.NAMES)
    )
    assert np.array_equal(np.concatenate([spread[0], spread[1]]), alone, equal_nan=True)


def half(loans: read_loans.LoanBook, number: int) -> np.ndarray:
    return np.stack([values[30 * number : 30 * number + 30] for values in loans.inputs.values()])


def test_dask_with_a_worker_killed_gives_the_same_to_the_last_bit(table: pd.DataFrame) -> None:
    distributed = pytest.importorskip("distributed")
    loans = read_loans.from_table(pd.concat([table] * 20, ignore_index=True), "book")
    alone = blocks.run(loans.inputs, portfolio.NAMES, None, rows=2048)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        killed = []

        def kill_one(done: int, size: int) -> None:
            if done and not killed:
                worker = next(iter(cluster.workers.values()))
                killed.append(worker.pid)
                worker.process.process._process.kill()

        spread = blocks.run(
            loans.inputs,
            portfolio.NAMES,
            None,
            "dask",
            cluster.scheduler_address,
            progress=kill_one,
            rows=20,
        )
    assert killed
    assert np.array_equal(spread, alone, equal_nan=True)


def test_a_missing_scheduler_is_said_in_a_sentence(
    table: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    table.head(3).to_csv(tmp_path / "book.csv", index=False)
    wanted = [
        "portfolio",
        str(tmp_path / "book.csv"),
        "-o",
        str(tmp_path / "out.csv"),
        "--scheduler",
        "tcp://127.0.0.1:1",
    ]
    assert cli.main(wanted) == 2
    assert "--engine dask" in capsys.readouterr().err


# The loss of a book -----------------------------------------------------------------------------


def test_the_book_s_loss_against_plain_simulation() -> None:
    """Mean, deviation and tail against every default drawn one by one, 40,000 lives, in plain numpy
    and the standard library.
    """
    from statistics import NormalDist

    rng = np.random.default_rng(3)
    n, draws = 40, 40_000
    loss, own = rng.exponential(10, n), rng.uniform(0.01, 0.1, n)
    lost = rng.uniform(0, 0.4, n)
    life, budget = 1 - (1 - own) * (1 - lost), rng.integers(-1, 3, n)
    found = book_loss(loss, life, own, budget, 0.5, 0.2, 0.99)
    economy, fortune, book = (
        rng.standard_normal(draws),
        rng.standard_normal((3, draws)),
        np.zeros(draws),
    )
    for i in range(n):
        cause = fortune[budget[i]] if budget[i] >= 0 else rng.standard_normal(draws)
        falls = np.sqrt(0.2) * economy + np.sqrt(0.8) * rng.standard_normal(
            draws
        ) < NormalDist().inv_cdf(own[i])
        loses = np.sqrt(0.5) * cause + np.sqrt(0.5) * rng.standard_normal(
            draws
        ) < NormalDist().inv_cdf(lost[i])
        book += loss[i] * (falls | loses)
    assert found.expected == pytest.approx(float(loss @ life), rel=1e-7)
    assert found.expected == pytest.approx(book.mean(), abs=4 * book.std() / np.sqrt(draws))
    assert found.unexpected == pytest.approx(book.std(), rel=0.02)
    assert found.quantile == pytest.approx(np.quantile(book, 0.99), rel=0.03)


def test_without_correlation_nothing_is_shared() -> None:
    loss, own = np.full(500, 2.0), np.full(500, 0.05)
    found = book_loss(loss, own, own, np.zeros(500, dtype=int), 0.0, 0.0)
    assert found.unexpected == pytest.approx(np.sqrt(500 * 4 * 0.05 * 0.95), rel=1e-9)
    assert found.unexpected == pytest.approx(found.unexpected_if_independent, rel=1e-9)


def test_one_budget_for_all_is_worse_than_many() -> None:
    loss, own, life = np.full(400, 1.0), np.full(400, 0.02), np.full(400, 0.2)
    one = book_loss(loss, life, own, np.zeros(400, dtype=int))
    many = book_loss(loss, life, own, np.full(400, -1))
    assert one.expected == pytest.approx(many.expected, rel=1e-8)
    assert one.unexpected > 3 * many.unexpected
    assert one.quantile > many.quantile
