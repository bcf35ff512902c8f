"""What a tap costs, beside what it costs others: `make bench` prints `docs/performance.md`."""
