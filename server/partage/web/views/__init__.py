"""The pages, a folder for each family: its routes, what they show, and its templates."""
