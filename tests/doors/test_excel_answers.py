"""Excel's answers replayed against the chain: the files that people with Excel have sent (in
`excel_answers/`), and the whole round trip with an Excel made of the embedded engine.
"""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bankable import udfs
from bankable.addin import cli
from bankable.addin.excel import check_answers, check_list, saved_links
from bankable.addin.excel.check_answers import Answers
from bankable.addin.excel.check_excel import STEPS, Check
from bankable.addin.excel.system import System
from bankable.templates.comparison import compare, tie_out
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from tests.addin.excel.engine_excel import Engine
from tests.addin.excel.pretend_windows import pc
from tests.doors import excel_saved

SENT = sorted((Path(__file__).parent / "excel_answers").glob("*.json"))


@pytest.mark.parametrize("path", SENT, ids=[path.stem for path in SENT])
def test_what_a_real_excel_showed_is_what_python_calculates(path: Path) -> None:
    held = check_answers.replay(check_answers.read(path))
    assert held.compared > 1000
    assert not held.different, "\n".join(held.different[:20])


def one_run(folder: Path, engine: Engine, seed: int = 7) -> Answers:
    (folder / "work").mkdir()
    check = Check(engine, Path("bankable.xlam"), folder / "work", seed, told=lambda _: None)
    check.run()
    check_answers.write(check.answers, folder / "answers.json")
    return check_answers.read(folder / "answers.json")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Answers, Engine, Path]:
    folder = tmp_path_factory.mktemp("excel")
    engine = Engine(folder)
    return one_run(folder, engine), engine, folder / "answers.json"


def test_every_step_is_done_and_every_excel_is_ended(run: tuple[Answers, Engine, Path]) -> None:
    answers, engine, _ = run
    assert len(answers.steps) == len(STEPS)
    assert all(step["step"] for step in answers.steps)
    [other] = [step for step in answers.steps if step["result"] != "yes"]
    assert other["result"] == "not tried"  # the stand-in saves no link that could lead elsewhere
    assert [app.ended for app in engine.apps] == [True, True]
    assert engine.apps[0].opened[0] == "bankable.xlam"
    assert engine.apps[1].opened == ["comparison.xlsm"]


def test_the_round_trip_finds_no_difference(run: tuple[Answers, Engine, Path]) -> None:
    answers, _, _ = run
    assert {call["function"] for call in answers.calls} == set(udfs.FUNCTIONS)
    assert len(answers.deals) == 3
    for shipped, values in zip([case.deal for case in _shipped()], answers.deals, strict=True):
        assert sum(values[key] != getattr(shipped, key) for key in deals.KEYS) > 40
    held = check_answers.replay(answers)
    assert held.compared > 25_000
    assert not held.different


def _shipped() -> list[Any]:
    from bankable.templates import deal_file

    return deal_file.load_shipped()


def test_an_excel_that_calculates_one_cell_otherwise_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bankable.addin.excel import check_comparison, check_formulas

    laid = check_comparison._laid()
    name = compare.sheet_names(_shipped())[1]
    key, place, years = next(
        (key, place, place.columns)
        for _, sheet, key, _ in tie_out.rows_of(laid, compare.sheet_names(_shipped()))
        if sheet == name
        and (place := laid[name].placed[key]).columns is not None
        and isinstance(value := laid[name].value(place.row, place.columns.first + 4), float)
        and value > 1
    )

    def wrong(sheet: str, spot: tuple[int, int], value: Any) -> Any:
        if sheet == name and spot == (place.row, years.first + 4):
            return float(value) * (1 + 1e-7)
        if sheet == "Sheet1" and isinstance(value, CellError):
            return "#VALUE!"
        return value

    steps = (
        check_formulas.starts,
        check_formulas.errors_and_sums,
        check_comparison.comparison_opens,
        check_comparison.random_deals,
    )
    monkeypatch.setattr("bankable.addin.excel.check_excel.STEPS", steps)
    answers = one_run(tmp_path, Engine(tmp_path, wrong))
    assert [step["result"] for step in answers.steps] == ["yes", "no", "yes", "yes"]
    assert answers.steps[1]["seen"][0] == "#VALUE!"
    held = check_answers.replay(answers)
    assert len(held.different) == 1
    assert held.different[0].startswith(f"{name}, {key}, column 5 of the row: Excel shows ")


def test_a_step_that_fails_is_kept_and_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = STEPS[:9]  # those on single formulas
    monkeypatch.setattr("bankable.addin.excel.check_excel.STEPS", steps)

    def wrong(sheet: str, spot: tuple[int, int], value: Any) -> Any:
        raise OSError(r"cannot open 'C:\Users\Anna Berg\deal.xlsx'")

    answers = one_run(tmp_path, Engine(tmp_path, wrong))
    assert len(answers.steps) == len(steps)
    failed = [step for step in answers.steps if step["result"] == "no"]
    assert len(failed) > 5
    assert "Anna" not in json.dumps(answers.steps)
    assert "<path>" in failed[0]["seen"]


