"""The experiments: list and page."""
