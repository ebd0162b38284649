"""The program as a person meets it: real processes, a real terminal, and real servers where marked."""
