"""
Attacks by one client on a running `partage serve`, and what other clients see meanwhile.

`python -m benchmarks.attacks` plays them one after another, each on a server of its own.
"""
