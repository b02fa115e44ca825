"""The console's own work: jobs of procrastinate, kept in its PostgreSQL and done by workers."""
