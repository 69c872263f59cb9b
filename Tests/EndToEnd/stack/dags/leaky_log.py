"""A DAG whose tasks print credentials, in the ways that real tasks do."""

from __future__ import annotations

import logging

import pendulum
import planted
from airflow.sdk import Variable, dag, task


@dag(schedule=None, start_date=pendulum.datetime(2024, 1, 1, tz="UTC"), catchup=False)
def leaky_log():
    @task
    def prints() -> None:
        print(f"aws_access_key_id = {planted.AWS_KEY_ID}")
        print(f"aws_secret_access_key = {planted.AWS_SECRET}")
        print(f"> Authorization: Bearer {planted.JWT}")
        print(f"connecting to {planted.DB_URL}")
        print(planted.PEM)
        print(f"git clone https://x-access-token:{planted.GITHUB}@github.com/acme/etl.git")
        print(f"posting to slack as {planted.SLACK}")
        print(f"session={planted.SESSION}")
        print('{"api_key": "%s", "region": "eu-west-1"}' % planted.API_KEY)
        print(planted.MANIFEST)
        print(planted.TABLE)
        logging.getLogger("etl").warning("retrying with token %s", planted.GITHUB)
        print(f"loaded 18231 rows from {Variable.get('innocent_note')[:6]} in 4.2 s")

    @task
    def raises() -> None:
        raise ConnectionError(f"could not connect to {planted.DB_URL}: FATAL: password authentication failed")

    prints() >> raises()


leaky_log()
