"""Probes: what is measured of a system."""
