"""The landing page of the dataset, and where a fault is reported."""
