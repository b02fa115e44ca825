"""People: who signs in, what they belong to, what they may do, and who did what."""
