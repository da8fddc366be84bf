"""What only the inspector and exports read of a call, as one compressed pack beside its row.

A pack is JSON without the headers, then their four pieces (names and values, see headers.Joined), each after a zero
byte, which JSON never holds: headers are most of a pack, and so they are copied as they are. Those that can't be joined
stay in the JSON, and their pieces are empty. All is compressed against a dictionary of what such packs have in common.
Its own file because these texts are part of the format: a changed one is a further dictionary, with a further number.
"""

from __future__ import annotations

from base64 import b64decode
from functools import cache, lru_cache
from threading import get_ident
from typing import Final

import msgspec
import zstandard

from .call import JSON, Cost, Timing
from .copies import replace
from .entry import Entry
from .headers import Headers, Joined, Kept

LEVEL: Final = 1


class Details(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is kept of a call beside its row."""

    request_headers: Headers = ()
    response_headers: Headers = ()
    timing: Timing = Timing()
    usage: JSON = None
    cost: Cost = Cost()
    connection: str | None = None


NO_DETAILS: Final = Details()

TEXT = b"""{"timing":{"connect_ms":0.0,"tls_ms":null,"sent_ms":1.5,"first_byte_ms":350.0,"ttft_ms":351.0,\
"last_content_ms":900.0,"duration_ms":901.0,"events":[[]]},"usage":{"input_tokens":20,"input_tokens_details":\
{"cached_tokens":0},"output_tokens":10,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":30},"usage":\
{"prompt_tokens":20,"completion_tokens":10,"total_tokens":30,"prompt_tokens_details":{"cached_tokens":0,\
"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,\
"rejected_prediction_tokens":0}},"cost":{"usd":"0.00012","source":"priced","lines":[{"label":"input","quantity":"20",\
"unit":"token","rate":"1.25","per":1000000,"amount":"0.000025"},{"label":"cached input","quantity":"0","unit":"token",\
"rate":"0.125","per":1000000,"amount":"0"},{"label":"output","quantity":"10","unit":"token","rate":"10","per":1000000,\
"amount":"0.0001"}],"price_source":"genai-prices 0.2.3","price_date":"2026-11-22","note":null},"connection":"\
"}\0accept\naccept-language\nsec-fetch-mode\naccept-encoding\nconnection\ncontent-type\nuser-agent\nx-stainless-lang\n\
x-stainless-package-version\nx-stainless-os\nx-stainless-arch\nx-stainless-runtime\nx-stainless-runtime-version\n\
authorization\nx-stainless-async\nx-stainless-timeout\nhost\ncontent-length\ncookie\0AsyncOpenAI/JS 6.1.0\njs\n\
MacOS\narm64\nnode\nv22.9.0\nasync:asyncio\0date\ncontent-type\ncontent-length\nset-cookie\n\
strict-transport-security\nx-content-type-options\nserver\ncf-ray\ncontent-encoding\0text/event-stream; charset=utf-8\n\
gzip\0Host\nAccept-Encoding\nConnection\nAccept\nContent-Type\nUser-Agent\nX-Stainless-Lang\n\
X-Stainless-Package-Version\nX-Stainless-OS\nX-Stainless-Arch\nX-Stainless-Runtime\nX-Stainless-Runtime-Version\n\
Authorization\nX-Stainless-Async\nx-stainless-retry-count\nx-stainless-read-timeout\nContent-Length\0\
api.openai.com\ngzip, deflate, br, zstd\nkeep-alive\napplication/json\napplication/json\nOpenAI/Python 2.8.1\npython\n\
2.8.1\nLinux\nx64\nCPython\n3.13.0\nBearer [redacted]\nfalse\n0\n600\n1024\0Date\nContent-Type\nTransfer-Encoding\n\
Connection\naccess-control-expose-headers\nopenai-organization\nopenai-processing-ms\nopenai-project\n\
openai-version\nx-envoy-upstream-service-time\nx-ratelimit-limit-requests\nx-ratelimit-limit-tokens\n\
x-ratelimit-remaining-requests\nx-ratelimit-remaining-tokens\nx-ratelimit-reset-requests\n\
x-ratelimit-reset-tokens\nx-request-id\nx-openai-proxy-wasm\ncf-cache-status\nSet-Cookie\nStrict-Transport-Security\n\
X-Content-Type-Options\nServer\nCF-RAY\nalt-svc\0Sun, 22 Nov 2026 11:05:00 GMT\napplication/json\nchunked\n\
keep-alive\nX-Request-ID\nuser-\n350\nproj_\n2020-10-01\n400\n10000\n30000000\n9999\n29999990\n6ms\n0s\nreq_\nv0.1\n\
DYNAMIC\n[redacted]\nmax-age=31536000; includeSubDomains; preload\nnosniff\ncloudflare\n-FRA\nh3=":443"; ma=86400"""
"""What packs have in common."""

HEAD: Final = b64decode(
    "N6Qw7AIAAAAkEMiSJB3///////+XUr0CSgghBGp1lzuSUkoppZR3b7Z/VXYBMwMAAA6DhIEwWOUDAAQAQxIaAYADAAoTiw8CwkahAUgcAI0HAaAA"
    "ABiEwQFoAAAAWA7QNCsDAACkySMGZwQzUIAayCQ0BnDGAUMaYAAAAAABAAAABAAAAAgAAAA="
)
"""Begins the dictionary: its number, and how often each symbol comes in packs of chat calls, streams and embeddings, as
zstd's trainer (`ZDICT_finalizeDictionary`) counted them. Without it each pack would hold such tables."""

