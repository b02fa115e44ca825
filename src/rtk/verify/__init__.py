"""Stages 2 to 4: schedule slots, measure each of them, record everything; and undo what was done."""
