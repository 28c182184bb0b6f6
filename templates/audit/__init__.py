"""A model audit of any .xlsx or .xlsm workbook: what it holds, the rules it is judged by, and the
report of what was found.

`audit` is the whole of it; the workbook is only read, never written.
"""

from __future__ import annotations

from bankable.templates.audit.report import Report, audit

__all__ = ["Report", "audit"]
