"""A deal file to fill in: sound as it is, complete, and refused until it is filled in."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from bankable.addin import cli
from bankable.templates import deal_file, new_deal_file
from bankable.templates.refusal import Refusal
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import param_of

COMMENTED = re.compile(r"^# ([a-z]\w* = \{ value = .*)$", re.MULTILINE)


def test_every_input_stands_in_it_once() -> None:
    content = COMMENTED.sub(r"\1", new_deal_file.text())
    assert set(tomllib.loads(content)) == {"extends", *deals.KEYS}


def test_a_new_file_names_all_that_is_to_be_filled_in(tmp_path: Path) -> None:
    path = new_deal_file.write(tmp_path / "new.toml")
    with pytest.raises(Refusal, match="still has to be filled in: case_name, capex, ") as refused:
        deal_file.load(path)
    given, _ = deal_file.entries_of("bank_policy")
    needed = [key for key in deals.KEYS if not param_of(key).optional and key not in given]
    assert str(refused.value).rstrip(".").split(": ")[1].split(", ") == needed


@pytest.mark.parametrize("name", deal_file.NAMED)
def test_begun_from_a_deal_it_is_that_deal(name: str, tmp_path: Path) -> None:
    """As it is written, and with every comment taken as a line of its own."""
    shipped = deal_file.load(deal_file.shipped_path(name))
    path = new_deal_file.write(tmp_path / "mine.toml", name)
    assert deal_file.load(path).deal == shipped.deal
    whole = tmp_path / "whole.toml"
    whole.write_text(COMMENTED.sub(r"\1", path.read_text(encoding="utf-8")), encoding="utf-8")
    loaded = deal_file.load(whole)
    for key in deals.KEYS:
        assert getattr(loaded.deal, key) == getattr(shipped.deal, key), key


def test_the_command_writes_and_does_not_overwrite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plant.toml"
    assert cli.main(["new", str(path), "--from", "warehouse"]) == cli.DONE
    assert "extends warehouse" in capsys.readouterr().out
    before = path.read_bytes()
    assert cli.main(["new", str(path)]) == cli.FAILED
    assert path.read_bytes() == before
    assert cli.main(["new", str(tmp_path / "other.toml"), "--from", "shed"]) == cli.FAILED
    assert "shed is no deal that ships: choose one of data_centre" in capsys.readouterr().err
    assert cli.main(["new", str(tmp_path / "book.xlsx"), "--from", "warehouse"]) == cli.FAILED
    assert not (tmp_path / "book.xlsx").exists()


def test_the_deals_that_ship_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["deals", "--json"]) == cli.DONE
    found = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in found] == list(deal_file.NAMED)
    assert {one["name"]: one["payments_per_year"] for one in found}["river_bend"] == 2
    assert all(one["about"].endswith(".") and len(one["about"]) > 40 for one in found)
    assert cli.main(["deals"]) == cli.DONE
    assert "river_bend" in capsys.readouterr().out
