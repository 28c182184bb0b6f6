"""Custom functions as Excel on the web calls them: the metadata names every function, and calls
answer as in Python.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from bankable import udfs
from bankable.addin.excel import functions, officejs
from bankable.udfs.cells import OMITTED, CellError
from tests.addin.excel.test_com_server import in_python, same, table


def as_client(value: Any) -> Any:
    """An argument as Excel's JavaScript posts it: rows of cells, "" for a blank, null for what was
    left out.
    """
    if value is OMITTED:
        return None
    rows = value if isinstance(value, (list, tuple)) else [[value]]
    return [
        [cell_as_client(cell) for cell in (row if isinstance(row, (list, tuple)) else [row])]
        for row in rows
    ]


def cell_as_client(cell: Any) -> Any:
    if isinstance(cell, CellError):
        return cell.code
    if hasattr(cell, "year"):
        import datetime as dt

        return (dt.datetime(cell.year, cell.month, cell.day) - dt.datetime(1899, 12, 30)).days
    return "" if cell is None else cell


def call(name: str, arguments: list[Any], **more: Any) -> Any:
    """A call over JSON, there and back."""
    sent = {
        "func_name": name,
        "args": [as_client(value) for value in arguments],
        "caller_address": "Sheet1!A1",
        "culture_info_name": "en-US",
        "date_format": "m/d/yyyy",
        "version": "0.37.8",
        "runtime": "1.4",
        **more,
    }
    return json.loads(json.dumps(officejs.answer(json.loads(json.dumps(sent))), allow_nan=False))[
        "result"
    ]


@pytest.mark.parametrize(("name", "arguments"), table())
def test_a_call_answers_as_in_python(name: str, arguments: list[Any]) -> None:
    result = call(name, arguments)
    expected = in_python(name, arguments)
    if not isinstance(expected, list):
        expected = [[expected]]
    elif expected and not isinstance(expected[0], list):
        expected = [expected]
    assert same(result, expected)


def test_the_metadata_is_complete() -> None:
    described = {item["id"]: item for item in officejs.metadata()["functions"]}
    assert set(described) == set(udfs.FUNCTIONS)
    for name, entry in udfs.FUNCTIONS.items():
        assert [p["name"] for p in described[name]["parameters"]] == [
            p.name for p in entry.cell_params
        ]
        optional = [p["optional"] for p in described[name]["parameters"]]
        assert optional == sorted(optional)
    json.dumps(officejs.metadata(), allow_nan=False)


def test_an_older_runtime_gets_the_sentence_with_the_code() -> None:
    [[text]] = call("SURVIVAL", [-4.0], runtime="1.1")
    assert text.startswith("#NUM! periods is -4")
    assert call("SURVIVAL", [-4.0]) == [["#NUM!"]]


def test_what_is_no_call_of_ours_is_answered_too() -> None:
    assert officejs.answer({"func_name": "NOPE", "args": []}) == {"result": [["#NAME?"]]}
    assert officejs.answer({"func_name": "SURVIVAL"}) == {"result": [["#VALUE!"]]}
    assert call("bankable.survival", [2.0]) == [[1.0], [1.0]]


def test_the_shims_take_any_decorators_of_xlwings_manner() -> None:
    seen: dict[str, list[tuple[str, dict[str, Any]]]] = {}

    def func(call: Any) -> Any:
        seen[call.__name__] = []
        return call

    def arg(name: str, **options: Any) -> Any:
        def keep(call: Any) -> Any:
            seen[call.__name__].append((name, options))
            return call

        return keep

    made = functions.build(func, arg)
    assert set(made) == set(seen) == set(udfs.FUNCTIONS)
    for name, entry in udfs.FUNCTIONS.items():
        assert [argument for argument, _ in seen[name]] == [p.name for p in entry.cell_params]
        assert all(options["ndim"] == 2 and options["err_to_str"] for _, options in seen[name])
        assert not made[name].__annotations__
    assert made["SURVIVAL"]([[2.0]]) == [[1.0], [1.0]]
