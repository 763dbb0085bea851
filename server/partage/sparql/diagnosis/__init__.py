"""What is wrong with a query, or why it has no results."""
