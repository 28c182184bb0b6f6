"""The commands of the terminal door, a module each: SUMMARY, `add_arguments(parser)` and `run(args)
-> int`.

A module here imports nothing heavy at its top, since every one is read at each start of `bankable`.
"""
