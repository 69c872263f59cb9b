"""What every client program here does: reads a script from standard input, plays it, writes what came back to standard output.

The script is one JSON object: `url`, `token`, `mode` and `steps`. A step is {"list": "tools"}, {"call": NAME, "with": {...}},
{"get": PROMPT} or {"read": URI}. Answers come in the same order; a failure is an answer too, as {"error": {...}}.
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


async def play(steps: list, session) -> list:
    """Plays the steps on an object with the method names that the official sessions share."""
    answers = []
    for step in steps:
        try:
            if "list" in step:
                answers.append(plain(await getattr(session, "list_" + step["list"])()))
            elif "call" in step:
                answers.append(plain(await session.call_tool(step["call"], step.get("with", {}))))
            elif "get" in step:
                answers.append(plain(await session.get_prompt(step["get"])))
            else:
                answers.append(plain(await session.read_resource(step["read"])))
        except Exception as error:
            answers.append(failure(error))
    return answers
