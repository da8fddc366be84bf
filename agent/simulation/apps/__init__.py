"""Small apps that use OpenAI, each a script of its own; they know nothing of wiretally."""
