"""Makes FabAuthManager's tables and one user of each role; prints their ids. Runs in Airflow's own environment, with its settings.

Reads from standard input a JSON object of name and password. One program, because each start of Airflow's command line takes seconds.
"""

from __future__ import annotations

import json
import sys

from airflow.providers.common.compat.sdk import conf
from airflow.utils.providers_configuration_loader import providers_configuration_loaded
from airflow.utils.session import create_session


@providers_configuration_loaded
def main() -> None:
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
    from airflow.providers.fab.auth_manager.models.db import FABDBManager

    assert conf.get("core", "auth_manager").endswith(".FabAuthManager")
    with create_session() as session:
        FABDBManager(session).upgradedb()
    ids = {}
    with get_application_builder() as builder:
        builder.sm.sync_roles()
        for name, password in json.load(sys.stdin).items():
            role = builder.sm.find_role(name.capitalize())
            user = builder.sm.add_user(name, name, "Tester", f"{name}@airflow.test", role, password)
            ids[name] = user.id
    json.dump(ids, sys.stdout)


main()
