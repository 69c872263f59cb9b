"""The official Python client, version 1: sessions only."""

from __future__ import annotations

import asyncio

import script
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client


async def main() -> None:
    wanted = script.load()
    headers = {"Authorization": "Bearer " + wanted["token"]} if wanted.get("token") else {}
    answers: list = []
    facts: dict = {}
    try:
        async with streamablehttp_client(wanted["url"], headers=headers) as (reader, writer, _):
            async with ClientSession(reader, writer) as session:
                facts = {"version": (await session.initialize()).protocolVersion}
                answers = await script.play(wanted["steps"], session)
    except Exception as error:
        facts["failed"] = script.failure(error)["error"]
    script.finish(answers, **facts)


asyncio.run(main())
