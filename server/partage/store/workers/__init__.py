"""Query processes that can be killed: the pool, its slots, what passes between."""
