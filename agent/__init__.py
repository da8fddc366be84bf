"""What was said, what it cost, and where it is kept: everything of wiretally that has no screen."""
