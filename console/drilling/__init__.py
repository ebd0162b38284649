"""Drills: a kill rehearsed by a person, restored by a lease, scored, and filed as evidence."""
