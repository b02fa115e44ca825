"""Stage 6, store: runs, their record entries and measurements, executions with journals, and what they belong to."""
