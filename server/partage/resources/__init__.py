"""What a resource is called, where it is found, and what the dataset says about it."""
