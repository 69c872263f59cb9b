"""What every client program here does: reads a script from standard input, plays it, writes what came back to standard output.

The script is one JSON object: `url`, `token`, `mode` and `steps`. A step is {"list": "tools"}, {"call": NAME, "with": {...}},
{"get": PROMPT}, {"read": URI} or {"task": NAME}. Answers come in the same order; a failure is an answer too, as {"error": {...}}.
"""

from __future__ import annotations

import json
import sys


def load() -> dict:
    return json.load(sys.stdin)


def finish(answers: list, **facts: object) -> None:
    json.dump({"answers": answers, **facts}, sys.stdout)


def plain(value: object) -> object:
    """A model of the client's library as JSON, with the names of the wire."""
    return json.loads(value.model_dump_json(by_alias=True, exclude_none=True))


def failure(error: BaseException) -> dict:
    inner = error
    while isinstance(inner, BaseExceptionGroup) and inner.exceptions:
        inner = inner.exceptions[0]
    detail = getattr(inner, "error", None)
    told = {"type": type(inner).__name__, "message": str(inner)}
    if detail is not None:
        told["code"] = getattr(detail, "code", None)
        told["data"] = getattr(detail, "data", None)
    return {"error": told}


async def task(tool: str, session) -> dict:
    """Has a call become a task, and follows it to its result. Version 1 of the official library only."""
    from mcp.types import CallToolResult

    tasks = session.experimental
    made = plain(await tasks.call_tool_as_task(tool, {}))
    id = made["task"]["taskId"]
    states = [plain(state) async for state in tasks.poll_task(id)]
    result = plain(await tasks.get_task_result(id, CallToolResult))
    return {"made": made, "states": states, "result": result, "list": plain(await tasks.list_tasks())}


async def play(steps: list, session) -> list:
    """Plays the steps on an object with the method names that the official sessions share."""
    answers = []
    for step in steps:
        try:
            if "list" in step:
                answers.append(plain(await getattr(session, "list_" + step["list"])()))
            elif "call" in step:
                answers.append(plain(await session.call_tool(step["call"], step.get("with", {}))))
            elif "task" in step:
                answers.append(await task(step["task"], session))
            elif "get" in step:
                answers.append(plain(await session.get_prompt(step["get"])))
            else:
                answers.append(plain(await session.read_resource(step["read"])))
        except Exception as error:
            answers.append(failure(error))
    return answers
