"""The demonstration: the tutorial from its first step to its insight, by the commands that a person would use.

`story` tells the steps, `stage` has the console and the lab on it, `keeper` clears it, whatever becomes of us.
"""