FIRST_TEXT = b"""{"request_headers":[["Host","api.openai.com"],["Accept","application/json"],["Accept-Encoding","gzip, \
deflate, br, zstd"],["Connection","keep-alive"],["Content-Type","application/json"],["User-Agent","OpenAI/Python 2.8"]\
,["X-Stainless-Lang","python"],["X-Stainless-Package-Version","2.8.1"],["X-Stainless-OS","Linux"],["X-Stainless-Arch",\
"x64"],["X-Stainless-Runtime","CPython"],["X-Stainless-Runtime-Version","3.13.0"],["Authorization","Bearer sk-\
"],["X-Stainless-Async","async:asyncio"],["X-Stainless-Async","false"],["x-stainless-retry-count","0"],\
["x-stainless-read-timeout","600"],["Content-Length","1024"]],"response_headers":[["Date","Sun, 22 Nov 2026 11:05:00 \
GMT"],["Content-Type","text/event-stream; charset=utf-8"],["Content-Type","application/json"],["Transfer-Encoding",\
"chunked"],["Connection","keep-alive"],["access-control-expose-headers","X-Request-ID"],["openai-organization",""],\
["openai-processing-ms","350"],["openai-project","proj_"],["openai-version","2020-10-01"],\
["x-envoy-upstream-service-time","400"],["x-ratelimit-limit-requests","10000"],["x-ratelimit-limit-tokens","30000000"],\
["x-ratelimit-remaining-requests","9999"],["x-ratelimit-remaining-tokens","29999990"],["x-ratelimit-reset-requests",\
"6ms"],["x-ratelimit-reset-tokens","0s"],["x-request-id","req_"],["x-openai-proxy-wasm","v0.1"],["cf-cache-status",\
"DYNAMIC"],["Set-Cookie","__cf_bm="],["Strict-Transport-Security","max-age=31536000; includeSubDomains; preload"],\
["X-Content-Type-Options","nosniff"],["Server","cloudflare"],["CF-RAY","-FRA"],["Content-Encoding","gzip"],["alt-svc",\
"h3=\\":443\\"; ma=86400"]],"timing":{"connect_ms":0.0,"tls_ms":null,"sent_ms":1.5,"first_byte_ms":350.0,"ttft_ms":\
351.0,"last_content_ms":900.0,"duration_ms":901.0,"events":[]},"usage":{"prompt_tokens":20,"completion_tokens":10,\
"total_tokens":30,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":\
{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0},"input_tokens":20,\
"input_tokens_details":{"cached_tokens":0},"output_tokens":10,"output_tokens_details":{"reasoning_tokens":0}},"cost":\
{"usd":"0.00012","source":"priced","lines":[{"label":"input","quantity":"20","unit":"token","rate":"1.25","per":1000000,\
"amount":"0.000025"},{"label":"cached input","quantity":"0","unit":"token","rate":"0.125","per":1000000,"amount":"0"},\
{"label":"output","quantity":"10","unit":"token","rate":"10","per":1000000,"amount":"0.0001"}],"price_source":\
"genai-prices","price_date":"2026-11-22","note":null},"connection":"\
"}"""
"""What packs have in common that are JSON alone, as all were at first. It stays, like the packs that need it."""

_packer = msgspec.json.Encoder(decimal_format="string")
_unpacker = msgspec.json.Decoder(Details)


def pack(entry: Entry) -> bytes:
    """The details of a call as the database keeps them."""
    call = entry.call
    (asked, *asked_pieces), (answered, *answered_pieces) = map(_pieces, (entry.request_headers, entry.response_headers))
    rest = Details(asked, answered, call.timing, call.usage.raw, call.cost, entry.connection)
    pieces = "\0".join(("", *asked_pieces, *answered_pieces))
    return _compressor().compress(_packer.encode(rest) + pieces.encode())


def unpack(data: bytes | None) -> Details:
    """The details in what `pack` made; empty ones for None."""
    if data is None:
        return NO_DETAILS
    number = zstandard.get_frame_parameters(data).dict_id
    rest, *pieces = _decompressor(number, get_ident()).decompress(data).split(b"\0")
    details = _unpacker.decode(rest)
    if not pieces:
        return details
    asked, asked_values, answered, answered_values = [piece.decode() for piece in pieces]
    return replace(
        details,
        request_headers=Joined(asked, asked_values).pairs() if asked else details.request_headers,
        response_headers=Joined(answered, answered_values).pairs() if answered else details.response_headers,
    )


def _pieces(headers: Kept) -> tuple[Headers, str, str]:
    """Headers for the JSON, then names and values for after it."""
    return ((), headers.names, headers.values) if isinstance(headers, Joined) else (headers, "", "")


@cache
def _compressor() -> zstandard.ZstdCompressor:
    common = zstandard.ZstdCompressionDict(HEAD + TEXT)
    common.precompute_compress(level=LEVEL)  # pyright: ignore[reportUnknownMemberType]
    return zstandard.ZstdCompressor(LEVEL, dict_data=common, write_checksum=False)


@lru_cache(64)
def _decompressor(number: int, thread: int) -> zstandard.ZstdDecompressor:
    """For packs that name the dictionary `number`; the first ones name none. Two threads may not use one at once."""
    del thread
    return zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(HEAD + TEXT if number else FIRST_TEXT))
