"""For those who run the server: alive, ready, metrics."""
