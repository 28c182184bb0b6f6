"""What differs between two saved comparisons of any version, and which input or convention moved
each figure.
"""
