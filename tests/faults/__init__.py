"""Tries to break each promise of the agent: kills, disks that fail, hostile peers, bugs planted in our own code.

`python -m tests.faults` is the long run; it writes the table in docs/reliability.md.
"""
