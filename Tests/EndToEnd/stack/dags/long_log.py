"""A DAG that writes a long log: conf {"lines": N, "width": W}."""

from __future__ import annotations

import pendulum
import planted
from airflow.sdk import dag, get_current_context, task


@dag(schedule=None, start_date=pendulum.datetime(2024, 1, 1, tz="UTC"), catchup=False)
def long_log():
    @task
    def chatter() -> None:
        conf = get_current_context()["dag_run"].conf or {}
        for line in range(int(conf.get("lines", 20_000))):
            print(f"line {line:07d} ".ljust(int(conf.get("width", 100)), "x"))
        print("last words: " + planted.GITHUB)

    chatter()


long_log()
