"""Each figure that the README quotes about speed, runnable, with its peers in the same run: `python
-m benchmarks`.
"""
