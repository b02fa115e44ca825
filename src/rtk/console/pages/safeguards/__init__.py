"""The objectives: list, forms, and what is spent of each."""
