"""Actions an experiment can name: what is done to a system, and undone."""