def test_without_excel_one_step_is_kept(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    engine.App = lambda visible, add_book: 1 / 0  # type: ignore[method-assign,assignment]
    [step] = one_run(tmp_path, engine).steps
    assert step["result"] == "no"
    assert "ZeroDivisionError" in step["seen"]


def test_the_file_holds_no_names_and_no_paths(
    run: tuple[Answers, Engine, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, engine, path = run
    text = path.read_text(encoding="utf-8")
    assert str(engine.folder) not in text
    assert not re.search(r"[A-Za-z]:\\|/(home|root|tmp)/", text)
    monkeypatch.setenv("USERNAME", "aberg")
    monkeypatch.setenv("COMPUTERNAME", "BANK-PC-77")
    for given, kept in (
        (r"no C:\Users\aberg\AppData\x.xlam here", "no <path>"),
        (r"'\\server\credit\deal.xlsx' is locked", "'<path>' is locked"),
        ("https://bank.sharepoint.com/sites/Credit/deal.xlsx", "<address>"),
        ("ask a.berg@bank.example", "ask <address>"),
        ("ABERG on bank-pc-77", "<name> on <name>"),
        ("rate/year; 1:2; A1:B2", "rate/year; 1:2; A1:B2"),
    ):
        assert check_answers.without_names({"a": [given]}) == {"a": [kept]}


def test_a_link_to_the_add_in_is_told_without_its_place_and_led_elsewhere(tmp_path: Path) -> None:
    book, moved = tmp_path / "saved.xlsx", tmp_path / "moved.xlsx"
    excel_saved.write(book)
    told = saved_links.told(book)
    assert told["formula"] == "[1]!HAZARD_FROM_PD(A1)"
    assert told["links"][0] == "bankable.xlam"
    assert "saver" not in json.dumps(told)
    assert saved_links.led_elsewhere(book, moved) == 1
    with zipfile.ZipFile(book) as one, zipfile.ZipFile(moved) as two:
        changed = [name for name in one.namelist() if one.read(name) != two.read(name)]
        assert changed == ["xl/externalLinks/_rels/externalLink1.xml.rels"]
        assert rb"C:\Users\somebody%20else\AppData" in two.read(changed[0])


# The command -----------------------------------------------------------------------------------


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    system = pc(tmp_path)
    monkeypatch.setattr("bankable.addin.excel.system.this_system", lambda: system)
    monkeypatch.chdir(tmp_path)
    return system


def test_the_command_needs_the_add_in_and_windows(
    windows: System, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["excel-check"]) == cli.FAILED
    assert "run `bankable install`" in capsys.readouterr().err
    windows.is_windows = False
    assert cli.main(["excel-check"]) == cli.FAILED
    assert "--replay" in capsys.readouterr().err


def test_the_command_from_start_to_file_and_back(
    windows: System,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from bankable.addin.excel import installation
    from bankable.addin.excel.check_formulas import every_function, opens_addin, starts

    installation.install(windows, proven=False)
    monkeypatch.setitem(__import__("sys").modules, "xlwings", Engine(tmp_path))
    short = (starts, opens_addin, every_function)
    monkeypatch.setattr("bankable.addin.excel.check_excel.STEPS", short)
    typed = iter(["yes", "no, it shows #NAME?", *[""] * 20])
    monkeypatch.setattr("builtins.input", lambda _: next(typed))
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    assert cli.main(["excel-check", "--seed", "3"]) == cli.DONE
    out = capsys.readouterr().out
    assert "yes  every function once, with random arguments in cells" in out
    assert ": 0 differ." in out
    answers = check_answers.read(tmp_path / "bankable-excel-answers.json")
    assert answers.about["seed"] == 3
    assert answers.about["way"] == "dll"
    assert answers.eyes[check_list.FOR_EYES[1]] == "no, it shows #NAME?"
    assert list(answers.eyes) == list(check_list.FOR_EYES)
    assert cli.main(["excel-check", "--replay", "bankable-excel-answers.json"]) == cli.DONE
    assert cli.main(["excel-check", "-o", "bankable-excel-answers.json"]) == cli.FAILED
    assert "exists already" in capsys.readouterr().err
    answers.calls[0]["shown"][0][0] = 123.0
    check_answers.write(answers, tmp_path / "changed.json")
    assert cli.main(["excel-check", "--replay", "changed.json"]) == cli.FAILED
    assert "Excel shows 123.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": 2}', '{"format": 1, "stranger": 1}', "\x00", "[" * 100_000],
)
def test_what_is_no_file_of_answers_is_refused(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_text(text)
    assert cli.main(["excel-check", "--replay", str(tmp_path / "a.json")]) == cli.FAILED
    assert capsys.readouterr().err.startswith("bankable: ")


@pytest.mark.parametrize(
    "change",
    [
        {"calls": [{"function": "NO_SUCH", "arguments": [], "shown": [[1]]}]},
        {"calls": [{"function": "SURVIVAL", "arguments": [4.0], "shown": [[1.0]]}]},
        {"calls": [5]},
        {"rows": [{"case": 9, "sheet": "x", "key": "dscr", "twin": "dscr", "shown": [1]}]},
        {"rows": "text"},
    ],
)
def test_a_file_that_was_changed_is_refused_in_a_sentence(
    change: dict[str, Any], run: tuple[Answers, Engine, Path], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    told = json.loads(run[2].read_text(encoding="utf-8")) | change
    (tmp_path / "a.json").write_text(json.dumps(told))
    assert cli.main(["excel-check", "--replay", str(tmp_path / "a.json")]) == cli.FAILED
    assert "the file of answers was changed" in capsys.readouterr().err
