"""The checks of `bankable doctor`, a module a subject: Python, Excel, the search path, the start of
Python, the rules of a bank's desk.

Each check is a function from a `System` to findings; `bankable.addin.excel.doctor` runs them all.
"""
