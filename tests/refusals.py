"""How a test states that a function refuses: the code that a cell shows, and the sentence that
explains it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bankable.udfs.cells import CellError


def refused(code: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The sentence with which a call is refused; fails where it is not, or with another code."""
    with pytest.raises(CellError) as error:
        function(*args, **kwargs)
    assert error.value.code == code
    return error.value.sentence
