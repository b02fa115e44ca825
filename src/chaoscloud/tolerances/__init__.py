"""Tolerances: what of a probe's value is good, every bound inclusive."""
