"""The way back: what a restore and a step back ask for, do, and leave in the journal."""
