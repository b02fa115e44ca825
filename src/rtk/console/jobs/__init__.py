"""What the console does by itself: deferred as jobs of procrastinate, in its PostgreSQL, and done by workers."""
