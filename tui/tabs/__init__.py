"""One file a tab besides Live: a pure function from the database to what the tab shows, and what it can be sorted by.

TABS of keys.py names the modules; each has READ, and CHOICES where there is more than one way to look at it.
"""
