"""Settings of all tests."""

from hypothesis import settings

# On a busy machine one slow example says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
