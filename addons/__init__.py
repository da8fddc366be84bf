"""What the proxy runs. Each module here is one mitmproxy addon, or the part of one that a hook calls."""
