"""NATS servers on this computer, for a demonstration, for tests and for benchmarks."""
