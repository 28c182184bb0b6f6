"""Writes the LibreOffice extension from the register: `bankable.oxt`, the same bytes at every run.

It holds the functions' signatures (an .idl in plain text), their names and texts for Calc's wizard,
and the Python file that runs inside LibreOffice.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from importlib import resources
from xml.sax.saxutils import escape, quoteattr

from bankable import udfs
from bankable.udfs.cells import Param
from bankable.udfs.registry import Function

FILE = "addin/libreoffice/bankable.oxt"
IDENTIFIER = "bankable.calc"
SERVICE = "bankable.calc.Functions"
COMPONENT = "bankable_functions.py"
PATHS = "paths.json"
OLDEST = "24.8"  # the first LibreOffice that keeps plain names in .xlsx both ways

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_REGISTRY = (
    'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
)
_KINDS = {
    "Functions.idl": "application/vnd.sun.star.uno-typelibrary;type=RDB",
    "Functions.components": "application/vnd.sun.star.uno-components",
    "CalcAddIns.xcu": "application/vnd.sun.star.configuration-data",
}


def idl(entries: Iterable[Function]) -> str:
    """The interface with one method a function; everything that can be left out must be an
    `any`.
    """
    lines = [
        "module bankable { module calc {",
        "interface XFunctions : com::sun::star::uno::XInterface",
        "{",
    ]
    for entry in entries:
        result = (
            "any" if entry.returns.shape in ("number", "text") else "sequence< sequence< any > >"
        )
        given = ", ".join(f"[in] any arg{i}" for i in range(1, entry.max_args + 1))
        lines.append(f"    {result} {entry.name}( {given} );")
    lines += ["};", "service Functions : XFunctions;", "}; };", ""]
    return "\n".join(lines)


def texts(entries: Iterable[Function]) -> str:
    """The functions' names, descriptions and arguments as Calc's configuration takes them."""
    return (
        f'{_XML}<oor:component-data {_REGISTRY} oor:name="CalcAddIns"'
        ' oor:package="org.openoffice.Office">\n'
        f'<node oor:name="AddInInfo"><node oor:name="{SERVICE}" oor:op="replace"><node'
        ' oor:name="AddInFunctions">\n'
        f"{''.join(_function_texts(entry) for entry in entries)}"
        "</node></node></node>\n</oor:component-data>\n"
    )


def _function_texts(entry: Function) -> str:
    params = "".join(
        f'<node oor:name="arg{i}"'
        f' oor:op="replace">{_prop("DisplayName", param.name)}{_prop("Description", _help(param))}</node>\n'
        for i, param in enumerate(entry.cell_params, 1)
    )
    return (
        f'<node oor:name="{entry.name}"'
        f' oor:op="replace">{_prop("DisplayName", entry.name)}{_prop("Description", _about(entry))}<prop'
        ' oor:name="Category"><value>Financial</value></prop><prop'
        f' oor:name="CompatibilityName"><value xml:lang="en-US">{entry.name}</value></prop>\n<node'
        f' oor:name="Parameters">\n{params}</node></node>\n'
    )


def _prop(name: str, text: str) -> str:
    return f'<prop oor:name="{name}"><value xml:lang="en">{escape(text)}</value></prop>'


def _about(entry: Function) -> str:
    return f"{entry.family}: {entry.summary}"


def _help(param: Param) -> str:
    allowed = f" ({param.allowed})" if param.allowed else ""
    left_out = (
        f" Left out: {param.default}." if param.optional and param.default is not None else ""
    )
    return f"{param.help}{allowed}.{left_out}"


def components() -> str:
    """The list of what the Python file provides."""
    return (
        f'{_XML}<components xmlns="http://openoffice.org/2010/uno-components"><component'
        f' loader="com.sun.star.loader.Python" uri="{COMPONENT}"><implementation'
        f' name="{SERVICE}"><service name="{SERVICE}"/></implementation></component></components>\n'
    )


def description(version: str) -> str:
    """What LibreOffice's extension manager shows."""
    return (
        f'{_XML}<description xmlns="http://openoffice.org/extensions/description/2006"'
        ' xmlns:l="http://libreoffice.org/extensions/description/2011">\n<identifier'
        f' value="{IDENTIFIER}"/><version'
        f" value={quoteattr(version)}/>\n<dependencies><l:LibreOffice-minimal-version"
        f' value="{OLDEST}" l:name="LibreOffice {OLDEST}"/></dependencies>\n<display-name><name'
        ' lang="en">Bankable: functions for lending against long'
        " projects</name></display-name>\n</description>\n"
    )


def manifest() -> str:
    """The list of the files that LibreOffice is to register."""
    entries = "".join(
        f'<manifest:file-entry manifest:media-type="{kind}" manifest:full-path="{name}"/>\n'
        for name, kind in _KINDS.items()
    )
    return (
        f"{_XML}<manifest:manifest"
        f' xmlns:manifest="http://openoffice.org/2001/manifest">\n{entries}</manifest:manifest>\n'
    )


def build() -> bytes:
    """The extension's bytes, from the register."""
    entries = list(udfs.FUNCTIONS.values())
    return _packed(
        {
            "META-INF/manifest.xml": manifest(),
            "description.xml": description("1.0"),
            "Functions.idl": idl(entries),
            "Functions.components": components(),
            "CalcAddIns.xcu": texts(entries),
            COMPONENT: (
                (resources.files("bankable.addin.libreoffice") / "parts" / COMPONENT).read_text(
                    encoding="utf-8"
                )
            ),
        }
    )


def shipped() -> bytes:
    """The extension in this package."""
    return (resources.files("bankable.addin.libreoffice") / "bankable.oxt").read_bytes()


def fitted(oxt: bytes, version: str, paths: list[str]) -> bytes:
    """The extension for one machine: with Bankable's version and the folders that hold Bankable and
    its packages.
    """
    with zipfile.ZipFile(io.BytesIO(oxt)) as old:
        files = {name: old.read(name).decode("utf-8") for name in old.namelist()}
    return _packed(
        {**files, "description.xml": description(version), PATHS: json.dumps(paths, indent=1)}
    )


def _packed(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(
        out, "w", zipfile.ZIP_STORED
    ) as oxt:  # zlib's versions differ in their bytes
        for name, text in files.items():
            oxt.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text.encode("utf-8"))
    return out.getvalue()


def files() -> dict[str, bytes]:
    """For `python -m bankable.addin.generate`."""
    return {FILE: build()}
