"""Makes the pages of the reference from docstrings, op records and the calls that the tests make."""
