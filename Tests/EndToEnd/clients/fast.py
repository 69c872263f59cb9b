"""FastMCP's own client."""

from __future__ import annotations

import asyncio
import json

import script
from fastmcp import Client


async def main() -> None:
    wanted = script.load()
    answers: list = []
    facts: dict = {}
    try:
        async with Client(wanted["url"], auth=wanted.get("token") or None, timeout=120) as client:
            for step in wanted["steps"]:
                try:
                    if "list" in step:
                        found = await getattr(client, "list_" + step["list"])()
                        answers.append({step["list"]: [script.plain(entry) for entry in found]})
                    elif "call" in step:
                        answers.append(script.plain(await client.session.call_tool(step["call"], step.get("with", {}))))
                    elif "get" in step:
                        answers.append(script.plain(await client.session.get_prompt(step["get"])))
                    else:
                        answers.append({"contents": [script.plain(entry) for entry in await client.read_resource(step["read"])]})
                except Exception as error:
                    answers.append(script.failure(error))
    except Exception as error:
        facts["failed"] = script.failure(error)["error"]
    script.finish(json.loads(json.dumps(answers)), **facts)


asyncio.run(main())
