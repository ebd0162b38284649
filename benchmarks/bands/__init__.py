"""What the judges are worth: false alarms and delays by seeded simulation (`make bands-report`)."""
