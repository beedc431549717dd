"""The live shared viewing: one actor a room, facts in a journal, pointers in patient space."""
