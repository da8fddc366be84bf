"""A service on loopback that speaks OpenAI's wire formats, and small apps that call it.

Shipped, because `wiretally demo` shows real traffic without a key or a network; the tests stand on the same service.
Nothing here knows how wiretally records: the service counts its tokens itself, so that what the monitor says can be
compared with what the provider said.
"""
