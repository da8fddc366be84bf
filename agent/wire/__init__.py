"""One file a wire format: a reader turns the bytes of an exchange into what they say; `endpoints.py` lists them."""
