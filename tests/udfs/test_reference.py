"""The help text put together from the register, on a function made for the test that has one
argument of most kinds.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bankable.udfs import cells, reference, registry
from bankable.udfs.cells import no_answer
from bankable.udfs.registry import FUNCTIONS, Function


@pytest.fixture
def entry() -> Iterator[Function]:
    @registry.function(
        "Tests",
        "What do these flows add up to?",
        registry.figures("money", "total", "largest"),
        flows=cells.path("one flow a year"),
        factor=cells.number("multiplies all flows", low=0),
        shape=cells.choice("how they are counted", "all", "first"),
        absolute=cells.switch("count every flow as positive"),
        cap=cells.amount("the most that is counted"),
    )
    def FLOW_TOTAL(flows, factor=1.0, shape="all", absolute=False, cap=None):
        """The sum of all flows, and the largest.

        It has a second paragraph.

        Equation
        --------
        total = factor sum_t flow_t

        Conventions
        -----------
        The first flow counts whole.

        - a line that looks
          --------
          like an underline is none.

        Source
        ------
        Made for the test.

        See also
        --------
        SURVIVAL, NO_SUCH_FUNCTION

        Examples
        --------
        A wrong call first, which is no example of a result:

        >>> FLOW_TOTAL("x")
        Traceback (most recent call last):
        udfs.cells.CellError: flows, cell 1, is 'x', not a number.

        >>> import numpy as np
        >>> print("figures follow")
        figures follow
        >>> flows = np.array([1000.0, 2500.5])
        >>> FLOW_TOTAL(flows, absolute=True)
        FLOW_TOTAL_figures(total=3500.5, largest=2500.5)
        """
        counted = np.abs(flows) if absolute else flows
        return float(counted.sum() * factor), float(counted.max() * factor)

    yield FUNCTIONS["FLOW_TOTAL"]
    del FUNCTIONS["FLOW_TOTAL"]


def test_sections_are_told_apart(entry: Function) -> None:
    text = reference.sections(entry)
    assert list(text) == ["Summary", "Equation", "Conventions", "Source", "See also", "Examples"]
    assert text["Summary"] == "The sum of all flows, and the largest.\n\nIt has a second paragraph."
    assert text["Conventions"].endswith("like an underline is none.")
    assert [other.name for other in reference.see_also(entry)] == ["SURVIVAL"]


def test_the_example_is_what_one_would_type(
    entry: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    example = reference.worked_example(entry)
    assert example is not None
    assert (
        example.formula == '=FLOW_TOTAL({1000;2500.5}, 1, "all", TRUE)'
    )  # an argument between is written out, since not every program can leave it out
    assert example.arguments == {
        "flows": [[1000.0], [2500.5]],
        "factor": 1.0,
        "shape": "all",
        "absolute": True,
    }
    assert example.rows == [[3500.5], [2500.5]]
    assert reference.labelled_rows(entry, example) == [
        ["total", "3,500.50"],
        ["largest", "2,500.50"],
    ]
    assert capsys.readouterr().out == ""


def test_terminal_help_says_what_the_register_knows(entry: Function) -> None:
    page = reference.terminal_help(entry, 80)
    assert "FLOW_TOTAL(flows, [factor], [shape], [absolute], [cap], [labels])" in page
    assert "factor [1]\n      multiplies all flows (number: from 0)." in page
    assert (
        'shape ["all"]\n      how they are counted (one of these words: "all" or "first").' in page
    )
    assert "cap [may be left out]" in page
    assert "labels [FALSE]" in page
    assert "\n    largest  2,500.50\n" in page
    assert max(len(line) for line in page.splitlines()) <= 80


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        (True, "TRUE"),
        (0.065, "0.065"),
        (7, "7"),
        (1e9, "1000000000"),
        ('say "x"', '"say ""x"""'),
        (None, ""),
        ([[1, 2], [3, "a"]], '{1,2;3,"a"}'),
        (no_answer("none."), "#N/A"),
    ],
)
def test_a_value_as_it_is_typed(value: object, typed: str) -> None:
    assert reference.cell_text(value) == typed


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.614125, "0.614125"),
        (1234567.891, "1,234,567.89"),
        (-1500, "-1,500.00"),
        (None, ""),
        ("n/a", "n/a"),
        (True, "TRUE"),
    ],
)
def test_a_result_as_it_is_read(value: object, shown: str) -> None:
    assert reference.number_text(value) == shown


def test_every_kind_and_shape_has_its_words() -> None:
    kinds = {param.kind for entry in FUNCTIONS.values() for param in entry.cell_params}
    assert kinds <= set(reference.KINDS)
    assert {entry.returns.shape for entry in FUNCTIONS.values()} <= set(reference.SHAPES)
