"""A workbook as a template: the same parts under the content type of a template, so that opening it
gives a new workbook and leaves the file as it is.
"""

from __future__ import annotations

import io
import zipfile

SUFFIX = ".xltx"
_TYPES = "[Content_Types].xml"
_MAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.%s.main+xml"


def as_template(xlsx: bytes) -> bytes:
    """The bytes of an .xltx for those of an .xlsx."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx)) as parts,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for item in parts.infolist():
            data = parts.read(item)
            if item.filename == _TYPES:
                data = data.replace(_MAIN % b"sheet", _MAIN % b"template")
            written.writestr(item, data)
    return out.getvalue()
