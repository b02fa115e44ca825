"""The commands: each module declares one and hands what was given to where the work is done."""
