import Core
import TestSupport

/// Lines without a secret that look as if they might hold one: ids, digests, names, code, prose.
public enum BenignLines {
    /// That many lines.
    public static func lines(seed: UInt64, count: Int) -> [String] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { make($0, &random) }
    }

    /// A log of at least that many bytes as tasks write it: mostly Airflow and Spark, some HTTP clients, no names of secrets.
    public static func log(seed: UInt64, bytes: Int) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        var out: [UInt8] = []
        out.reserveCapacity(bytes + 1_024)
        while out.count < bytes {
            out += Array(logLine(&random).utf8)
            out.append(0x0A)
        }
        return out
    }

    private static func logLine(_ r: inout SeededGenerator) -> String {
        let head = "[\(r.stamp())] {\(r.pick(["taskinstance", "logging_mixin", "base", "sql"])).py:\(r.number(10...3000))} INFO - "
        switch Int.random(in: 0..<10, using: &r) {
        case 0, 1, 2:
            return head + "Marking task as SUCCESS. dag_id=\(r.name()), task_id=\(r.name()), run_id=scheduled__2026-11-21T00:00:00+00:00"
        case 3:
            return head + "\(r.name()) wrote \(r.number(1...99999)) rows to analytics.\(r.name()) in \(r.number(1...99)).\(r.digits(2)) s"
        case 4: return platforms(&r)
        case 5:
            return
                """
                  File \"/opt/airflow/dags/\(r.name()).py\", line \(r.number(1...2000)), in \(r.name())\n    return \
                self.\(r.name())(context)
                """
        case 6:
            return head
                + "Running statement: SELECT \(r.name()), \(r.name()) FROM analytics.\(r.name()) WHERE ds = '2026-11-21', parameters: None"
        case 7:
            return
                """
                {\"timestamp\":\"\(r.stamp())\",\"level\":\"info\",\"event\":\"Rows written: \
                \(r.number(1...9999))\",\"logger\":\"task.stdout\"}
                """
        case 8:
            return head + "https://s3.eu-west-1.amazonaws.com:443 \"GET /lake/\(r.name())/part-\(r.digits(5)).parquet HTTP/1.1\" 200 None"
        default:
            return
                """
                \(r.number(1...99)) of 99 OK created sql table model \(r.name()).\(r.name()) [SELECT \(r.number(1...99999)) in \
                1.\(r.digits(2))s]
                """
        }
    }

    private static func make(_ index: Int, _ random: inout SeededGenerator) -> String {
        switch index % 12 {
        case 0, 1: return airflow(&random)
        case 2: return ids(&random)
        case 3: return digests(&random)
        case 4: return code(&random)
        case 5: return prose(&random)
        case 6: return names(&random)
        case 7: return placeholders(&random)
        case 8: return platforms(&random)
        case 9: return encoded(&random)
        case 10: return urls(&random)
        default: return sql(&random)
        }
    }

    private static func airflow(_ r: inout SeededGenerator) -> String {
        let head =
            """
            [\(r.stamp())] \
            {\(r.pick(["taskinstance", "local_task_job_runner", "standard_task_runner", "logging_mixin", "base"])).py:\
            \(r.number(10...3000))} \(r.pick(["INFO", "WARNING", "DEBUG", "ERROR"])) - 
            """
        return head
            + r.pick([
                """
                Dependencies all met for dep_context=non-requeueable deps ti=<TaskInstance: \(r.name()).\(r.name()) \
                scheduled__2026-11-21T00:00:00+00:00 [queued]>
                """,
                """
                Exporting env vars: AIRFLOW_CTX_DAG_OWNER='airflow' AIRFLOW_CTX_DAG_ID='\(r.name())' \
                AIRFLOW_CTX_TASK_ID='\(r.name())' AIRFLOW_CTX_TRY_NUMBER='1'
                """,
                "Running <TaskInstance: \(r.name()).\(r.name()) manual__\(r.stamp())> on host \(r.hex(12))",
                """
                Marking task as SUCCESS. dag_id=\(r.name()), task_id=\(r.name()), run_id=scheduled__2026-11-21T00:00:00+00:00, \
                start_date=20261121T000000, end_date=20261121T000100
                """,
                "Task exited with return code 0", "1 downstream tasks scheduled from follow-on schedule check",
                "Started process \(r.number(100...99999)) to run task",
                "Retrieving connection 'warehouse_\(r.name())'", "Using connection ID 'aws_default' for task execution.",
                "Pushing xcom key=return_value from \(r.name())",
                "Could not find variable 'partner_api_token_expiry', using the default",
                "Secrets backend loaded: airflow.providers.hashicorp.secrets.vault.VaultBackend",
                "Token refresh was successful, it expires in 3600 seconds",
                "Connection tested: password authentication is enabled for user svc_\(r.name())",
                "FileSensor poking for key: s3://lake/\(r.name())/dt=2026-11-21/_SUCCESS",
                "AWS Connection (conn_id='aws_default', conn_type='aws') credentials retrieved from login and password.",
                "Found credentials from IAM Role: airflow-worker-role",
                """
                KubernetesPodOperator: pod \(r.name())-\(r.text(8, from: Letters.lower + Letters.digits)) started, label \
                airflow_kpo_in_cluster=True
                """,
                "DagFileProcessorManager: session \(r.uuid()) finished in 0.\(r.digits(3))s",
                "Trigger fired event TriggerEvent<{'status': 'success', 'dbt_run_id': \(r.number(10000000...99999999))}>",
            ])
    }

    private static func ids(_ r: inout SeededGenerator) -> String {
        r.pick([
            "request_id=\(r.uuid()) trace_id=\(r.hex(32)) span_id=\(r.hex(16))",
            "x-amz-request-id: \(r.text(16, from: "0123456789ABCDEFGHJKMNPQRSTVWXYZ")) x-amz-id-2: \(r.text(56, from: Letters.base64))",
            "application_\(r.digits(13))_\(r.digits(4)) container_e\(r.digits(2))_\(r.digits(13))_\(r.digits(4))_01_\(r.digits(6))",
            "j-\(r.text(13, from: Letters.upper + Letters.digits)) step s-\(r.text(13, from: Letters.upper + Letters.digits))",
            "QueryId: 01b\(r.hex(5))-\(r.hex(4))-\(r.hex(4))-\(r.hex(4))-\(r.hex(12))",
            "job_\(r.text(28, from: Letters.url)) bquxjob_\(r.hex(8))_\(r.hex(11))",
            "session_id=\(r.number(100000...999999)) conversation=\(r.uuid())",
            "traceparent: 00-\(r.hex(32))-\(r.hex(16))-01",
            "pod \(r.name())-\(r.hex(10))-\(r.text(5, from: Letters.lower + Letters.digits)) uid \(r.uuid())",
            "ami-\(r.hex(17)) subnet-\(r.hex(17)) sg-\(r.hex(8)) vpc-\(r.hex(17)) i-\(r.hex(17))",
            "arn:aws:iam::\(r.digits(12)):role/service-role/AWSGlueServiceRole-\(r.name())",
            "cluster_id=\(r.digits(4))-\(r.digits(6))-\(r.text(8, from: Letters.lower + Letters.digits)) run_id=\(r.digits(15))",
            "etag: W/\"\(r.hex(32))\" last-modified: Sat, 21 Nov 2026 07:12:44 GMT",
            "message_id=\(r.digits(16)) ack_id=\(r.text(160, from: Letters.url))",
            "client_id=\(r.digits(12))-\(r.text(32, from: Letters.lower + Letters.digits)).apps.googleusercontent.com",
            "tenant_id=\(r.uuid()) subscription=\(r.uuid()) object_id: \(r.uuid())",
            "access_key_id_count=3 key_id=\(r.uuid()) kid=\(r.hex(40))",
            """
            secret_id=\(r.uuid()) secret_name=prod/db \
            secret_arn=arn:aws:secretsmanager:eu-west-1:\(r.digits(12)):secret:prod/db-\(r.text(6, from: Letters.base62))
            """,
            "nextToken=null page_token=\(r.text(40, from: Letters.url)) cursor=\(r.text(24, from: Letters.base62))",
            "continuation_token: \(r.text(60, from: Letters.url))", "operation-\(r.digits(13))-\(r.hex(13))-\(r.hex(8))-\(r.hex(8))",
        ])
    }

    private static func digests(_ r: inout SeededGenerator) -> String {
        r.pick([
            "Pulling image registry.example.com/etl@sha256:\(r.hex(64))", "commit \(r.hex(40)) (HEAD -> main)",
            "pandas==2.2.3 --hash=sha256:\(r.hex(64)) --hash=sha256:\(r.hex(64))", "md5 (\(r.name()).csv) = \(r.hex(32))",
            "\"integrity\": \"sha512-\(r.text(86, from: Letters.base64))==\"",
            "SHA256:\(r.text(43, from: Letters.base64)) root@host (ED25519)", "checksum=\(r.hex(64)) size=\(r.number(100...9999999))",
            "DAG hash \(r.hex(32)) changed to \(r.hex(32))",
            "Digest: sha256:\(r.hex(64))\nStatus: Image is up to date", "linux-64::numpy-1.26.4-py311h\(r.hex(7))_0 md5=\(r.hex(32))",
            "content-md5: \(r.text(22, from: Letters.base64))==", "Merge \(r.hex(7))..\(r.hex(7)) into main",
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ\(r.text(340, from: Letters.base64))= bob@host",
            """
            -----BEGIN CERTIFICATE-----\nMIID\(r.text(60, from: Letters.base64))\n\(r.text(64, from: Letters.base64))\n-----END \
            CERTIFICATE-----
            """,
            "{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":\"\(r.hex(16))\",\"n\":\"\(r.text(342, from: Letters.url))\",\"e\":\"AQAB\"}",
            "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\(r.text(32, from: Letters.base64))\n-----END PUBLIC KEY-----",
            "certificate fingerprint \((0..<20).map { _ in r.hex(2).uppercased() }.joined(separator: ":"))",
            "x5t#S256=\(r.text(43, from: Letters.url)) cnf ok", "layer \(r.hex(12)): Already exists",
        ])
    }

    private static func code(_ r: inout SeededGenerator) -> String {
        r.pick([
            "    password = Variable.get('db_password')", "conn = psycopg2.connect(host=host, user=user, password=password)",
            "token = self._get_token(scope=scope)", "secret = os.environ[\"APP_SECRET\"]",
            "def set_password(self, password: str, *, secret_key: str = DEFAULT_KEY) -> None:",
            "api_key=api_key or os.getenv('API_KEY'),", "if not token: raise ValueError('token is required')",
            "hook = S3Hook(aws_conn_id='aws_default'); keys = hook.list_keys(bucket_name=bucket, prefix=prefix)",
            "    return {'Authorization': f'Bearer {token}'}",
            "headers = {\"Authorization\": \"Bearer \" + access_token}",
            "  File \"/usr/lib/python3.12/site-packages/\(r.name())/auth.py\", line \(r.number(1...900)), in get_access_token",
            "password: Optional[str] = None", "tokenizer = AutoTokenizer.from_pretrained(model, max_tokens=4096)",
            "KeyError: 'access_token'", "AttributeError: 'NoneType' object has no attribute 'password'",
            "self.secret_store = SecretStore(backend=backend)", "assert password == confirm_password",
            "passwords = [row.password for row in rows]", "def __init__(self, token=None, secret=None):",
            "{{ conn.warehouse.password }} {{ var.value.api_token }}", "sort_keys=True, primary_key='order_id', key=lambda row: row.id",
            "const apiKey = process.env.API_KEY;", "String password = config.getString(\"db.password\");",
            "password=\"{{ var.value.db_password }}\"", "secretKeyRef:\n  name: db-credentials\n  key: password",
            "class TokenBucketRateLimiter(BaseRateLimiter):", "from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook",
            "x = session.query(TaskInstance).filter(TaskInstance.key == key).one()", "val token: Token = tokens.next()",
            "password_hash = bcrypt.hashpw(password, salt)", "fn verify(password: &str, hash: &str) -> bool {",
            "self._credentials = credentials",
            "{{- $password := include \"\(r.name()).password\" . -}}", "{%- set unique_key_str = unique_key | join(', ') -%}",
            "read -s -p \"Password: \" password", "$pwd = ConvertTo-SecureString -String $x",
            "__all__ = [\"SmtpCredentials\", \"SMTPServer\"]",
            "uses: actions/create-github-app-token@\(r.hex(40)) # v2", "--- PASS: TestCatalogToken\(r.digits(1)) (0.05s)",
            "tests/test_\(r.name()).py::test_password_reset[a-b] PASSED [ 40%]", "[\"connection_string\", \"suggested_class\"]",
        ])
    }

    private static func prose(_ r: inout SeededGenerator) -> String {
        r.pick([
            "The password must contain at least 12 characters", "Please enter your password: ",
            "Invalid token: expected identifier but found keyword", "Your session has expired, please log in again",
            "Basic usage of the operator is described in the docs", "secret: a kubernetes secret that holds the kubeconfig",
            "token: string (required)", "Authentication failed: bad username or password",
            "Rotating credentials for service account \(r.name())@project.iam.gserviceaccount.com",
            "The bearer token authentication method is deprecated", "api key: see the settings page of your account",
            "password authentication failed for user \"svc_\(r.name())\"", "No password supplied",
            "WARNING: secret scanning is disabled for this repository", "unexpected token < in JSON at position 0",
            "Could not authenticate: token has expired at \(r.stamp())", "The key is missing from the configuration",
            "password is required", "Password was changed successfully", "token is invalid or expired", "secret is not set",
            "cookie: accepted by the user", "Access key: not configured", "Token endpoint: https://login.example.com/oauth2/token",
            "passphrase: (empty for no passphrase)",
            """
            Uploaded \(r.number(1...999)) objects; total tokens: \(r.number(1000...99999)), prompt_tokens=\(r.number(10...9999)), \
            completion_tokens=\(r.number(10...999))
            """,
            "Größe der Datei: \(r.number(1...999)) kB, Schlüssel: nicht gesetzt", "日本語のログ: パスワードが必要です", "می‌خواهم این متن بدون تغییر بماند",
            "👩‍💻 deploy finished 🎉",
            "the root token of the tree is a node", "login with OAuth2 is enabled", "admin/settings2Page.html",
            "root:x:0:0:root:/root:/bin/bash",
            "password policy version is Strong2Factor", "token for dag run is manual__2026-01-01",
            "das Passwort muss mindestens 8 Zeichen lang sein",
            "he said: \"secret: nothing to see here\" and left", "auth: enabled, tls: disabled, password policy: strict",
            "The private key file could not be read: permission denied", "connection string: not provided",
        ])
    }

    private static func names(_ r: inout SeededGenerator) -> String {
        r.pick([
            "max_tokens=4096 token_type=bearer token_count=\(r.number(1...9999))",
            "primary_key=order_id partition_key=2026-11-21 sort_key=ds", "password_policy=strict password_min_length=12",
            "token_expires_at=\(r.stamp()) expires_in=3600", "cache_key=\(r.name())/v2/\(r.number(1...99))", "idempotency_key=\(r.uuid())",
            "PWD=/opt/airflow/dags OLDPWD=/opt/airflow", "secret_backend=airflow.secrets.local_filesystem.LocalFilesystemBackend",
            "auth_type=oauth2 auth_url=https://login.example.com/authorize", "private_key_path=/home/airflow/.ssh/id_rsa",
            "SSH_AUTH_SOCK=/run/ssh-XXXXabcd/agent.12", "kms_key_id=\(r.uuid())",
            "GPG_KEY=\(r.hex(40).uppercased())", "key=value token=none secret=***",
            "session=<sqlalchemy.orm.session.Session object at 0x7f\(r.hex(10))>", "host_key_checking=False known_hosts_key=ssh-ed25519",
            "api_version=2024-01-01 api_endpoint=https://api.example.com",
            "public_key=ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI\(r.text(43, from: Letters.base64))",
            "tokens_per_second: 41.7, tokenizer: bpe, vocab_size: 32000", "password_file=/run/secrets/db_password",
            "API_KEY_FILE=/etc/keys/api.key", "xcom_key=return_value map_key=\(r.number(0...9))",
            "foreign_key=fk_orders_customer unique_key=(id, ds)", "routing_key=celery.default queue=default",
            "secret_version=\(r.number(1...40)) secret_stage=AWSCURRENT",
            "token_budget: \(r.number(100...90000)) remaining_tokens: \(r.number(10...9000))",
            "AIRFLOW__CORE__FERNET_KEY_CMD=cat /run/secrets/fernet", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET=sql_alchemy_conn",
            "AIRFLOW__SECRETS__BACKEND_KWARGS={\"connections_prefix\": \"airflow/connections\"}",
            "sensitive_var_conn_names = comma,separated,list", "existingSecret: \(r.name())-postgresql",
            "passwordSecretKey: \(r.name())-password",
            "checksum/secret: \(r.hex(64))", "\"file_token\":\"\(r.text(21, from: Letters.url))\"",
            "credentials: env:REGISTRY_SECRET\(r.digits(1))",
            "clientSecret: $dex.github.clientSecret", "passwordKey: postgres-password", "--token-auth-file=/etc/kubernetes/tokens.csv",
        ])
    }

    private static func placeholders(_ r: inout SeededGenerator) -> String {
        r.pick([
            "password=***", "\"password\": \"***\"", "token: ${API_TOKEN}", "secret={{ var.value.secret }}", "password: <your-password>",
            "api_key=$API_KEY", "postgresql://user:***@host:5432/db", "postgresql://${USER}:${PASSWORD}@host/db", "password=None",
            "\"token\": null", "secret: \"\"", "password: '{{ password }}'",
            "Authorization: Bearer ***", "Authorization: Bearer <token>", "Authorization: Bearer $TOKEN", "password=%(password)s",
            "password=%s", "AWS_SECRET_ACCESS_KEY=********", "key: xxxxxxxxxxxxxxxx", "password: [REDACTED]", "token=REDACTED",
            "-u $USER:$PASS", "--password $DB_PASSWORD",
            "\"client_secret\": \"<redaction-failed>\"", "private_key: \"-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----\"",
            "eyJ***", "password=\"${DB_PASSWORD:-}\"", "SECRET_KEY=$(openssl rand -hex 30)",
        ])
    }

    private static func platforms(_ r: inout SeededGenerator) -> String {
        r.pick([
            """
            26/11/21 07:12:44 INFO DAGScheduler: Submitting \(r.number(1...400)) missing tasks from ResultStage \(r.number(1...40)) \
            (MapPartitionsRDD[\(r.number(1...99))] at save at NativeMethodAccessorImpl.java:0)
            """,
            """
            26/11/21 07:12:44 INFO BlockManagerInfo: Added broadcast_\(r.number(1...99))_piece0 in memory on \
            ip-10-0-\(r.number(1...254))-\(r.number(1...254)).ec2.internal:\(r.number(30000...60000)) (size: 34.5 KiB, free: 366.2 \
            MiB)
            """,
            """
            07:12:44  \(r.number(1...99)) of 99 OK created sql table model analytics.\(r.name()) [SELECT \(r.number(1...99999)) in \
            1.\(r.digits(2))s]
            """,
            "dbt: compiled node model.shop.\(r.name()) checksum \(r.hex(64))",
            "Successfully assigned default/\(r.name())-\(r.hex(10)) to ip-10-0-3-\(r.number(1...254)).eu-west-1.compute.internal",
            "Back-off restarting failed container base in pod \(r.name())-\(r.hex(8))_airflow(\(r.uuid()))",
            "INFO:botocore.credentials:Found credentials in shared credentials file: ~/.aws/credentials",
            """
            DEBUG botocore.endpoint Sending http request: <AWSPreparedRequest stream_output=True, method=GET, \
            url=https://lake.s3.eu-west-1.amazonaws.com/\(r.name())?list-type=2&prefix=\(r.name())%2F&encoding-type=url>
            """,
            "snowflake.connector.cursor query: [select 1], query id: 01b\(r.hex(5))-0\(r.hex(3))-\(r.hex(4))-\(r.hex(4))-\(r.hex(12))",
            "google.cloud.bigquery Job(project=\(r.name()), location=EU, id=\(r.uuid()))",
            "kafka: group coordinator rediscovery, generation \(r.number(1...999)) member consumer-\(r.name())-1-\(r.uuid())",
            "great_expectations checkpoint \(r.name()) run \(r.stamp()) success: True",
            "HTTP Request: GET https://api.example.com/v2/items?page=\(r.number(1...99)) \"HTTP/1.1 200 OK\"",
            "redis.exceptions.AuthenticationError: invalid username-password pair or user is disabled.",
            "celery@worker-\(r.hex(10)) ready. tasks: airflow.executors.execute_command[\(r.uuid())]",
            "gunicorn [\(r.number(10...999))] [INFO] Listening at: http://0.0.0.0:8080 (\(r.number(10...999)))",
            "Executor app-\(r.digits(14))-\(r.digits(4))/\(r.number(0...9)) is now RUNNING",
            """
            terraform: aws_secretsmanager_secret.db: Refreshing state... \
            [id=arn:aws:secretsmanager:eu-west-1:\(r.digits(12)):secret:db-\(r.text(6, from: Letters.base62))]
            """,
            "Downloading torch-2.5.1-cp312-cp312-manylinux1_x86_64.whl (906.4 MB)",
            "vault: lease_id=database/creds/ro/\(r.text(24, from: Letters.base62)) renewable=true lease_duration=3600",
            "npm WARN deprecated inflight@1.0.6: This module is not supported",
            "{credentials.py:\(r.number(10...1999))} INFO - Found credentials in environment variables.",
            "SQS MessageId \(r.uuid()) ReceiptHandle AQEB\(r.text(180, from: Letters.base64))==",
            "DB_PASSWORD:  <set to the key 'password' in secret '\(r.name())-db'>  Optional: false",
            "Normal Pulled kubelet Successfully pulled image \"r.io/session:1.\(r.digits(2)).0-\(r.hex(8))\"",
            "id=2\(r.text(23, from: Letters.base62))PSW trace=01\(r.text(24, from: "0123456789ABCDEFGHJKMNPQRSTVWXYZ"))",
            "docker login -u AWS --password-stdin \(r.digits(12)).dkr.ecr.eu-west-1.amazonaws.com",
            "pass: \(r.number(1...99999)) fail: 0 skip: 2",
            "%CPU 12.5 %MEM 3.1 100%|██████████| \(r.number(1...999))/999 [00:01<00:00, 512.3it/s]",
        ])
    }

    private static func encoded(_ r: inout SeededGenerator) -> String {
        func base64(_ text: String) -> String { String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self) }
        return r.pick([
            "cursor=\(base64("{\"offset\": \(r.number(1...9999)), \"dag\": \"\(r.name())\"}"))",
            "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA\(r.text(200, from: Letters.base64))==",
            "next=\(base64("{\"end_of_log\": false, \"log_pos\": \(r.number(1...9999))}"))",
            "payload=\(base64("the quick brown fox jumps over \(r.name())"))",
            "protobuf \(r.text(88, from: Letters.base64))==", "state=\(r.text(32, from: Letters.url)) nonce=\(r.number(1000...9999))",
            "avro schema fingerprint \(r.hex(16)), zstd frame \(r.hex(24))", "path%2Fto%2F\(r.name())%2Fdt%3D2026-11-21",
            "run_id=scheduled__2026-11-21T00%3A00%3A00%2B00%3A00", "\\u2713 done \\u2014 \(r.number(1...99)) rows",
            "b'\\x93NUMPY\\x01\\x00v\\x00{\\'descr\\': \\'<f8\\'}'", "hex dump: 504b0304140000000800\(r.hex(40))",
            "\(base64("name,amount,currency\n\(r.name()),12.50,EUR\n"))",
        ])
    }

    private static func urls(_ r: inout SeededGenerator) -> String {
        r.pick([
            "https://airflow.example.com/dags/\(r.name())/grid?dag_run_id=scheduled__2026-11-21T00%3A00%3A00%2B00%3A00&task_id=\(r.name())",
            "s3://lake/\(r.name())/dt=2026-11-21/part-\(r.digits(5))-\(r.uuid()).c000.snappy.parquet",
            "gs://bucket-\(r.name())/tmp/\(r.uuid())/data-\(r.digits(12)).avro",
            "http://localhost:8080/api/v2/dags/\(r.name())/dagRuns?limit=100&offset=\(r.number(0...999))",
            "https://github.com/org/\(r.name())/commit/\(r.hex(40))", "https://host:8443/path@v2/x?y=a:b",
            "postgresql://warehouse.internal:5432/analytics", "jdbc:postgresql://h:5432/db?user=svc&sslmode=require",
            "redis://redis:6379/0", "mailto:bob@example.com", "git@github.com:org/\(r.name()).git",
            "https://docs.example.com/auth/token-exchange#access-tokens",
            "https://login.microsoftonline.com/\(r.uuid())/oauth2/v2.0/token", "file:///opt/airflow/dags/\(r.name()).py",
            "https://hooks.slack.com/services/T00000000/B00000000/", "amqp://rabbitmq:5672//",
            "https://\(r.digits(12)).dkr.ecr.eu-west-1.amazonaws.com/etl:\(r.hex(7))",
            "hdfs://nameservice1/warehouse/\(r.name())/_temporary/0/task_\(r.digits(12))_0001_m_000001",
            "https://storage.googleapis.com/download/storage/v1/b/x/o/y?generation=\(r.digits(16))&alt=media",
            "wss://gateway.example.com/v1/stream?session=\(r.number(1000...9999))",
        ])
    }

    private static func sql(_ r: inout SeededGenerator) -> String {
        r.pick([
            "SELECT id, password_hash IS NOT NULL AS has_password FROM users WHERE token_type = 'bearer'",
            "INSERT INTO audit (secret_name, key_id) VALUES ('prod/db', \(r.number(1...99)))",
            "CREATE TABLE t (id BIGINT PRIMARY KEY, api_key VARCHAR(64), secret TEXT)",
            "UPDATE tokens SET expires_at = now() WHERE id = '\(r.uuid())'", "GRANT USAGE ON SCHEMA secrets TO ROLE \(r.name())",
            "select max(token_count), min(session_id) from usage where ds = '2026-11-21'",
            "ALTER TABLE users ADD COLUMN password_changed_at TIMESTAMP", "SELECT key, value FROM variable WHERE key LIKE '%token%'",
            "COPY INTO t FROM @stage/\(r.name())/ FILE_FORMAT = (TYPE = PARQUET) PATTERN = '.*[.]parquet'",
            "MERGE INTO d USING s ON d.primary_key = s.primary_key",
            "-- password rotation is done by the platform team", "DESCRIBE SECRET prod.db_credentials",
            "CREATE USER \(r.name()) WITH LOGIN", "SELECT encode(digest(email, 'sha256'), 'hex') = '\(r.hex(64))'",
        ])
    }
}
