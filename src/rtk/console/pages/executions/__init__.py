"""The executions: finished and running ones, and the page of each."""
