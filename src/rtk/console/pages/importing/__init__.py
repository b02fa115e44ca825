"""The wizard that makes a verification of an experiment."""
