"""What the user sees. Reads through `agent.queries` only."""
