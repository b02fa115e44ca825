"""Notifications: whoever a team names is told when a run ends, is not restored, or is no longer heard of."""
