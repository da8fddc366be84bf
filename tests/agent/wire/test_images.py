"""Images: tokens where they are told, else by image."""

from __future__ import annotations

from .drafts import answered, asked, streamed

PATH = "/v1/images/generations"
USAGE = {
    "input_tokens": 30,
    "input_tokens_details": {"text_tokens": 10, "image_tokens": 20},
    "output_tokens": 1000,
    "output_tokens_details": {"image_tokens": 900, "text_tokens": 100},
    "total_tokens": 1030,
}


def test_tokens_of_images_are_told_apart() -> None:
    draft = answered(asked(PATH, {"model": "gpt-image-1.5", "prompt": "a cat"}), {"data": [{}], "usage": USAGE})
    assert draft.usage is not None
    assert (draft.usage.image_tokens, draft.usage.image_output_tokens, draft.usage.images) == (20, 900, 1)


def test_without_usage_images_are_counted() -> None:
    draft = answered(asked(PATH, {"prompt": "a cat", "n": 2, "size": "256x256"}), {"data": [{}, {}]})
    assert draft.usage is not None
    assert (draft.model_requested, draft.usage.images, draft.usage.source) == ("dall-e-2", 2, "reported")
    assert (draft.extra["size"], draft.extra["quality"]) == ("256x256", "standard")


def test_a_form_is_read_like_json() -> None:
    form = (
        b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\ndall-e-2\r\n'
        b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n\x89PNG\r\n--x--\r\n'
    )
    assert asked("/v1/images/variations", form).model_requested == "dall-e-2"


def test_a_stream_ends_with_its_completed_event() -> None:
    draft = asked(PATH, {"stream": True})
    partial = {"type": "image_generation.partial_image", "b64_json": "AAAA"}
    whole = {"type": "image_generation.completed", "b64_json": "AAAA", "usage": USAGE}
    assert streamed(draft, partial, whole) == [True, True]
    assert draft.ended
    assert draft.usage is not None
    assert draft.usage.total_tokens == 1030
