"""Stage 7, insight: pure functions from a run's measurements to verdict, budget and comparison. No I/O."""
