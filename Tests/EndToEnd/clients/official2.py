"""The official Python client, version 2. Modes: auto, legacy, or a revision to be pinned to."""

from __future__ import annotations

import asyncio

import httpx2
import script
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def main() -> None:
    wanted = script.load()
    headers = {"Authorization": "Bearer " + wanted["token"]} if wanted.get("token") else {}
    answers: list = []
    facts: dict = {}
    try:
        async with httpx2.AsyncClient(headers=headers, timeout=120, follow_redirects=True) as http:
            transport = streamable_http_client(wanted["url"], http_client=http)
            async with Client(transport, mode=wanted.get("mode", "auto")) as client:
                facts = {"version": client.protocol_version}
                answers = await script.play(wanted["steps"], client)
    except Exception as error:
        facts["failed"] = script.failure(error)["error"]
    script.finish(answers, **facts)


asyncio.run(main())
