"""The pages of safeguards."""
