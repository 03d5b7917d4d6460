"""What a teacher might use instead, set to check the same eight behaviours of the echo assignment.

`pytest_harness/` is a plain pytest file that starts the programs with `subprocess`; `check50_pack/` is a pack of checks
for check50. Both are written as well as we can: they wait for nothing but what they need, connect again until the
server takes the connection instead of sleeping, and let the programs' side close first, so that the port is free for
the next check. `contenders.py` says how each is run over a class. No check of theirs is boxed, finds a line, or tells
a hang from a slow program; and where a program misbehaves they wait for a time-out.
"""
