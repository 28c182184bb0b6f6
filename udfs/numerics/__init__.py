"""Numerical tools without finance: internal rates of return, roots, the normal distribution, a
common factor.
"""
