"""The whole deal: its inputs (`deal`), its lines in order (`chain/`), and the functions that ask
the chain for an answer.
"""
