"""The summary timeline of an organization and of a team, which is the home page."""
