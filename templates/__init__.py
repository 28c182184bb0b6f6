"""The workbooks and the memo: how a comparison is laid out, calculated without a spreadsheet
program, and written.

The kit (book, rows, styles, engine, write) knows no finance; the other modules say what stands on
which sheet.
"""
