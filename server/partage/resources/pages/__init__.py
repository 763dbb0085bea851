"""What pages show of a thing: values, summaries, claims, statements."""
