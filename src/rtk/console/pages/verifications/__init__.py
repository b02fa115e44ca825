"""The verifications: their list, and how each is run."""
