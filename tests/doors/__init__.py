"""One table of calls that goes through every door: Python, Excel, the web, LibreOffice and the
embedded engine.
"""
