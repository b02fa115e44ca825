"""Stage 5, publish: telling a console of runs and executions, off the measuring path and without losing any."""
