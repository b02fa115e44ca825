"""The Reliability Toolkit: does what we promised our users still hold when things go wrong?"""

__version__ = "0.1.0"
