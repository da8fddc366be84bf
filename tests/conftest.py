"""Settings of all tests."""

import signal

from hypothesis import settings

# On a busy machine one slow example says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# Started with `nohup` or in the background, pytest would hand on to the programs under test that they ignore these.
for number, otherwise in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, otherwise)
