"""What passes between server and service."""

from wiretally.agent.simulation.service import Service

from tests.fake_openai import chat


def test_documents_are_compressed_where_that_is_accepted() -> None:
    plain, packed = (chat(Service(), {"accept-encoding": coding}) for coding in ("identity", "gzip, br"))
    assert dict(packed.headers)["content-encoding"] == "gzip"
    assert len(packed.pieces[0].data) < len(plain.pieces[0].data)
