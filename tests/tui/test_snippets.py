import pytest
from wiretally.agent.errors import UsageError
from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store
from wiretally.tui.snippets import read_snippet

from ..agent.made import entry


def test_a_call_comes_as_curl_and_as_python_without_its_key(place: Home, store: Store) -> None:
    store.save([entry(1)])
    with Reader(place.database) as reader:
        curl, code = read_snippet(1, "curl", reader), read_snippet(1, "python", reader)
        with pytest.raises(UsageError, match="there is no call 99"):
            read_snippet(99, "curl", reader)
    assert curl.startswith("curl https://api.openai.com/v1/chat/completions")
    assert "$OPENAI_API_KEY" in curl
    assert "from openai import OpenAI" in code
