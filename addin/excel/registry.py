"""The Windows registry as the Excel door uses it: the user's part read and written, the machine's
part read.

Every reading answers None, {} or () where there is nothing or it may not be read; a test gives a
dictionary in its place.
"""

from __future__ import annotations

import importlib
from typing import Any, Protocol


class Registry(Protocol):
    """The user's part of the registry (HKEY_CURRENT_USER), and reading of the machine's."""

    def get(self, key: str, name: str, machine: bool = False) -> Any: ...

    def values(self, key: str, machine: bool = False) -> dict[str, Any]: ...

    def keys(self, key: str, machine: bool = False) -> tuple[str, ...]: ...

    def has(self, key: str) -> bool: ...

    def set(self, key: str, name: str, value: str) -> None: ...

    def delete(self, key: str, name: str) -> None: ...

    def delete_key(self, key: str) -> None: ...


class WindowsRegistry:
    """The real one; of the machine's part always the view of 64-bit programs."""

    def __init__(self) -> None:
        self._api: Any = importlib.import_module("winreg")

    def _open(self, key: str, machine: bool) -> Any:
        api = self._api
        if machine:
            access = api.KEY_READ | api.KEY_WOW64_64KEY
            return api.OpenKey(api.HKEY_LOCAL_MACHINE, key, 0, access)
        return api.OpenKey(api.HKEY_CURRENT_USER, key, 0, api.KEY_READ)

    def get(self, key: str, name: str, machine: bool = False) -> Any:
        """A value; the name "" is the key's default value."""
        try:
            with self._open(key, machine) as opened:
                return self._api.QueryValueEx(opened, name)[0]
        except OSError:
            return None

    def values(self, key: str, machine: bool = False) -> dict[str, Any]:
        """All values of a key by name."""
        found: dict[str, Any] = {}
        try:
            with self._open(key, machine) as opened:
                for i in range(self._api.QueryInfoKey(opened)[1]):
                    name, value, _ = self._api.EnumValue(opened, i)
                    found[name] = value
        except OSError:
            return found
        return found

    def keys(self, key: str, machine: bool = False) -> tuple[str, ...]:
        """The names of the keys below a key."""
        try:
            with self._open(key, machine) as opened:
                count = self._api.QueryInfoKey(opened)[0]
                return tuple(self._api.EnumKey(opened, i) for i in range(count))
        except OSError:
            return ()

    def has(self, key: str) -> bool:
        """Whether the user's part has this key."""
        try:
            with self._open(key, False):
                return True
        except OSError:
            return False

    def set(self, key: str, name: str, value: str) -> None:
        """Write a text, making the key where it is missing."""
        with self._api.CreateKey(self._api.HKEY_CURRENT_USER, key) as opened:
            self._api.SetValueEx(opened, name, 0, self._api.REG_SZ, value)

    def delete(self, key: str, name: str) -> None:
        """Take a value away, where it is there."""
        api = self._api
        try:
            with api.OpenKey(api.HKEY_CURRENT_USER, key, 0, api.KEY_SET_VALUE) as opened:
                api.DeleteValue(opened, name)
        except FileNotFoundError:
            return

    def delete_key(self, key: str) -> None:
        """Take a key away with all below it, where it is there."""
        for name in self.keys(key):
            self.delete_key(rf"{key}\{name}")
        try:
            self._api.DeleteKey(self._api.HKEY_CURRENT_USER, key)
        except FileNotFoundError:
            return


class NoRegistry:
    """That of a system without one: nothing is ever there."""

    def get(self, key: str, name: str, machine: bool = False) -> Any:
        return None

    def values(self, key: str, machine: bool = False) -> dict[str, Any]:
        return {}

    def keys(self, key: str, machine: bool = False) -> tuple[str, ...]:
        return ()

    def has(self, key: str) -> bool:
        return False

    def set(self, key: str, name: str, value: str) -> None:
        raise OSError("this system has no registry")

    def delete(self, key: str, name: str) -> None:
        raise OSError("this system has no registry")

    def delete_key(self, key: str) -> None:
        raise OSError("this system has no registry")
