"""Deal files: bounded, of one folder, and a date or a logical value is no amount."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bankable.addin import cli
from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.refusal import Refusal
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.policy import policy


def deal(folder: Path, text: str, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(f'extends = "data_centre.toml"\n{text}\n', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("capex = 2024-03-31", "capex is a date or time (2024-03-31)"),
        ("capex = { value = 2024-03-31T10:00:00Z }", "capex is a date or time"),
        ("case_name = 2024-03-31", "case_name is a date or time"),
        ("capex = true", "capex is true, a logical value: give a number"),
        ("borrower = false", "borrower is false, a logical value: give a text"),
        ("repayment = true", "repayment is true, a logical value: give a text"),
        ("capex = [2400]", "capex is [2400]: give one value"),
        ("capex = nan", "capex is not a finite number"),
        ("capex = inf", "capex is not a finite number"),
        ("capex = 1" + "0" * 400, "which no deal can have"),
        ("capex = 1" + "0" * 5000, "is not a sound TOML file"),
        ("capex = " + "[" * 5000, "is not a sound TOML file"),
        ('case_name = ""', "case_name is blank"),
        ('case_name = " \\n "', "case_name is blank"),
        ('case_name = "bell\\u0007"', "case_name holds a character that cannot be seen (U+0007)"),
        ('borrower = "a\\u202eb"', "U+202E"),
        ('capex = { value = 1, source = "a\\u001bb" }', "the source of capex holds"),
        (f'borrower = "{"x" * 300}"', "borrower is longer than 255 characters"),
        (f'capex = {{ value = 1, source = "{"x" * 3000}" }}', "the source of capex is longer"),
        ("capx = 1", "Did you mean capex"),
        ('case_name = "#REF!"', "case_name is the error #REF!"),
    ],
)
def test_what_no_deal_holds_is_refused_by_file_and_key(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        deal_file.load(deal(tmp_path, text))
    assert str(refusal.value).startswith("own.toml")
    assert said in str(refusal.value)


def test_a_break_in_a_text_is_a_space(tmp_path: Path) -> None:
    found = deal_file.load(
        deal(tmp_path, 'case_name = "Line\\r\\nbreak"\ncapex = { value = 9, source = "a\\n\\tb" }')
    )
    assert found.deal.case_name == "Line break"
    assert found.sources["capex"] == "a b"


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../x.toml",
        "sub/x.toml",
        "\\\\\\\\host\\\\share\\\\x.toml",
        "C:\\\\x.toml",
        "C:x.toml",
        "//host/x.toml",
        "..",
        ".",
        "",
        "a\\nb",
    ],
)
def test_extends_takes_files_of_its_own_folder_alone(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "deals"
    (folder / "sub").mkdir(parents=True)
    for place in (tmp_path / "x.toml", folder / "sub" / "x.toml"):
        place.write_text("capex = 1")
    path = folder / "own.toml"
    path.write_text(f'extends = "{name}"\n')
    with pytest.raises(Refusal, match="give the name of a deal file in the same folder"):
        deal_file.load(path)


@pytest.mark.parametrize("value", ["7", "true", "[]", "2024-03-31"])
def test_extends_is_a_text(tmp_path: Path, value: str) -> None:
    (tmp_path / "own.toml").write_text(f"extends = {value}\n")
    with pytest.raises(Refusal, match="give the name of a deal file"):
        deal_file.load(tmp_path / "own.toml")


def test_its_own_folder_comes_before_what_is_shipped(tmp_path: Path) -> None:
    shipped = deal_file.load(deal_file.shipped_path("data_centre")).deal
    assert deal_file.load(deal(tmp_path, "gearing = 0.5")).deal.capex == shipped.capex
    text = deal_file.shipped_path("data_centre").read_text(encoding="utf-8")
    near = "\n".join(
        "capex = 1234" if row.startswith("capex") else row for row in text.splitlines()
    )
    (tmp_path / "data_centre.toml").write_text(near, encoding="utf-8")
    assert deal_file.load(deal(tmp_path, "gearing = 0.5")).deal.capex == 1234


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices of POSIX")
def test_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "device.toml").symlink_to("/dev/zero")
    for name in ("pipe.toml", "device.toml"):
        (tmp_path / "own.toml").write_text(f'extends = "{name}"\n')
        with pytest.raises(Refusal, match="no plain file"):
            deal_file.load(tmp_path / "own.toml")
        with pytest.raises(Refusal, match="no plain file"):
            deal_file.load(tmp_path / name)


def test_a_file_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("# " + "x" * 2**20)
    with pytest.raises(Refusal, match="larger than 1024 KB"):
        deal_file.load(tmp_path / "own.toml")
    for i in range(20):
        (tmp_path / f"{i}.toml").write_text(f'extends = "{i + 1}.toml"\n')
    with pytest.raises(Refusal, match="10 times"):
        deal_file.load(tmp_path / "0.toml")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8")))
def test_any_file_is_a_deal_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(b'extends = "data_centre.toml"\n' + data)
    sentence = "any.toml"
    try:
        deal_file.load(path)
    except Refusal as refusal:
        sentence = refusal.sentence
    assert "any.toml" in sentence


def test_typed_texts_are_texts_in_the_workbook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A borrower, unit, name or source that begins with = was a live formula, or no workbook came
    at all.
    """
    path = deal(
        tmp_path,
        "\n".join(
            (
                "case_name = '=1+1'",
                """borrower = '=HYPERLINK("http://example.invalid","click")'""",
                "volume_unit = '=MW'",
                """capex = { value = 2400, source = '=CALL("kernel32","WinExec")' }""",
            )
        ),
    )
    out = tmp_path / "book.xlsx"
    assert cli.main(["compare", str(path), "-o", str(out)]) == 0
    book = openpyxl.load_workbook(out)
    for key, typed in (("case_name", "=1+1"), ("volume_unit", "=MW")):
        sheet, cells = next(iter(book.defined_names[f"in_{key}"].destinations))
        cell = book[sheet][cells.replace("$", "").partition(":")[0]]
        assert (cell.data_type, cell.value) == ("s", typed)
    said = [cell for row in book["Inputs"] for cell in row if "CALL(" in str(cell.value)]
    said += [cell for row in book["Sources"] for cell in row if "CALL(" in str(cell.value)]
    assert len(said) >= 2
    assert {cell.data_type for cell in said} == {"s"}
    live = [
        cell.coordinate
        for sheet in book
        for row in sheet
        for cell in row
        if cell.data_type == "f" and "HYPERLINK" in str(cell.value)
    ]
    assert not live


