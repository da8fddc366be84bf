"""Saves entries: one writer, one transaction a batch."""
