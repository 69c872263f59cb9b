"""How tools write names and their secrets: plans, reports, shells, clients, dialogues. Apart from the syntaxes in corpus.py."""

from __future__ import annotations

import json
import re


def named(k: str, v: str) -> dict[str, str]:
    """A name and its value as tools write them."""
    plain = re.sub(r"[-.]", "_", k)
    return {
        "describe": f"    Environment:\n      {k}:      {v}", "inspect": f'"Env": ["LANG=C", "{k}={v}", "TZ=UTC"]',
        "dataclass": f"Target(host='h', {plain}={v!r}, port=5432)",
        "pydantic": f"{plain}\n  Value error, not long enough [type=value_error, input_value='{v}', input_type=str]",
        "plan": f'      + {plain} = "{v}"', "changed plan": f'      ~ {plain} = "before" -> "{v}"',
        "ansible": f'ok: [web] => {{"invocation": {{"module_args": {{"{k}": "{v}", "state": "present"}}}}}}',
        "systemd": f'Environment="{k}={v}"', "windows": f"set {k}={v}", "fish": f"set -gx {plain} {v}", "powershell": f'$env:{plain} = "{v}"',
        "properties": f"app.{k}={v}", "hocon": f'warehouse {{\n  {plain} = "{v}"\n}}', "nginx": f'    set ${plain} "{v}";',
        "frame": f"[HTTP/2] [1] [{k}: {v}]", "sent": f"send: b'GET /x HTTP/1.1\\r\\nHost: h\\r\\n{k}: {v}\\r\\n\\r\\n'",
        "spark": f"--conf spark.hadoop.{k}={v} \\", "attribute pair": f'<add key="{k}" value="{v}" />', "map": f"map[a:b {k}:{v} z:1]",
        "php": f"    [{k}] => {v}", "typed": f'const {plain}: string = "{v}";', "go": f'var {plain} string = "{v}"', "makefile": f'{plain} ?= "{v}"',
        "next line": f'  "{k}":\n    "{v}"', "folded": f"{k}: >-\n  {v}\n", "element of lines": f"<{plain}>\n    {v}\n</{plain}>",
        "code in markdown": f"| `{k}` | `{v}` |", "pairs": f"[('a', 'b'), ('{k}', '{v}')]", "told again": f"{k}='{v}' | '{v}'",
    }


# `SECRET` stands for a password or a token without marks.
DIALOGUES = [
    'psycopg2.connect("host=pg user=etl password=SECRET dbname=dw")', "UID=etl;PWD={SECRET};Encrypt=yes",
    'ScramLoginModule required username="etl" password="SECRET";', json.dumps({"sasl.jaas.config": 'required username="e" password="SECRET";'}),
    "UNLOAD ('select 1') TO 's3://b' CREDENTIALS 'aws_access_key_id=x;aws_secret_access_key=SECRET'",
    "alter user etl with encrypted password 'SECRET';", "ALTER USER etl IDENTIFIED WITH mysql_native_password BY 'SECRET'",
    "ftp> user etl\n331 Please specify the password.\nPASS SECRET", "[INFO/MainProcess] Connected to amqp://etl:SECRET@mq:5672//",
    "mysqldump -h h -uetl -p'SECRET' dw", "S3FileSystem(key='x', secret='SECRET', client_kwargs={})",
    "S3Client(endpoint='https://r2', access_key='x', secret_key='SECRET')", "meltano config target-x set password 'SECRET'",
    'new NetworkCredential("etl", "SECRET")', 'curl_easy_setopt(c, CURLOPT_PASSWORD, "SECRET");', "psexec h -u Administrator -p SECRET cmd",
    "jdbc:redshift://h:5439/dw?user=etl&password=SECRET", "if password == 'SECRET':", "PW: SECRET",
]
# `KEY` stands for 32 letters and digits: keys of services whose formats tell nothing.
SERVICES = [
    "clarifai SECRET KEY", "Using browshot Key=KEY", 'cloudmersive: "KEY"', "calling the geoapify API\nUsing Key=KEY", "wistia token - 'KEY'",
    "<secret>{codacy AQAAABAAA KEY}</secret>", "GET https://api.acme.io/v1/x?key=KEY&page=2", 'wakatimeKey := "KEY"',
]