def test_a_deal_that_ships_is_named_without_a_path() -> None:
    found = compare.read_deals(["data_centre", "defence_factory", "warehouse"])
    assert [case.deal.case_name for case in found] == [
        "Data centre",
        "Factory today",
        "Leased warehouse",
    ]
    results = deals.evaluate([case.deal for case in found])
    assert (results.decision[:, 0] > 0).tolist() == [True, False, True]
    with pytest.raises(Refusal, match=r"warehouses is neither .* no deal that ships: data_centre,"):
        compare.read_deals(["warehouses"])


def test_river_bend_as_it_was_financed_passes_the_policy_of_its_class_alone() -> None:
    """Published: notes of $3,250m, net operating income of $6.9bn on rent of $7.0bn over the lease, rated BBB-
    (6ix.com, 17 Dec 2025 and 30 Apr 2026). Six tests of the general policy refuse it.
    """
    one = deal_file.load(deal_file.shipped_path("river_bend"))
    r = deals.evaluate(one.deal)
    assert float(r.debt[0, 0]) == pytest.approx(3250, rel=0.01)
    assert one.deal.payments_per_year == 2  # 15 May and 15 November
    assert float(r.revenue_promised[0, :30].sum()) == pytest.approx(7000, rel=0.001)
    assert float(r.earnings_promised[0, :30].sum()) == pytest.approx(6900, rel=0.001)
    assert r.decision[0, 0] == 1
    general = {key: limit.value for key, limit in policy("general policy").items()}
    strict = deals.evaluate(dataclasses.replace(one.deal, asset_class="general policy", **general))
    failed = [key for key, *_ in TESTS if strict[f"pass_{key}"][0, 0] == 0]
    assert failed == ["min_dscr", "avg_dscr", "llcr", "gearing", "tail", "equity"]
    assert all(source for source in one.sources.values())


def test_the_help_of_compare_lists_every_deal_that_ships(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["compare", "--help"]) == cli.DONE
    said = " ".join(capsys.readouterr().out.split())
    assert ", ".join(deal_file.NAMED[3:]) in said
    assert all(name in said for name in deal_file.NAMED)
