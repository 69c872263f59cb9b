"""What the tests ask of each Airflow MCP server: one allowed call, one refused, its log tool and its way to rendered templates."""

from __future__ import annotations

from dataclasses import dataclass, field

LOG = {"dag_id": "leaky_log", "dag_run_id": "manual_louver", "task_id": "prints"}
SHELL = {"dag_id": "leaky_render", "dag_run_id": "manual_louver", "task_id": "shell"}
CALL = {"dag_id": "leaky_render", "dag_run_id": "manual_louver", "task_id": "call"}


@dataclass(frozen=True)
class Server:
    """One server: calls are (tool, arguments)."""

    name: str
    allowed: tuple[str, dict]
    refused: tuple[str, dict]
    leaking: list[tuple[str, dict]]
    modern: bool = False
    tools: list[str] = field(default_factory=list)

    @property
    def permitted(self) -> list[str]:
        return sorted({self.allowed[0], *(tool for tool, _ in self.leaking), *self.tools})


SERVERS = {
    server.name: server
    for server in [
        Server(
            "astro",
            allowed=("list_dags", {}),
            refused=("delete_dag_run", {"dag_id": "steady", "dag_run_id": "manual_louver"}),
            leaking=[("get_task_logs", LOG), ("get_task_instance", SHELL), ("get_task_instance", CALL)],
            tools=["get_dag_details", "trigger_dag_and_wait"],
        ),
        Server(
            "plugin",
            allowed=("list_dags", {}),
            refused=("delete_dag_run", {"dag_id": "steady", "dag_run_id": "manual_louver"}),
            leaking=[("get_task_logs", LOG), ("get_task_instance", SHELL), ("get_task_instance", CALL)],
        ),
        Server(
            "aams",
            allowed=("airflow_list_dags", {"instance": "default"}),
            refused=("airflow_clear_dag_run", {"instance": "default", "dag_id": "steady", "dag_run_id": "manual_louver"}),
            leaking=[
                ("airflow_get_task_instance_logs", {"instance": "default", **LOG, "try_number": 1}),
                ("airflow_get_task_instance", {"instance": "default", **SHELL, "include_rendered": True}),
                ("airflow_get_task_instance", {"instance": "default", **CALL, "include_rendered": True}),
            ],
            tools=["airflow_list_instances"],
        ),
        # Its log tool fails on Airflow 3, with or without a proxy; what it leaks is task instances and XCom.
        Server(
            "msaa",
            allowed=("fetch_dags", {}),
            refused=("delete_dag", {"dag_id": "steady"}),
            leaking=[
                ("get_task_instance", SHELL),
                ("get_task_instance", CALL),
                ("get_xcom_entry", {**CALL, "xcom_key": "return_value"}),
            ],
            modern=True,
        ),
        Server(
            "ams",
            allowed=("get_dags", {}),
            refused=("delete_dag", {"dag_id": "steady"}),
            leaking=[("get_log", {**LOG, "try_number": 1}), ("get_task_instance", SHELL), ("get_task_instance", CALL)],
        ),
        Server(
            "maa",
            allowed=("list_dags", {}),
            refused=("trigger_dag", {"dag_id": "steady"}),
            leaking=[("get_task_instance_logs", LOG), ("get_task_instance_details", SHELL), ("get_task_instance_details", CALL)],
            modern=True,
        ),
    ]
}


LAX = "guard: { unknown_arguments: allow }\n"


def policy(tools: list[str], *, limits: str = "", rules: str = "", more: str = LAX) -> str:
    """A policy that lets the analysts use these tools and nothing else. Scripted tools have no schemas worth the name, so unless `more` says
    otherwise they take any argument."""
    return f"""version: 1
name: end-to-end
{more}principals:
  analysts: {{ claims: {{ groups: {{ any: [analytics] }} }} }}
rules:
  - id: read-only
    allow: tools/call
    tools: [{", ".join(tools)}]
    principals: [analysts]
{rules}{limits}"""
