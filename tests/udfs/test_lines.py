"""The catalogue of lines: every row has one name and one sentence, and another language changes these
alone.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bankable.udfs.deal.chain import lines as catalogue
from bankable.udfs.deal.chain.axes import VIEWS
from bankable.udfs.deal.chain.collateral import PARTS
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.chain.lines import Line, label_of_input, line, lines
from bankable.udfs.deal.deal import INPUTS

CHINESE = "zh-Hant"
LONGEST = 160
WORDS = """
[words.view]
firm = "確定"

[inputs.sculpted]
label = "要求雕塑式還款"

[inputs.capex]
label = "資本成本"

[operation."revenue_{view}"]
label = "收入，{view}"
says.firm = "確定年度的合約收入與折減後的市場收入。"

[debt.debt_service]
label = "償債額"
says = "當年到期的利息與本金；期末大額還款另列一行。"

[ratios.llcr]
says = "貸款期內可用現金流量的現值除以債務。"
"""


@pytest.fixture
def translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Writes the words of another language, which the catalogue then reads beside its own."""
    shipped = catalogue._read

    def read(name: str) -> dict[str, Any]:
        file = tmp_path / name
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else shipped(name)

    def write(words: str) -> None:
        (tmp_path / f"lines.{CHINESE}.toml").write_text(words, encoding="utf-8")

    monkeypatch.setattr(catalogue, "_read", read)
    catalogue._lines.cache_clear()
    yield write
    catalogue._lines.cache_clear()


@pytest.mark.parametrize("part", ["label", "says"])
def test_no_two_lines_share_a_label_or_a_sentence(part: str) -> None:
    counted = Counter(str(getattr(one, part)).casefold() for one in lines().values())
    assert [text for text, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("one", lines().values(), ids=lambda one: one.key)
def test_a_line_says_in_one_sentence_what_it_is(one: Line) -> None:
    assert one.label
    assert one.says.endswith(".")
    assert ". " not in one.says
    assert len(one.says) <= LONGEST
    assert one.says.removesuffix(".").casefold() != one.label.casefold()
    assert not set("{}[]|`*_~<>\n") & set(one.label + one.says)  # a page shows them as they are
    assert max(one.label.count("$"), one.says.count("$")) < 2  # two would be set as an equation


def test_a_pattern_stands_for_its_views_parts_and_tests() -> None:
    for view in VIEWS:
        assert line(f"contracted_volume_{view}").label == f"Contracted volume, {view}"
    assert {f"collateral_{part}" for part in PARTS} < lines().keys()
    assert {f"permits_{test}" for test, *_ in TESTS} < lines().keys()
    assert line("arrears").says != line("arrears_promised").says


def test_another_language_changes_label_and_sentence_alone(
    translated: Callable[[str], None],
) -> None:
    translated(WORDS)
    english, chinese = lines(), lines(CHINESE)
    assert list(chinese) == list(english)
    for key, one in chinese.items():
        assert one._replace(label="", says="") == english[key]._replace(label="", says="")
    assert line("debt_service", CHINESE).label == "償債額"
    assert line("debt_service", CHINESE).says.startswith("當年到期")
    assert line("sculpted", CHINESE).label == "要求雕塑式還款"
    changed = {key for key in english if chinese[key] != english[key]}
    assert changed == {"debt_service", "llcr", "sculpted", *(f"revenue_{view}" for view in VIEWS)}


def test_english_stands_where_a_word_is_missing(translated: Callable[[str], None]) -> None:
    translated(WORDS)
    assert line("llcr", CHINESE).label == line("llcr").label
    assert line("sculpted", CHINESE).says == line("sculpted").says
    assert line("revenue_firm", CHINESE).label == "收入，確定"
    assert line("revenue_promised", CHINESE).label == "收入，promised"
    assert line("revenue_firm", CHINESE).says.startswith("確定年度")
    assert line("revenue_promised", CHINESE).says == line("revenue_promised").says
    assert lines("xx") == lines()  # no such file


def test_a_key_that_no_line_has_is_named(translated: Callable[[str], None]) -> None:
    translated('[debt.debt_servise]\nlabel = "償債額"\n')
    with pytest.raises(
        KeyError, match=r"'debt_servise', which lines.zh-Hant.toml names; near: debt_service"
    ):
        lines(CHINESE)
    with pytest.raises(KeyError, match="near: debt_service"):
        line("debt_servise")


def test_inputs_have_labels_in_another_language_too(translated: Callable[[str], None]) -> None:
    translated(WORDS)
    labels = {
        field.name: label_of_input(field.name, field.metadata["label"], CHINESE) for field in INPUTS
    }
    own = {field.name: field.metadata["label"] for field in INPUTS}
    assert labels == own | {"capex": "資本成本"}
    assert label_of_input("capex", own["capex"]) == own["capex"]


def test_no_input_has_the_key_of_a_line() -> None:
    assert not {field.name for field in INPUTS} & lines().keys()
