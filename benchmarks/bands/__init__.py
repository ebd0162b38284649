"""What the judges are worth: false alarms and delays by seeded simulation (`python -m benchmarks.bands`)."""
