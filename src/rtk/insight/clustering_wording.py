"""Whether deviations came together, in words: the runs test, one way for pages, reports and sentences."""

from rtk.figures import chance
from rtk.insight.shape import Clustering


def answer(found: Clustering) -> str:
    """Return whether there is clustering, with its test, such as "none found (runs test, p = 0.95)"."""
    return f"{'found' if found.clustered else 'none found'} (runs test, {chance(found.p)})"


def stretches(found: Clustering) -> str:
    """Return what the runs test saw: what it calls a run is called a stretch here, where a run is something else."""
    seen = "1 stretch" if found.runs == 1 else f"{found.runs:,} stretches"
    return f"{seen} of equal outcomes where {found.expected:,.1f} were expected"


def limit(found: Clustering) -> str:
    """Return what clustering means for the evidence of a run."""
    return (
        f"Deviations came in stretches ({stretches(found)}; runs test: {chance(found.p)}), which is why evidence is "
        "counted in outages."
    )
