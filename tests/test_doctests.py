"""The examples in the docstrings: each module is imported by its own name, once, and its examples
are run.

Collected by folder every module would be imported a second time under another name, and the
register would refuse.
"""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from bankable import addin, templates, udfs

OPTIONS = doctest.NORMALIZE_WHITESPACE
NOT_IMPORTED = (
    "bankable.addin.libreoffice.parts",
    "bankable.addin.import_name",
    "bankable.addin.wheel_hook",
)


def modules() -> list[str]:
    """All modules of the three packages by their import names."""
    names = [
        found.name
        for package in (udfs, templates, addin)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not found.name.startswith(NOT_IMPORTED)
    ]
    return sorted(["bankable.udfs", "bankable.templates", "bankable.addin", *names])


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=OPTIONS, report=True)
    assert not failed


def test_examples_are_found() -> None:
    finder = doctest.DocTestFinder()
    found = sum(
        bool(case.examples)
        for name in modules()
        for case in finder.find(importlib.import_module(name))
    )
    assert found >= len(udfs.FUNCTIONS)
