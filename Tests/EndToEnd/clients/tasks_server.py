"""A server of the official library, version 1, whose one tool runs as a task where a call asks for it. Its argument is the port."""

from __future__ import annotations

import contextlib
import sys

import mcp.types as types
import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Mount

KEY = "AKIA" + "Q4M7NVX2KPL5WZ3R"
server = Server("tasks")
server.experimental.enable_tasks()


@server.list_tools()
async def tools() -> list[types.Tool]:
    return [types.Tool(name="work", inputSchema={"type": "object"}, execution=types.ToolExecution(taskSupport="optional"))]


@server.call_tool()
async def call(name: str, arguments: dict):
    context = server.request_context
    if not context.experimental.is_task:
        return [types.TextContent(type="text", text=f"at once with {KEY}")]

    async def work(task) -> types.CallToolResult:
        await task.update_status(f"half done with {KEY}")
        return types.CallToolResult(content=[types.TextContent(type="text", text=f"later with {KEY}")])

    return await context.experimental.run_task(work)


manager = StreamableHTTPSessionManager(app=server)


@contextlib.asynccontextmanager
async def life(_):
    async with manager.run():
        yield


uvicorn.run(Starlette(routes=[Mount("/mcp", app=manager.handle_request)], lifespan=life), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
