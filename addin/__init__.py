"""The doors of Bankable: how a terminal, a spreadsheet program or another program reaches the
functions and the workbooks.

Start with `cli.py` (the terminal) and `generate.py` (every generated file of the project, by one
command).
"""
