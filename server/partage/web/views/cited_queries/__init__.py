"""Results of queries that are cited."""
