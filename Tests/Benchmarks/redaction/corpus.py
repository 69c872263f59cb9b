"""Lines with planted secrets, made from a seed, apart from Tests/RedactionCorpus: other formats, other names, other syntaxes.

A row is a tier, a label, the secrets and the text. Tiers: `format` (credentials with a format of their own, anywhere in a log line), `name`
(values drawn at random under a telling name), `word` (passwords as people make them), `structure` (URIs, command lines, files, SQL, keys),
`disguise` (each of them made hard to see), `context` (names and values as tools write them), `client` (what commands, calls and devices are
given), `sentence` (what people write to each other), all three of contexts.py.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import random
import re
import re._parser as pattern_parser
import string
import urllib.parse
import zlib
from dataclasses import dataclass
from pathlib import Path

import contexts

ALNUM = string.ascii_letters + string.digits
STANDARD = ALNUM + "+/"


@dataclass
class Row:
    tier: str
    label: str
    secrets: list[str]
    text: str


class Corpus:
    """All rows of one seed; `size` multiplies how many."""

    def __init__(self, seed: int, size: int = 3):
        self.random = random.Random(seed)
        self.size = size
        self.rows: list[Row] = []
        self.formats = {}
        for line in (Path(__file__).parent / "formats.tsv").read_text().splitlines():
            if not line.startswith("#"):
                name, pattern = line.split("\t")
                self.formats[name] = (pattern_parser.parse(pattern.replace("(?i)", "")), re.compile(pattern))
        self.make_formats()
        self.make_names()
        for _ in range(10 * size):
            self.make_structures()
        for _ in range(4 * size):
            self.make_disguises()
        for _ in range(2 * size):
            self.make_contexts()

    def add(self, tier: str, label: str, secret: str | list[str], text: str) -> None:
        self.rows.append(Row(tier, label, [secret] if isinstance(secret, str) else secret, text))

    # Values ------------------------------------------------------------------------------------------------------------------------

    def text(self, count: int | None = None, letters: str = ALNUM) -> str:
        return "".join(self.random.choice(letters) for _ in range(count or self.random.randint(20, 44)))

    def hex(self, count: int = 32) -> str:
        return self.text(count, "0123456789abcdef")

    def token(self, count: int | None = None) -> str:
        """Letters of both cases and digits."""
        while True:
            made = self.text(count)
            if re.search(r"\d", made) and made.lower() != made and made.upper() != made:
                return made

    def bytes(self, count: int) -> bytes:
        return self.random.randbytes(count)

    def password(self) -> str:
        words = "Pepper purple Winter summer Dragon monkey Berlin rocket Falcon coffee Tiger ocean Maple quartz Shadow".split()
        word, other = self.random.choice(words), self.random.choice(words).lower()
        number, mark = str(self.random.randint(1, 9999)), self.random.choice("!@#$%&*?-_.")
        return self.random.choice([
            f"{word}{number}{mark}", f"{word}-{other}-{number}", word + other + number, mark + word + number + mark,
            word.lower() + number + mark, word + mark + number + other, f"{other}_{number}{word}",
        ])

    def made(self) -> str:
        """Two words and a number, without marks that a shell or a sentence would read."""
        words = "Granite willow Cobalt lantern Orchid badger Cinder maple Velvet comet Quartz raven".split()
        word, other = self.random.choice(words).capitalize(), self.random.choice(words).lower()
        number = str(self.random.randint(10, 9999))
        return self.random.choice([word + other + number, other + number + word, f"{word}_{other}{number}", f"{other}-{word}-{number}"])

    def value(self) -> str:
        return self.random.choice([
            lambda: self.token(), lambda: self.token(32), lambda: self.hex(32), lambda: self.hex(40),
            lambda: base64.b64encode(self.bytes(32)).decode(), lambda: base64.urlsafe_b64encode(self.bytes(24)).decode(),
        ])()

    def time(self) -> str:
        number = self.random.randint
        return f"2026-{number(1, 12):02}-{number(1, 28):02} {number(0, 23):02}:{number(0, 59):02}:{number(0, 59):02}"

    def expand(self, parsed) -> str:
        """A text that the pattern matches."""
        out = ""
        for operation, value in parsed:
            match str(operation):
                case "LITERAL":
                    out += chr(value)
                case "IN":
                    out += self.random.choice(members(value))
                case "MAX_REPEAT" | "MIN_REPEAT":
                    least, most, part = value
                    most = min(int(most), least + (0 if least == 0 and int(most) <= 1 else 8))
                    out += "".join(self.expand(part) for _ in range(self.random.randint(least, max(least, most))))
                case "SUBPATTERN":
                    out += self.expand(value[3])
                case "BRANCH":
                    out += self.expand(self.random.choice(value[1]))
                case "CATEGORY":
                    out += self.random.choice(string.digits)
                case "NOT_LITERAL" | "ANY":
                    out += self.random.choice(ALNUM)
        return out

    def credential(self, name: str) -> tuple[str, str]:
        """A text of that format and the part of it that is the secret."""
        parsed, pattern = self.formats[name]
        while True:
            made = self.expand(parsed)
            if name == "jwt":
                # Its header is public.
                header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"%d"}' % self.random.randint(1, 999)).decode().rstrip("=")
                secret = made.split(".", 1)[1]
                return f"{header}.{secret}", secret
            # A look ahead, such as for the host behind a password, is not part of what was made.
            for text in (made, made + "db.example.com"):
                if found := pattern.search(text):
                    return text, (found[1] if pattern.groups else None) or found[0]

    # Tiers -------------------------------------------------------------------------------------------------------------------------

    def make_formats(self) -> None:
        for name in self.formats:
            for _ in range(2 * self.size):
                text, secret = self.credential(name)
                self.add("format", name, secret, self.random.choice(self.contexts(text)))

    def contexts(self, s: str) -> list[str]:
        t = self.time()
        return [
            f"[{t},123] {{taskinstance.py:1157}} INFO - using {s}",
            f"[{t.replace(' ', 'T')}.123+0000] {{logging_mixin.py:190}} INFO - token={s}, retrying",
            f'{{"timestamp":"{t}","level":"info","event":"calling api with {s}","logger":"task.stdout"}}',
            f"{t} ERROR requests.exceptions.HTTPError: 401 Client Error for url: https://api.example.com/v1?key={s}",
            f'curl -H "X-Auth: {s}" https://api.example.com/v1/things', f"headers={{'X-Auth': '{s}', 'Accept': '*/*'}}",
            f'  File "/opt/airflow/dags/x.py", line 10, in f\n    client = Client("{s}")', f'export TOKEN="{s}"', f"value: {s}", f"- {s}",
            f"<a>{s}</a>", f"({s})", f"[{s}]", f"{s},{s[:3]}", f"`{s}`", f"got {s}.", f"{s}\n", f"MY_VAR={s}", f'env: {{"A": "{s}"}}',
            f"config.set({s!r})", f"|{s}|", f'"{s}"', f"x='{s}';", f"/path/{s}/end", f"file={s}.json", f"user@{s}", f"a={s}&b=1", f"x;{s};y",
            f"{s}@host", f"INFO  [main] c.e.App : initialised with credentials {s} for tenant 42",
            f"26/11/21 07:12:44 WARN Client: spark.executorEnv.X={s}", f'\\"{s}\\"', f"step failed: stderr: fatal: {s}\\nexit 1",
        ]

    def make_names(self) -> None:
        for names, is_strong in ((STRONG, True), (MEDIUM, False)):
            for name in names:
                for syntax in syntaxes(name, "x"):
                    if self.random.random() >= 0.12 * self.size:
                        continue
                    value = self.value() if not is_strong or self.random.random() < 0.6 else self.password()
                    tier = "word" if is_strong and len(value) < 20 else "name"
                    self.add(tier, syntax, value, syntaxes(name, value)[syntax])

    def make_structures(self) -> None:
        choose = self.random.choice
        password = choose([self.token(16), self.password(), self.token(24)])
        escaped = urllib.parse.quote(password, safe="")
        scheme = choose(SCHEMES)
        host = choose(["db.example.com:5432", "10.0.0.5", "localhost", "host.docker.internal:3306", "[::1]:5432"])
        uri = f"{scheme}://user:{escaped}@{host}/db"
        self.add("structure", "uri", escaped, choose([
            uri, f"Connecting to {uri}?sslmode=require", f"engine = create_engine('{uri}')", f"AIRFLOW_CONN_X={uri}",
            f'"sql_alchemy_conn": "{uri}"', f"{scheme}://:{escaped}@{host}/0", json.dumps(uri), uri.replace("/", "\\/"),
        ]))
        if not set(password) & set("@/?#"):
            self.add("structure", "uri-raw", password, f"{scheme}://user:{password}@{host}/db")
        token = self.token(40)
        self.add("structure", "git", token, choose([
            f"git clone https://user:{token}@github.com/o/r.git", f"Cloning into 'r'... remote: https://oauth2:{token}@gitlab.com/o/r.git",
            f"git clone https://{token}@github.com/o/r.git", f"fatal: unable to access 'https://x-access-token:{token}@github.com/o/r/'",
        ]))
        basic = base64.b64encode(f"user:{password}".encode()).decode()
        self.add("structure", "basic", basic, choose(AUTHORIZATIONS).replace("Bearer TOKEN", f"Basic {basic}"))
        token = self.token(40)
        self.add("structure", "bearer", token, choose(AUTHORIZATIONS + BEARERS).replace("TOKEN", token))
        token = self.token(32)
        self.add("structure", "cookie", token, choose(COOKIES).replace("TOKEN", token))
        for line in self.random.sample(COMMANDS, 6):
            token = self.token(choose([14, 20, 28]))
            self.add("structure", "command " + " ".join(line.split()[:2]), token, line.replace("TOKEN", token))
        for line in [choose(STATEMENTS)] + self.random.sample(FILES, 6):
            token = self.token(choose([14, 20, 28]))
            self.add("structure", line.replace("\n", " ")[:26], token, line.replace("TOKEN", token))
        key = "AK" + "IA" + self.text(16, string.ascii_uppercase + "234567")
        secret = self.text(40, STANDARD)
        pair = choose(["{} {}", "{}:{}", '"{}","{}"', "Access key ID,Secret access key\n{},{}", "aws_key={}, aws_sec={}"])
        self.add("structure", "aws-pair", secret, pair.format(key, secret))
        signature = self.hex(64)
        self.add("structure", "presigned", signature, f"https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature={signature}")
        signature = urllib.parse.quote(base64.b64encode(self.bytes(32)).decode(), safe="")
        self.add("structure", "sas", signature, f"https://a.blob.core.windows.net/c/b?sv=2022-11-02&ss=b&sig={signature}&se=2027")
        encoded = base64.b64encode(f"u:{self.token(20)}".encode()).decode()
        self.add("structure", "docker-auth", encoded, f'{{"auths":{{"r.io":{{"auth":"{encoded}"}}}}}}')
        self.make_key()

    def make_contexts(self) -> None:
        for names, is_strong in ((STRONG, True), (MEDIUM, False)):
            for form in contexts.named("x", "x"):
                value = self.password() if is_strong and self.random.random() < 0.5 else self.value()
                self.add("context", form, value, contexts.named(self.random.choice(names), value)[form])
        for text in contexts.DIALOGUES:
            token = self.token(self.random.choice([14, 20, 28]))
            self.add("context", text.replace("\n", " ")[:26], token, text.replace("SECRET", token))
        for text in contexts.CLIENTS:
            token = self.random.choice([self.token(20), self.made()])
            self.add("client", text.replace("\n", " ")[:26], token, text.replace("SECRET", token))
        for text in contexts.SENTENCES:
            token = self.made()
            self.add("sentence", text[:26], token, text.replace("SECRET", token))
        for text in contexts.SERVICES:
            token = self.token(32)
            self.add("context", text.replace("\n", " ")[:26], token, text.replace("KEY", token))

    def make_key(self) -> None:
        lines = [self.text(64, STANDARD) for _ in range(self.random.randint(3, 10))] + [self.text(30, STANDARD) + "=="]
        label = self.random.choice(["RSA ", "", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA "]) + "PRIVATE KEY"
        whole = [f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"]
        event = lambda line: json.dumps({"timestamp": self.time(), "event": line, "level": "info"})
        forms = {
            "lines": "\n".join(whole), "escaped": "\\n".join(whole), "json": json.dumps({"k": "\n".join(whole)}),
            "json in json": json.dumps({"x": json.dumps({"k": "\n".join(whole)})}),
            "log lines": "\n".join(f"[{self.time()}] {{x.py:1}} INFO - {line}" for line in whole), "events": "\n".join(map(event, whole)),
            "events with others": "\n".join(event(line) + "\n" + event("heartbeat ok") for line in whole), "no end": "\n".join(whole[:-1]),
            "no beginning": "\n".join(lines + whole[-1:]), "spaces": " ".join(whole), "indented": "\n".join("    " + line for line in whole),
            "crlf": "\r\n".join(whole), "list": repr(whole), "container": "\n".join("2026-11-21T07:00:00.1Z stdout F " + line for line in whole),
            "base64": base64.b64encode("\n".join(whole).encode()).decode(), "repr of events": repr([{"event": line} for line in whole]),
            "flat": "\n".join(f"2026-11-21T07:00:00 INFO {line} chan=stdout logger=task" for line in whole),
        }
        for form in self.random.sample(list(forms), 5):
            self.add("structure", f"key, {form}", [forms[form]] if form == "base64" else lines, forms[form])

    def make_disguises(self) -> None:
        token, _ = self.credential(self.random.choice("github slack openai aws-key-id gitlab stripe databricks vault npm digitalocean sendgrid hf".split()))
        before, after = self.random.choice([("token is ", " ok"), ("using ", ""), ("API_TOKEN=", " done")])
        for name, text in disguised(token, before, after).items():
            self.add("disguise", name, token, text)
        if self.random.random() < 0.5:
            password = self.token(24)
            for name, text in disguised(password, "db_password=", "").items():
                if name not in NOT_UNDER_NAMES:
                    self.add("disguise", name, password, text)


def members(parts) -> list[str]:
    letters: list[str] = []
    for operation, value in parts:
        match str(operation):
            case "LITERAL":
                letters.append(chr(value))
            case "RANGE":
                letters += [chr(code) for code in range(value[0], value[1] + 1)]
            case "CATEGORY":
                letters += string.digits if str(value) == "CATEGORY_DIGIT" else " " if str(value) == "CATEGORY_SPACE" else ALNUM
            case "NEGATE":
                return list(ALNUM)
    return letters


STRONG = """password passwd db_password DB_PASS PGPASSWORD secret_key SECRET_KEY client_secret clientSecret private_key_passphrase fernet_key
AIRFLOW__CORE__FERNET_KEY AIRFLOW__WEBSERVER__SECRET_KEY AIRFLOW__API_AUTH__JWT_SECRET smtp_password AIRFLOW__SMTP__SMTP_PASSWORD sfPassword
aws_secret_access_key AWS_SECRET_ACCESS_KEY spark.hadoop.fs.s3a.secret.key ssl.keystore.password ssl.key.password ldap_bind_password bind_pw
javax.net.ssl.trustStorePassword keyStorePassword ansible_become_pass ansible_ssh_pass webhook_secret hmac_secret jwt_secret session_secret
cookie_secret otp_secret consumer_secret app_secret root_password admin_password admin_pass redis_password RABBITMQ_DEFAULT_PASS
MINIO_SECRET_KEY ELASTIC_PASSWORD KAFKA_SASL_PASSWORD sasl.password ssh_password key_passphrase proxy_password userPassword dbPassword
MYSQL_ROOT_PASSWORD mysql_pwd SNOWFLAKE_PASSWORD conn_password login_password Password PASSWORD passphrase secret Secret SECRET""".split()
MEDIUM = """api_key apiKey x-api-key X-Api-Key access_token refresh_token auth_token id_token encryption_key signing_key account_key AccountKey
SharedAccessKey AWS_SESSION_TOKEN vault_token VAULT_TOKEN github_token GH_TOKEN GITLAB_TOKEN DATABRICKS_TOKEN SLACK_BOT_TOKEN
SENDGRID_API_KEY OPENAI_API_KEY DD_API_KEY DD_APP_KEY NEW_RELIC_LICENSE_KEY master_key session_key token Token TOKEN apikey APIKEY credential
sas_token authToken accessToken bot_token personal_access_token X-Auth-Token X-Vault-Token PRIVATE-TOKEN bearer_token service_key storage_key
primary_access_key access_key secret_access_key subscription_key Ocp-Apim-Subscription-Key""".split()
SCHEMES = """postgresql postgresql+psycopg2 mysql mysql+pymysql mongodb mongodb+srv redis rediss amqp amqps https http ftp sftp snowflake
mssql+pyodbc oracle+cx_oracle clickhouse trino hive2 smtp ldap s3 vertica presto cassandra elasticsearch nats kafka""".split()


def syntaxes(k: str, v: str) -> dict[str, str]:
    """A name and its value in every syntax that logs, files and commands have for them."""
    q, plain = json.dumps, re.sub(r"[-.]", "_", k)
    return {
        "=": f"{k}={v}", " = ": f"{k} = {v}", ": ": f"{k}: {v}", "json": f'{{"{k}": "{v}"}}', "json, tight": f'{{"a":1,"{k}":"{v}","b":2}}',
        "python": f"{{'{k}': '{v}', 'x': None}}", "json in json": q({"extra": q({k: v})}), "json, three deep": q({"m": q({"extra": q({k: v})})}),
        "json in python": repr({"extra": q({k: v})}), "go": f"{{{k}:{v} other:1}}", "ruby": f':{plain}=>"{v}"', "yaml": f'  {k}: "{v}"\n  x: y',
        "yaml, plain": f"conf:\n  {k}: {v}\n  other: 1", "yaml, block": f"{k}: |\n  {v}\n", "toml": f'{k} = "{v}"', "ini": f"[s]\n{k} = {v}\n",
        "xml": f"<{k}>{v}</{k}>", "xml attribute": f'<c {k}="{v}"/>', "kubernetes": f"- name: {k}\n  value: {v}",
        "kubernetes, quoted": f'- name: {k}\n  value: "{v}"', "kubernetes, json": q({"name": k, "value": v}), "tuple": f"('{k}', '{v}')",
        "arrow": f"{k} -> {v}", ":=": f'{k} := "{v}"', "hash": f'"{k}" => "{v}"', "flag": f"cmd --{k} {v} --x", "flag=": f"cmd --{k}={v} --x",
        "java": f"java -D{k}={v} -jar x", "query": f"https://h/x?a=1&{k}={urllib.parse.quote(v, safe='')}&c=2",
        "form": f"a=1&{k}={urllib.parse.quote_plus(v)}", "header": f"{k}: {v}\r\nAccept: */*", "logfmt": f'level=info {k}="{v}" x=1',
        "logfmt, plain": f"level=info msg=hi {k}={v} x=1", "table": f"| {k} | {v} |", "padded": f"{k}      = {v}",
        "arguments": f"connect(host='h', {plain}='{v}', port=1)", "export": f"export {k}={v}", "set": f"SET {k}='{v}'",
        "dictionary": f"conf['{k}'] = '{v}'", "environ": f"os.environ['{k}'] = \"{v}\"", "is": f"{k} is {v}", "is, quoted": f'{k} is "{v}"',
        "docker": f"docker run -e {k}={v} img", "csv": f'"{k}","{v}"', "html": html.escape(f'{{"{k}": "{v}"}}'),
        "percent": urllib.parse.quote(f"{k}={v}"), "assignment": f"{k}='{v}'", "bytes": f"{{'{k}': b'{v}'}}", "escaped": f"line1\\n{k}={v}\\nline3",
        "escaped member": f'\\"{k}\\": \\"{v}\\"', "spaced json": f'{{\n  "{k}" : "{v}"\n}}',
    }


AUTHORIZATIONS = [
    "Authorization: Bearer TOKEN", "'Authorization': 'Bearer TOKEN'", "authorization: Bearer TOKEN", '{"Authorization":"Bearer TOKEN"}',
    "> Authorization: Bearer TOKEN",
]
BEARERS = [
    '-H "Authorization: Bearer TOKEN"', "Authorization=Bearer TOKEN", "authorization: token TOKEN", 'Authorization: Token token="TOKEN"',
    "Proxy-Authorization: Bearer TOKEN", '"Authorization" : [ "Bearer TOKEN" ]', "Authorization: ApiKey TOKEN", "Authorization: TOKEN",
    "send: b'GET / HTTP/1.1\\r\\nAuthorization: Bearer TOKEN\\r\\n'",
]
COOKIES = [
    "Cookie: session=TOKEN", "Set-Cookie: sessionid=TOKEN; Path=/; HttpOnly", "cookie: JSESSIONID=TOKEN; lang=en", "PHPSESSID=TOKEN",
    "'Cookie': 'a=b; connect.sid=TOKEN'", "Set-Cookie: auth_token=TOKEN; Secure", 'curl -b "sid=TOKEN" https://h',
    "Cookie: _session_id=TOKEN", "cookies={'sessionid': 'TOKEN'}",
]
COMMANDS = [
    "mysql -u root -pTOKEN app", "mysqldump --password=TOKEN db", "sshpass -p TOKEN ssh u@h", "sshpass -p 'TOKEN' scp a b",
    "curl -u admin:TOKEN https://h", 'curl --user "bob:TOKEN" https://h', "wget --password=TOKEN https://h", "wget --http-password=TOKEN u",
    "docker login -u bob -p TOKEN r.io", "helm registry login r -u x -p TOKEN", "az login --service-principal -u a -p TOKEN --tenant t",
    "az storage blob list --account-key TOKEN", "sqlcmd -S h -U sa -P TOKEN", "bcp t in f -S h -U sa -P TOKEN -c",
    "beeline -u jdbc:hive2://h:10000 -n u -p TOKEN", "snowsql -a acc -u u --password TOKEN", "redis-cli -h h -a TOKEN ping",
    "ldapsearch -x -D cn=admin -w TOKEN -b dc=x", "sqlplus scott/TOKEN@ORCL", "keytool -list -storepass TOKEN -keypass TOKEN",
    "openssl rsa -passin pass:TOKEN -in k.pem", "net use Z: \\\\h\\s /user:bob TOKEN", "PGPASSWORD=TOKEN psql -h h",
    'psql "host=h user=u password=TOKEN dbname=d"', "kubectl create secret generic x --from-literal=password=TOKEN",
    "kubectl create secret generic x --from-literal=api-token=TOKEN", "airflow connections add w --conn-password TOKEN --conn-type x",
    "airflow connections add w --conn-uri postgres://u:TOKEN@h/d", "airflow variables set partner_api_token TOKEN",
    "airflow users create --username a --password TOKEN --role Admin", "aws configure set aws_secret_access_key TOKEN",
    "vault kv put secret/app password=TOKEN", "vault login token=TOKEN", "dbt run --vars '{\"db_password\": \"TOKEN\"}'",
    "spark-submit --conf spark.ssl.keyPassword=TOKEN x.py", 'terraform apply -var="db_password=TOKEN"',
    "terraform apply -var db_password=TOKEN", "ansible-playbook x -e 'ansible_become_pass=TOKEN'", "gpg --batch --passphrase TOKEN -d f",
    "7z x -pTOKEN a.7z", "zip -P TOKEN a.zip f", "unzip -P TOKEN a.zip", "mongo -u a -p TOKEN --authenticationDatabase admin",
    "mongodump --password TOKEN", "rabbitmqctl add_user bob TOKEN", "smbclient //h/s -U bob%TOKEN", "twine upload -u __token__ -p TOKEN d/*",
    "npm config set //r/:_authToken TOKEN", "psql postgresql://u:TOKEN@h/d", "ldapadd -w TOKEN -D cn=x", "htpasswd -b f bob TOKEN",
    "cqlsh -u c -p TOKEN h", "clickhouse-client --password TOKEN -q 1", "impala-shell --ldap_password=TOKEN",
    "sqoop import --connect jdbc:mysql://h/d --username u --password TOKEN --table t", "hdfs dfs -Dfs.s3a.secret.key=TOKEN -ls /",
    "databricks secrets put --scope a --key b --string-value TOKEN", "export PASSWORD=TOKEN; ./run", "set PGPASSWORD=TOKEN",
    "lftp -u bob,TOKEN sftp://h", "ftp: USER bob\nPASS TOKEN", "rclone config create r s3 secret_access_key=TOKEN",
]
STATEMENTS = [
    "CREATE USER x IDENTIFIED BY 'TOKEN'", 'CREATE USER x IDENTIFIED BY "TOKEN"', "ALTER ROLE x WITH PASSWORD 'TOKEN'",
    "ALTER USER x PASSWORD 'TOKEN'", "CREATE USER u PASSWORD = 'TOKEN' DEFAULT_ROLE = R", "azure_storage_account_key='TOKEN'",
    "COPY INTO t FROM 's3://b' CREDENTIALS=(AWS_KEY_ID='x' AWS_SECRET_KEY='TOKEN')", "dblink('host=h user=u password=TOKEN')",
    "CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET 'TOKEN')", "CREATE LOGIN x WITH PASSWORD = N'TOKEN'", "OPTIONS (user 'u', password 'TOKEN')",
    "CREATE SERVER s OPTIONS (host 'h', PASSWORD 'TOKEN')", "GRANT ALL ON *.* TO 'u'@'%' IDENTIFIED BY 'TOKEN'",
    "ENCRYPTION = (TYPE='AWS_SSE' MASTER_KEY = 'TOKEN')", "CREATE DATABASE LINK l CONNECT TO u IDENTIFIED BY TOKEN USING 'h'",
]
FILES = [
    "machine h login bob password TOKEN", "machine h\nlogin bob\npassword TOKEN\n", "machine h password TOKEN login bob", "h:5432:db:bob:TOKEN",
    "//registry.npmjs.org/:_authToken=TOKEN", "index-url = https://u:TOKEN@pypi.example.com/simple", "    token: TOKEN\n  name: u",
    "--extra-index-url https://u:TOKEN@p.example.com/simple", "[DEFAULT]\nhost = https://x.cloud.databricks.com\ntoken = TOKEN",
    "Driver={ODBC Driver 17};Server=h;UID=u;PWD=TOKEN;", "Server=h;Database=d;User Id=u;Password=TOKEN;",
    "jdbc:sqlserver://h:1433;databaseName=d;user=u;password=TOKEN", "jdbc:mysql://h/d?user=u&password=TOKEN", "jdbc:oracle:thin:u/TOKEN@h:1521/x",
    "jdbc:snowflake://a.snowflakecomputing.com/?user=u&password=TOKEN&db=d", "stringData:\n  api-key: TOKEN", "password_prod: TOKEN",
    'sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="TOKEN";',
    "spring.datasource.password=TOKEN", "requirepass TOKEN", "masterauth TOKEN", "rootpw TOKEN", "bindpw TOKEN",
    '"password": {"value": "TOKEN"}', "-----\nUsername: bob\nPassword: TOKEN\n", "user=bob;pass=TOKEN;", "username/password: bob/TOKEN",
    "credentials: bob:TOKEN", "creds=bob:TOKEN", '"auth": ["bob", "TOKEN"]', "auth=('bob', 'TOKEN')", "HTTPBasicAuth('bob', 'TOKEN')",
    "login bob with password TOKEN", 'redis.call("AUTH", "TOKEN")', "AUTH TOKEN", "CONFIG SET requirepass TOKEN",
]
# What needs a format to be known by: without one, half a value or a bare encoding is no secret to anybody.
NOT_UNDER_NAMES = set("""homoglyph wrapped indented log-lines events concatenation implicit soft-break base64-token base64-value 0x shell crlf
full-width utf-16 base64-lines hexdump xxd""".split())
LOOKALIKES = str.maketrans("aeopcxyiAEOPCTBHKM", "аеорсхуіАЕОРСТВНКМ")


def hexdump(text: str) -> str:
    rows = []
    for at in range(0, len(text), 16):
        row = text[at : at + 16].encode()
        pairs = " ".join(f"{byte:02x}" for byte in row[:8]) + "  " + " ".join(f"{byte:02x}" for byte in row[8:])
        rows.append(f"{at:08x}  {pairs.strip():48}  |{text[at : at + 16]}|")
    return "\n".join(rows)


def xxd(text: str) -> str:
    rows = []
    for at in range(0, len(text), 16):
        row = text[at : at + 16].encode()
        rows.append(f"{at:08x}: {row.hex(' ', 2):39}  {text[at : at + 16]}")
    return "\n".join(rows)


def disguised(s: str, before: str, after: str) -> dict[str, str]:
    """The same secret in the same line, made hard to see: colours, what has no width, other alphabets, breaks, encodings."""
    half, line = len(s) // 2, before + s + after
    put = lambda text: before + text + after
    each = lambda form: put("".join(form % ord(letter) for letter in s))
    log = "[2026-11-21, 07:00:00 UTC] {x.py:1} INFO - "
    encode = lambda raw: base64.b64encode(raw if isinstance(raw, bytes) else raw.encode()).decode()
    inside = {
        "ansi": "\x1b[31m", "ansi-literal": "\\x1b[31m", "ansi-unicode": "\\u001b[0m", "ansi-octal": "\\033[1m", "zero-width": "\u200b",
        "joiner": "\u200d", "byte-order-mark": "\ufeff", "word-joiner": "\u2060", "soft-hyphen": "\u00ad", "override": "\u202e",
        "isolate": "\u2066", "grapheme-joiner": "\u034f", "tag": "\U000e0041", "variation": "\ufe0f", "nul": "\0", "delete": "\x7f", "c1": "\x85",
        "backspace": "x\x08", "wrapped": "\n", "indented": "\n    ", "shell": "\\\n", "crlf": "\r\n", "soft-break": "=\n",
    }
    made = {name: put(s[:half] + mark + s[half:]) for name, mark in inside.items()}
    made |= {
        "ansi-around": put(f"\x1b[1;32m{s}\x1b[0m"), "full-width": put("".join(chr(ord(letter) + 0xFEE0) for letter in s)),
        "homoglyph": put(s[:6].translate(LOOKALIKES) + s[6:]), "utf-16": put("\0".join(s)),
        "log-lines": log + before + s[:half] + "\n" + log + s[half:] + after,
        "events": json.dumps({"event": before + s[:half]}) + "\n" + json.dumps({"event": s[half:] + after}),
        "concatenation": put(f"'{s[:half]}' + '{s[half:]}'"), "implicit": put(f"('{s[:half]}'\n '{s[half:]}')"),
        "unicode": each("\\u%04x"), "some-unicode": put(s[:3] + "".join("\\u%04x" % ord(letter) for letter in s[3:7]) + s[7:]),
        "bytes": each("\\x%02x"), "octal": each("\\%03o"), "percent": each("%%%02X"), "some-percent": put(f"{s[:4]}%{ord(s[4]):02x}{s[5:]}"),
        "percent-twice": each("%%25%02X"), "entities": each("&#%d;"), "hex-entities": each("&#x%x;"),
        "quoted-printable": put("".join("=%02X" % ord(letter) if at % 5 == 0 else letter for at, letter in enumerate(s))),
        "base64": "payload " + encode(line), "base64-token": "payload " + encode(s), "base64-value": "x=" + encode(s),
        "base64-json": json.dumps({"data": encode(line)}), "data-uri": "data:text/plain;base64," + encode(line),
        "base64-url": "p " + base64.urlsafe_b64encode(line.encode()).decode().rstrip("="), "base64-twice": "p " + encode(encode(line)),
        "base64-lines": "p\n" + base64.encodebytes((line * 3).encode()).decode(), "gzip": "p " + encode(gzip.compress(line.encode() * 2)),
        "zlib": "p " + encode(zlib.compress(line.encode() * 2)), "base32": "p " + base64.b32encode(line.encode()).decode(),
        "hex": "p " + line.encode().hex(), "hex-capitals": "p " + line.encode().hex().upper(), "0x": "p 0x" + s.encode().hex(),
        "json, three deep": json.dumps({"a": json.dumps({"b": json.dumps({"c": line})})}), "hexdump": hexdump(line), "xxd": xxd(line),
    }
    return made
