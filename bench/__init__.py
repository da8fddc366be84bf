"""One script a promise of speed or size, each beside its peer."""
