"""Measures the measurer: one module a row, all of them in one run. `python -m bench`, or `make bench`."""
