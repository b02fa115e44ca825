"""The HTTP API: part A, kept compatible, and part B, ours."""
