"""The LibreOffice extension as a file: every function of the register in it, under its name, with
its texts.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bankable import udfs
from bankable.addin.libreoffice import extension

OOR = "{http://openoffice.org/2001/registry}"


@pytest.fixture(scope="module")
def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(extension.build())) as oxt:
        return {name: oxt.read(name) for name in oxt.namelist()}


def test_the_same_bytes_at_every_run() -> None:
    assert extension.build() == extension.build()


def test_every_function_has_a_method_that_takes_all_its_arguments(parts: dict[str, bytes]) -> None:
    methods = re.findall(
        r"^    (any|sequence< sequence< any > >) (\w+)\( (.*) \);$",
        parts["Functions.idl"].decode(),
        re.MULTILINE,
    )
    assert {name for _, name, _ in methods} == set(udfs.FUNCTIONS)
    for result, name, given in methods:
        entry = udfs.FUNCTIONS[name]
        assert given.count("[in] any") == entry.max_args
        assert (result == "any") == (entry.returns.shape in ("number", "text"))


def test_every_function_has_its_texts_and_its_name_in_xlsx_files(parts: dict[str, bytes]) -> None:
    root = ElementTree.fromstring(parts["CalcAddIns.xcu"])
    nodes = {node.get(f"{OOR}name"): node for node in root.iter("node")}
    for entry in udfs.FUNCTIONS.values():
        node = nodes[entry.name]
        texts = {prop.get(f"{OOR}name"): prop.find("value").text for prop in node.findall("prop")}  # type: ignore[union-attr]
        assert texts["DisplayName"] == texts["CompatibilityName"] == entry.name
        assert entry.summary in str(texts["Description"])
        params = node.findall("node/node")
        shown = [
            [str(prop.find("value").text) for prop in param.findall("prop")] for param in params
        ]  # type: ignore[union-attr]
        assert [name for name, _ in shown] == [param.name for param in entry.cell_params]
        for (_, about), param in zip(shown, entry.cell_params, strict=True):
            assert about.startswith(param.help)


def test_names_are_names_of_the_interface_language(parts: dict[str, bytes]) -> None:
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", name) for name in udfs.FUNCTIONS)


def test_every_part_is_in_the_manifest(parts: dict[str, bytes]) -> None:
    manifest = parts["META-INF/manifest.xml"].decode()
    for name in ("Functions.idl", "Functions.components", "CalcAddIns.xcu"):
        assert f'full-path="{name}"' in manifest
    assert extension.COMPONENT in parts["Functions.components"].decode()
    assert f'value="{extension.OLDEST}"' in parts["description.xml"].decode()


def test_the_shipped_extension_is_fitted_to_a_machine() -> None:
    with zipfile.ZipFile(
        io.BytesIO(extension.fitted(extension.shipped(), "1.2.3", ["/a", "/b c"]))
    ) as oxt:
        assert json.loads(oxt.read("paths.json")) == ["/a", "/b c"]
        assert b'<version value="1.2.3"/>' in oxt.read("description.xml")
        with zipfile.ZipFile(io.BytesIO(extension.shipped())) as shipped:
            assert oxt.read("Functions.idl") == shipped.read("Functions.idl")


def test_the_component_starts_with_uno_and_the_standard_library_only() -> None:
    import ast
    import sys

    source = (Path(extension.__file__).parent / "parts" / extension.COMPONENT).read_text(
        encoding="utf-8"
    )
    top = [
        node for node in ast.parse(source).body if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    names = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in top if isinstance(node, ast.ImportFrom)}
    assert names - set(sys.stdlib_module_names) == {"uno", "unohelper"}
