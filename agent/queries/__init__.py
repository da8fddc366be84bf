"""Every question put to the database: read-only, frozen records out."""
