"""Sentences that are printed, each with the condition under which it is true."""
