"""What Partage is: its method and limits, how it is cited, its licences."""
