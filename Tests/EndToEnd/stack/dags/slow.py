"""A DAG that runs for conf {"seconds": N}, one line a second: for calls that wait for it."""

from __future__ import annotations

import time

import pendulum
from airflow.sdk import dag, get_current_context, task


@dag(schedule=None, start_date=pendulum.datetime(2024, 1, 1, tz="UTC"), catchup=False)
def slow():
    @task
    def tick() -> None:
        conf = get_current_context()["dag_run"].conf or {}
        for second in range(int(conf.get("seconds", 30))):
            print(f"tick {second}", flush=True)
            time.sleep(1)

    tick()


slow()
