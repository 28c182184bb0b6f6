"""Every reference case of golden.json, computed there with independent tools, against our
functions.

A value passes when its relative or its absolute error is within the case's tolerance; keys that
start with published_, naive_ or independent_, and logical values, are informational (see the file's
meta).
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from .adapter import evaluate

CASES = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))["cases"]
INFORMATIONAL = ("published_", "naive_", "independent_")


def assert_close(got: Any, expected: Any, tolerance: dict[str, Any], where: str) -> None:
    if isinstance(expected, dict):
        for key, value in expected.items():
            assert_close(got[key], value, tolerance, f"{where}.{key}")
    elif isinstance(expected, list):
        assert len(got) == len(expected), where
        for i, (mine, theirs) in enumerate(zip(got, expected, strict=True)):
            assert_close(mine, theirs, tolerance, f"{where}[{i}]")
    elif expected is None or isinstance(expected, str):
        assert got == expected or (
            expected is None and isinstance(got, float) and math.isnan(got)
        ), f"{where}: {got} is not {expected}"
    else:
        error = abs(got - expected)
        relative = error / abs(expected) if expected else math.inf
        money = (
            tolerance.get("money_abs", 0.0) if abs(expected) >= 1000 else 0.0
        )  # amounts, not rates
        allowed = max(tolerance.get("abs", 0.0), money)
        assert error <= allowed or relative <= tolerance.get("rel", tolerance.get("rel_mc", 0.0)), (
            f"{where}: {got} is not {expected}"
        )


def tolerance_of(tolerance: dict[str, Any], results: dict[str, Any], key: str) -> dict[str, Any]:
    """The case's tolerance for one key: xnpv_abs is for xnpv alone, "4 standard errors" for figures
    that have one.
    """
    allowed = [tolerance.get("abs", 0.0), tolerance.get(f"{key}_abs", 0.0)]
    error = results.get("standard_errors", {}).get(key)
    if "abs_mc" in tolerance and error is not None:
        allowed.append(float(tolerance["abs_mc"].split()[0]) * error)
    return {**tolerance, "abs": max(allowed)}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_reference_case(case: dict[str, Any]) -> None:
    results = evaluate(case)
    for key, expected in case["expected"].items():
        if key.startswith(INFORMATIONAL) or isinstance(expected, bool):
            continue
        assert key in results, f"the adapter gives no {key}"
        assert_close(results[key], expected, tolerance_of(case["tolerance"], results, key), key)
