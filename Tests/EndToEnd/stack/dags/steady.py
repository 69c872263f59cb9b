"""A DAG that works: one task, then one task mapped over three numbers."""

from __future__ import annotations

import logging

import pendulum
from airflow.sdk import dag, task


@dag(schedule=None, start_date=pendulum.datetime(2024, 1, 1, tz="UTC"), catchup=False)
def steady():
    @task
    def numbers() -> list[int]:
        logging.getLogger(__name__).info("three numbers to square")
        return [1, 2, 3]

    @task
    def square(number: int) -> int:
        print(f"{number} squared is {number * number}")
        return number * number

    square.expand(number=numbers())


steady()
