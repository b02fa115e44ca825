"""The demonstration: a verification of a small local service under real CPU load, without account or server."""
