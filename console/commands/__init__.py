"""The commands: each parses what it was given, calls one service, and prints."""
