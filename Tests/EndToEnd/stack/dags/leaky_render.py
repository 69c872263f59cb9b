"""A DAG whose rendered templates and XCom hold credentials."""

from __future__ import annotations

import pendulum
import planted
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def gives_a_token(**_: object) -> str:
    return planted.GITHUB


with DAG("leaky_render", schedule=None, start_date=pendulum.datetime(2024, 1, 1, tz="UTC"), catchup=False):
    shell = BashOperator(
        task_id="shell",
        bash_command=(
            f"echo curl -H 'Authorization: Bearer {planted.JWT}' https://api.internal/v1 "
            f"&& : psql '{planted.DB_URL}' -c 'select 1' && : note={{{{ var.value.innocent_note }}}}"
        ),
        env={
            "AWS_ACCESS_KEY_ID": planted.AWS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": planted.AWS_SECRET,
            "DB_PASSWORD": planted.DB_PASSWORD,
            "DEPLOY": planted.GITHUB,
            "PATH": "/usr/bin:/bin",
        },
    )
    call = PythonOperator(
        task_id="call",
        python_callable=gives_a_token,
        op_kwargs={
            "dsn": planted.DB_URL,
            "api_key": planted.API_KEY,
            "headers": {"authorization": "Bearer " + planted.JWT},
            "blob": planted.PEM,
        },
    )
    shell >> call
