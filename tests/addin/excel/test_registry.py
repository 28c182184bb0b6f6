"""The real registry's class over a stand-in for Python's `winreg`, which keeps keys in a dictionary
and raises as Windows does.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bankable.addin.excel import com_server
from bankable.addin.excel.registry import NoRegistry, WindowsRegistry
from tests.addin.excel.pretend_windows import pc

USER, MACHINE = "HKCU", "HKLM"


class Key:
    def __init__(self, root: str, path: str, access: int) -> None:
        self.root, self.path, self.access = root, path, access

    def __enter__(self) -> Key:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Winreg(ModuleType):
    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE = USER, MACHINE
    KEY_READ, KEY_SET_VALUE, KEY_WOW64_64KEY, REG_SZ = 1, 2, 0x100, 1

    def __init__(self) -> None:
        super().__init__("winreg")
        self.tree: dict[tuple[str, str], dict[str, Any]] = {}
        self.opened: list[tuple[str, int]] = []

    def OpenKey(self, root: str, key: str, reserved: int = 0, access: int = 1) -> Key:
        self.opened.append((root, access))
        there = [k for r, k in self.tree if r == root and (k == key or k.startswith(key + "\\"))]
        if not there:
            raise FileNotFoundError(2, key)
        return Key(root, key, access)

    def CreateKey(self, root: str, key: str) -> Key:
        parts = key.split("\\")
        for i in range(1, len(parts) + 1):  # Windows makes the keys above it too
            self.tree.setdefault((root, "\\".join(parts[:i])), {})
        return Key(root, key, 2)

    def _values(self, key: Key) -> dict[str, Any]:
        return self.tree.get((key.root, key.path), {})

    def _below(self, key: Key) -> list[str]:
        start = key.path + "\\"
        return list(
            dict.fromkeys(
                k[len(start) :].partition("\\")[0]
                for r, k in self.tree
                if r == key.root and k.startswith(start)
            )
        )

    def QueryInfoKey(self, key: Key) -> tuple[int, int, int]:
        return len(self._below(key)), len(self._values(key)), 0

    def QueryValueEx(self, key: Key, name: str) -> tuple[Any, int]:
        if name not in self._values(key):
            raise FileNotFoundError(2, name)
        return self._values(key)[name], 1

    def EnumValue(self, key: Key, i: int) -> tuple[str, Any, int]:
        name, value = list(self._values(key).items())[i]
        return name, value, 1

    def EnumKey(self, key: Key, i: int) -> str:
        return self._below(key)[i]

    def SetValueEx(self, key: Key, name: str, reserved: int, kind: int, value: str) -> None:
        assert key.access == 2
        assert kind == self.REG_SZ
        self.tree[key.root, key.path][name] = value

    def DeleteValue(self, key: Key, name: str) -> None:
        assert key.access == self.KEY_SET_VALUE
        if name not in self._values(key):
            raise FileNotFoundError(2, name)
        del self.tree[key.root, key.path][name]

    def DeleteKey(self, root: str, key: str) -> None:
        if self._below(Key(root, key, 1)):
            raise PermissionError(5, key)  # Windows refuses a key with keys below it
        if (root, key) not in self.tree:
            raise FileNotFoundError(2, key)
        del self.tree[root, key]


@pytest.fixture
def winreg(monkeypatch: pytest.MonkeyPatch) -> Winreg:
    made = Winreg()
    monkeypatch.setitem(sys.modules, "winreg", made)
    return made


def test_what_is_written_is_read_and_goes_again(winreg: Winreg) -> None:
    registry = WindowsRegistry()
    assert not registry.has(r"Software\A")
    registry.set(r"Software\A\B\C", "", "deep")
    registry.set(r"Software\A", "one", "1")
    assert registry.has(r"Software\A")
    assert registry.get(r"Software\A\B\C", "") == "deep"
    assert registry.values(r"Software\A") == {"one": "1"}
    assert registry.keys(r"Software\A") == ("B",)
    registry.delete(r"Software\A", "one")
    registry.delete(r"Software\A", "one")
    assert registry.values(r"Software\A") == {}
    registry.set(r"Software\AB", "", "a neighbour")
    registry.delete_key(r"Software\A")
    registry.delete_key(r"Software\A")
    assert list(winreg.tree) == [(USER, "Software"), (USER, r"Software\AB")]


@pytest.mark.parametrize("others", [False, True])
def test_the_com_servers_entries_come_and_go_in_it(
    winreg: Winreg, tmp_path: Path, others: bool
) -> None:
    registry = WindowsRegistry()
    registry.set(r"Software\Classes\.txt", "", "someone else's")
    if others:
        registry.set(r"Software\Classes\CLSID\{OTHER}\LocalServer32", "", "someone else's")
    before = {key: dict(values) for key, values in winreg.tree.items()}
    system = replace(pc(tmp_path), registry=registry)
    for _ in range(2):
        com_server.register(system)
        assert com_server.wrong_entries(system) == {}
    assert com_server.unregister(system)
    assert winreg.tree == before
    assert com_server.unregister(system) == []


def test_what_is_not_there_is_nothing(winreg: Winreg) -> None:
    for registry in (WindowsRegistry(), NoRegistry()):
        assert registry.get("A", "b") is None
        assert registry.values("A") == {}
        assert registry.keys("A") == ()
        assert not registry.has("A")


def test_the_machines_part_is_read_as_64_bit_programs_see_it(winreg: Winreg) -> None:
    winreg.tree[MACHINE, r"SOFTWARE\P"] = {"x": 1}
    registry = WindowsRegistry()
    assert registry.get(r"SOFTWARE\P", "x", machine=True) == 1
    assert registry.get(r"SOFTWARE\P", "x") is None
    assert winreg.opened[0] == (MACHINE, 0x101)
