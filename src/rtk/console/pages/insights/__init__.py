"""The insights: their list, and the page of a run while it is under way and afterwards."""
