"""Proof that the set-up works, or the name of what does not, why, and the command that cures it.

`surroundings` looks at what is there; `selftest` starts an agent of its own and lets real clients call through it, on
loopback alone. Both end in findings.
"""
