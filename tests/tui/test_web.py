import pytest
from aiohttp.test_utils import TestClient, TestServer
from wiretally.tui.web import WebScreen, is_own


@pytest.mark.parametrize(
    ("host", "origin", "own"),
    [
        ("127.0.0.1:8789", None, True),
        ("localhost:8789", "http://localhost:8789", True),
        ("127.0.0.1:8789", "https://evil.example", False),
        ("127.0.0.1:8789", "null", False),
        ("evil.example:8789", None, False),
        ("127.0.0.1:9999", None, False),
        ("127.0.0.1:8789", "http://127.0.0.1:9999", False),
        (None, None, False),
    ],
)
def test_only_the_pages_own_requests_pass(host: str | None, origin: str | None, own: bool) -> None:
    assert is_own(host, origin, 8789) is own


async def test_a_foreign_page_gets_neither_page_nor_socket() -> None:
    screen = WebScreen(0)
    app = await screen._make_app()  # pyright: ignore[reportPrivateUsage]
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        assert client.port is not None
        screen.port = client.port
        for path in ("/", "/ws", "/static/css/xterm.css"):
            for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
                answer = await client.get(path, headers=headers)
                assert answer.status == 403, path
        assert (await client.get("/static/css/xterm.css")).status in (200, 404)
