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
        "bold": f"**{k}**: {v}", "anchor": f"{k}: &x {v}", "tag": f"{k}: !!str {v}", "cdata": f"<{k}><![CDATA[{v}]]></{k}>",
        "element with attribute": f'<{plain} encrypted="no">{v}</{plain}>', "element with prefix": f'<wsse:{plain} Type="t">{v}</wsse:{plain}>',
        "plist": f"<key>{k}</key><string>{v}</string>", "parameter": f'{{"ParameterKey": "{k}", "ParameterValue": "{v}"}}',
        "parameter flag": f"ParameterKey={k},ParameterValue={v}", "block of values": f'set {{\n  name  = "{k}"\n  value = "{v}"\n}}',
        "form field": f'Content-Disposition: form-data; name="{k}"\n\n{v}\n--x--', "r": f'{plain} <- "{v}"',
        "inserted": f"INSERT INTO t (id, {plain}) VALUES (1, '{v}');", "qualified": f"{plain.upper()}_PROD={v}",
        "indented cell": f"  {k}                {v}",
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
# What clients, calls and devices are given; `SECRET` stands for a word with digits, or a token.
CLIENTS = [
    "crane auth login r.io -u etl -p SECRET", "rabbitmqadmin -u etl -p SECRET list queues", "poetry publish -u u -p SECRET",
    "ssh-keygen -t rsa -N 'SECRET' -f k", "snmpwalk -v3 -u u -A SECRET h", "xfreerdp /u:etl /p:SECRET /v:h", "net user etl SECRET /add",
    "schtasks /create /ru etl /rp SECRET /tn x", "impdp etl/SECRET directory=d", "rman target sys/SECRET@DW", "bteq .LOGON td/etl,SECRET;",
    "cx_Oracle.connect('u/SECRET@h/x')", "grafana-cli admin reset-admin-password SECRET", "pdftk x.pdf input_pw SECRET output y.pdf",
    "htpasswd -nb etl SECRET", "isql -v DW etl SECRET", "auth-user-pass etl SECRET", "PRIVMSG NickServ :IDENTIFY SECRET",
    "mc alias set m http://h:9000 KEYID SECRET", "setx db_password SECRET", "consul kv put app/db_password SECRET",
    "etcdctl put /app/db_password 'SECRET'", "ENV DB_PASSWORD SECRET", "gh secret set MAIL --body SECRET", "curl --cert c.pem:SECRET https://x",
    "poetry config http-basic.acme u SECRET", "user etl on >SECRET ~* +@all", '"AUTH" "SECRET"', "NICK bot\nPASS SECRET",
    "username admin privilege 15 secret 0 SECRET", "snmp-server community SECRET RO", "tacacs-server key SECRET",
    'Credentials.basic("u", "SECRET")', 'new UsernamePasswordCredentials("u", "SECRET")', "l.simple_bind_s('cn=x', 'SECRET')",
    'DriverManager.getConnection("jdbc:x", "u", "SECRET")', "new PDO('mysql:host=h', 'u', 'SECRET');", "ftplib.FTP('h', 'u', 'SECRET')",
    "ssh.connect('h', 22, 'u', 'SECRET')", "hmac.new(b'SECRET', msg, hashlib.sha256)", "jwt.encode({'a': 1}, 'SECRET', algorithm='HS256')",
    "SELECT pgp_sym_decrypt(c, 'SECRET') FROM t;", "ENGINE = MySQL('h:3306', 'd', 't', 'u', 'SECRET')", 'ds.setPassword("SECRET");',
    'sql.Open("mysql", "u:SECRET@tcp(h:3306)/d")', "['mysqldump', '-u', 'root', '-pSECRET', 'app']", "basic.auth.user.info=KEYID:SECRET",
    'resource "random_password" "x" { result = "SECRET" }', 'trino.auth.BasicAuthentication("etl", "SECRET")',
    "redis.Redis(host='h', password='SECRET')", 'lftp -e "open -u etl,SECRET sftp://h; bye"',
]
# What people and programs write to each other; `SECRET` stands for a password as people make them.
SENTENCES = [
    "the root password of h1 is SECRET", "I reset your password to SECRET", "password changed from old to SECRET", "password is: SECRET",
    'Please use "SECRET" as the password.', "Your temporary password is SECRET", "default password (SECRET) still active",
    "Admin credentials: admin / SECRET", "connecting as etl/SECRET", "login with etl and SECRET", "you can log in with SECRET",
    "user etl, password SECRET", "trying password SECRET", "unlocked with passphrase SECRET", "PASSWORD SECRET", "password - SECRET",
    "password → SECRET", "das Passwort ist SECRET", "la contraseña es SECRET", "mot de passe : SECRET", "root:SECRET",
    "Enter passphrase for key '/x': SECRET", "service account etl has password SECRET", "the pw of h1 is SECRET",
]
