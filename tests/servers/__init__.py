"""Real servers for the tests: Unleash on a PostgreSQL of its own, and Prometheus; on 127.0.0.1 only."""
