import Core
import TestSupport

/// Secrets that are known by where they stand.
public enum StructureCases {
    static let schemes = [
        "postgresql", "postgres", "mysql", "mysql+pymysql", "mssql+pyodbc", "oracle+cx_oracle", "redis", "rediss", "amqp", "amqps",
        "mongodb",
        "mongodb+srv", "snowflake", "redshift+psycopg2", "clickhouse", "trino", "https", "http", "ftp", "sftp", "ssh", "smtp", "ldap",
        "kafka",
        "sqlalchemy", "hive2", "s3", "wasb", "google-cloud-platform", "aws",
    ]

    /// Templates and what is planted in them.
    public static func cases(seed: UInt64, count: Int = 900) -> [CorpusCase] {
        var random = SeededGenerator(seed: seed)
        var out: [CorpusCase] = []
        for index in 0..<count { out.append(make(index, &random)) }
        return out
    }

    private static func make(_ index: Int, _ random: inout SeededGenerator) -> CorpusCase {
        switch index % 16 {
        case 0, 1, 2: return uri(&random)
        case 3: return header(&random)
        case 4: return privateKey(&random)
        case 5: return token(&random)
        case 6: return basic(&random)
        case 7: return commandLine(&random)
        case 8: return awsPair(&random)
        case 9: return serviceAccount(&random)
        case 10: return airflowConnection(&random)
        case 11: return azure(&random)
        case 12: return files(&random)
        case 13: return cookie(&random)
        case 14: return sql(&random)
        default: return keyEvents(&random)
        }
    }

    static func quoted(_ text: String) -> String { Scrubbing.replace(Scrubbing.replace(text, "\\", "\\\\"), "\"", "\\\"") }

    private static func line(_ label: String, _ text: String, _ secrets: [String], _ random: inout SeededGenerator) -> CorpusCase {
        CorpusCase(.structure, label, Scrubbing.replace(text, "TIME", random.stamp()), secrets)
    }

    private static func uri(_ random: inout SeededGenerator) -> CorpusCase {
        var secret = random.pick([random.password(), random.token(16), random.token(24), random.token(20, from: Letters.base62 + "-_.~")])
        secret = String(secret.filter { !"#?/%$!".contains($0) })
        let uri =
            """
            \(random.pick(schemes))://\(random.pick(["admin", "svc_etl", "bob%40example.com", ""])):\(secret)@\
            \(random.pick(["db.internal", "10.0.0.7", "h-1.example.com"])):5432/x
            """
        let context = random.pick([
            "[TIME] {base.py:84} INFO - connecting to ¤", "SQLALCHEMY_CONN=¤", "{\"dsn\": \"¤\"}", "could not connect: ¤ (timeout)", "'¤'",
            "AIRFLOW_CONN_WAREHOUSE='¤?ssl=true'", "{\\\"uri\\\": \\\"¤\\\"}", "git clone ¤", "sql_alchemy_conn = ¤", "¤",
        ])
        return line("uri", Scrubbing.fill(context, uri, &random), [secret], &random)
    }

    private static func header(_ random: inout SeededGenerator) -> CorpusCase {
        let secret = random.token(40, from: Letters.url)
        return line(
            "header",
            random.pick([
                "Authorization: Bearer \(secret)", "-H 'Authorization: Bearer \(secret)'", "{'Authorization': 'Bearer \(secret)'}",
                "authorization=Bearer \(secret) status=200", "\"authorization\": [\"Bearer \(secret)\"]",
                "Proxy-Authorization: Bearer \(secret)",
                "X-Api-Key: \(secret)", "X-Vault-Token: \(secret)", "send: b'GET / HTTP/1.1\\r\\nAuthorization: token \(secret)\\r\\n'",
                "> authorization: Bearer \(secret)", "('Authorization', 'Bearer \(secret)')", "headers={'PRIVATE-TOKEN': '\(secret)'}",
            ]), [secret], &random)
    }

    static func keyLines(_ random: inout SeededGenerator) -> [String] {
        var lines = ["MII" + random.text(61, from: Letters.base64)]
        for _ in 0..<random.pick([2, 11, 24]) { lines.append(random.text(64, from: Letters.base64)) }
        lines.append(random.text(random.pick([12, 28, 44]), from: Letters.base62) + "==")
        return lines
    }

    private static func privateKey(_ random: inout SeededGenerator) -> CorpusCase {
        let label = random.pick(["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"])
        let lines = keyLines(&random)
        let begin = "-----BEGIN \(label)-----"
        let end = "-----END \(label)-----"
        let text: String
        switch Int.random(in: 0..<5, using: &random) {
        case 0: text = ([begin] + lines + [end]).joined(separator: "\n")
        case 1: text = "\"private_key\": \"" + ([begin] + lines + [end]).joined(separator: "\\n") + "\\n\", \"x\": 1"
        case 2: text = "key: " + ([begin] + lines + [end]).joined(separator: " ")
        case 3: text = "  key: |\n" + ([begin] + lines + [end]).map { "    " + $0 }.joined(separator: "\n")
        default: text = "{\\\"k\\\": \\\"" + ([begin] + lines + [end]).joined(separator: "\\\\n") + "\\\"}"
        }
        return line("private-key", text, lines, &random)
    }

    /// One line of the key per log event, with other events in between.
    private static func keyEvents(_ random: inout SeededGenerator) -> CorpusCase {
        let lines = keyLines(&random)
        let all = ["-----BEGIN PRIVATE KEY-----"] + lines + ["-----END PRIVATE KEY-----"]
        var events: [String] = []
        let style = Int.random(in: 0..<3, using: &random)
        for text in all {
            if Int.random(in: 0..<3, using: &random) == 0 { events.append(event("still working on \(random.name())", style, &random)) }
            events.append(event(text, style, &random))
        }
        return line("key-events", events.joined(separator: "\n"), lines, &random)
    }

    private static func event(_ text: String, _ style: Int, _ random: inout SeededGenerator) -> String {
        switch style {
        case 0: "{\"timestamp\":\"\(random.stamp())\",\"event\":\"\(text)\",\"level\":\"info\",\"logger\":\"task.stdout\"}"
        case 1: "[\(random.stamp())] {logging_mixin.py:190} INFO - \(text)"
        default: "  {\n    \"timestamp\": \"\(random.stamp())\",\n    \"event\": \"\(text)\",\n    \"level\": \"info\"\n  },"
        }
    }

    private static func token(_ random: inout SeededGenerator) -> CorpusCase {
        let header = "ey" + "JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
        let payload = "ey" + "J" + random.text(80, from: Letters.url)
        let signature = random.text(43, from: Letters.url)
        let whole = "\(header).\(payload).\(signature)"
        return line(
            "jwt",
            random.pick([
                "token: \(whole)", "\(whole)", "{\"jwt\":\"\(whole)\"}", "session=\(whole); path=/",
                "ValueError: bad token \(whole), sorry",
                "https://h/x?t=\(whole)&u=1",
            ]), [payload, signature], &random)
    }

    private static func basic(_ random: inout SeededGenerator) -> CorpusCase {
        let password = random.password()
        let encoded = String(decoding: Base64.encode(Array("svc_user:\(password)".utf8)), as: UTF8.self)
        return line(
            "basic",
            random.pick([
                "Authorization: Basic \(encoded)", "{'Authorization': 'Basic \(encoded)'}", "\"auth\": \"\(encoded)\"",
                "-H \"authorization: basic \(encoded)\"",
            ]), [encoded, password], &random)
    }

    private static func commandLine(_ random: inout SeededGenerator) -> CorpusCase {
        let secret = random.token(14)
        return line(
            "command-line",
            random.pick([
                "curl -u admin:\(secret) https://h/api", "mysql -h db -u root -p\(secret) app", "sshpass -p \(secret) ssh host",
                "redis-cli -a \(secret) ping",
                "psql \"host=h password=\(secret) user=u\"", "PGPASSWORD=\(secret) psql -h h",
                "sqlcmd -S h -U sa -P \(secret) -Q 'select 1'",
                "keytool -storepass \(secret) -list", "openssl rsa -passin pass:\(secret) -in k", "snowsql --password \(secret)",
                "kubectl create secret generic x --from-literal=password=\(secret)", "airflow connections add x --conn-password \(secret)",
                "airflow connections add x --conn-uri postgres://u:\(secret)@h/d", "docker login -u u --password \(secret) r.io",
                "sqlplus scott/\(secret)@db", "spark-submit --conf spark.hadoop.fs.s3a.secret.key=\(secret) job.py",
                "vault kv put secret/x password=\(secret)",
                "helm upgrade x --set db.password=\(secret)", "az login --service-principal -u x --password \(secret) --tenant t",
                "beeline -u jdbc:hive2://h -n u --password \(secret)", "docker login -u bob -p \(secret) r.io", "7z x -p\(secret) a.7z",
                "unzip -P \(secret) a.zip", "ldapadd -w \(secret) -D cn=x", "htpasswd -b f bob \(secret)", "lftp -u bob,\(secret) sftp://h",
                "airflow variables set partner_api_token \(secret)", "aws configure set aws_secret_access_key \(secret)",
                "smbclient //h/s -U bob%\(secret)", "rabbitmqctl add_user bob \(secret)", "java -Ddb.password=\(secret) -jar x",
                "git clone https://bob:\(secret)@git.example.com/a/b.git", "CONFIG SET requirepass \(secret)",
            ]), [secret], &random)
    }

    private static func awsPair(_ random: inout SeededGenerator) -> CorpusCase {
        let id = random.text(16, from: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let key = random.token(40, from: Letters.base64)
        let whole = "AK" + "IA" + id
        return line(
            "aws-pair",
            random.pick([
                "\(whole) \(key)", "aws_access_key_id = \(whole)\naws_secret_access_key = \(key)",
                "{\"AccessKeyId\": \"\(whole)\", \"SecretAccessKey\": \"\(key)\"}",
                "Credentials(access_key='\(whole)', secret_key='\(key)')", "AWS_ACCESS_KEY_ID=\(whole) AWS_SECRET_ACCESS_KEY=\(key)",
                "aws configure: \(whole) / \(key)",
                "login=\(whole), password=\(key)",
            ]), [id, key], &random)
    }

    private static func serviceAccount(_ random: inout SeededGenerator) -> CorpusCase {
        let lines = keyLines(&random)
        let pem = (["-----BEGIN PRIVATE KEY-----"] + lines + ["-----END PRIVATE KEY-----", ""]).joined(separator: "\\n")
        let json =
            """
            {\"type\": \"service_account\", \"project_id\": \"p\", \"private_key_id\": \"\(random.hex(40))\", \"private_key\": \
            \"\(pem)\", \"client_email\": \"x@p.iam.gserviceaccount.com\"}
            """
        let text = random.pick([
            json, "keyfile_dict: " + json, "\"extra\": \"\(quoted(json))\"",
            String(decoding: Base64.encode(Array(json.utf8)), as: UTF8.self),
        ])
        return line("service-account", text, lines, &random)
    }

    private static func airflowConnection(_ random: inout SeededGenerator) -> CorpusCase {
        let secret = random.token(18)
        let extra = "{\"region\": \"eu-west-1\", \"aws_secret_access_key\": \"\(secret)\"}"
        return line(
            "airflow-connection",
            random.pick([
                """
                {\"conn_id\": \"w\", \"conn_type\": \"postgres\", \"host\": \"h\", \"login\": \"u\", \"password\": \"\(secret)\", \
                \"schema\": \"d\"}
                """,
                "{\"conn_id\": \"w\", \"extra\": \"\(quoted(extra))\"}",
                "AIRFLOW_CONN_W='{\"conn_type\": \"http\", \"password\": \"\(secret)\"}'",
                "{'conn_id': 'w', 'password': '\(secret)', 'extra': '\(extra)'}", "AIRFLOW_CONN_W=http://u:\(secret)@h:80/?timeout=10",
                "{\"key\": \"partner_api_token\", \"value\": \"\(secret)\", \"description\": null}",
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=postgresql://a:\(secret)@h/x",
                "AIRFLOW_VAR_PARTNER_API_KEY=\(secret)", "<Connection: w> password: \(secret)", "AIRFLOW__API_AUTH__JWT_SECRET=\(secret)",
                "conn.get_password() -> '\(secret)' password='\(secret)'",
                "\"rendered_fields\": {\"env\": {\"DB_PASSWORD\": \"\(secret)\"}}",
            ]), [secret], &random)
    }

    private static func azure(_ random: inout SeededGenerator) -> CorpusCase {
        let key = random.token(86, from: Letters.base64)
        let sig = random.token(43)
        return random.pick([true, false])
            ? line(
                "azure", "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=\(key)==;EndpointSuffix=core.windows.net", [key],
                &random)
            : line("azure", "https://acc.blob.core.windows.net/c/f?sv=2022-11-02&sr=b&sig=\(sig)%3D&se=2027-01-01", [sig], &random)
    }

    private static func files(_ random: inout SeededGenerator) -> CorpusCase {
        let secret = random.token(22)
        let hex = random.hex(32)
        return line(
            "files",
            random.pick([
                "machine api.example.com login bob password \(secret)", "machine h\n  login bob\n  password \(secret)",
                "//registry.example.com/:_authToken=\(secret)",
                "[h]\nhost = https://h\ntoken = \(secret)", "password = \(secret)\nuser = x",
                "db.example.com:5432:app:bob:\(secret)\npassword=\(secret)",
                "index-url = https://user:\(secret)@pypi.example.com/simple", "[client]\npassword=\(secret)",
                "    token: \(secret)\n  name: admin",
                "\"auths\": {\"r.io\": {\"auth\": \"\(String(decoding: Base64.encode(Array("u:\(secret)".utf8)), as: UTF8.self))\"}}",
                "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"\(secret)\";",
                "Server=h;Database=d;User Id=u;Password=\(secret);Encrypt=true", "jdbc:sqlserver://h:1433;user=u;password=\(secret);x=1",
                "USER bob\nPASS \(secret)", "requests.get(u, auth=('bob', '\(secret)'))", "{\"password\": {\"value\": \"\(secret)\"}}",
                "machine h password \(secret) login bob", "spark.hadoop.fs.azure.account.key.a.dfs.core.windows.net=\(secret)",
                "    outputs:\n      prod:\n        type: snowflake\n        password: \(secret)\n        role: x", "api_key: \(hex)",
            ]), [secret, hex], &random)
    }

    private static func cookie(_ random: inout SeededGenerator) -> CorpusCase {
        let secret = random.token(40, from: Letters.url)
        return line(
            "cookie",
            random.pick([
                "Cookie: session=\(secret); theme=dark", "Set-Cookie: sessionid=\(secret); Path=/; HttpOnly", "'Cookie': 'sid=\(secret)'",
                "cookie: csrf=1; auth_token=\(secret)", "{'Set-Cookie': 'session=\(secret); HttpOnly; Path=/'}",
            ]), [secret], &random)
    }

    private static func sql(_ random: inout SeededGenerator) -> CorpusCase {
        let secret = random.token(16)
        return line(
            "sql",
            random.pick([
                "CREATE USER x IDENTIFIED BY '\(secret)'", "ALTER USER bob WITH PASSWORD '\(secret)';",
                "COPY t FROM 's3://b' CREDENTIALS 'aws_access_key_id=x;aws_secret_access_key=\(secret)'",
                "CREATE STAGE s CREDENTIALS=(AWS_KEY_ID='x' AWS_SECRET_KEY='\(secret)')",
                "CREATE USER MAPPING OPTIONS (user 'u', password '\(secret)')",
                "SET PASSWORD FOR 'x'@'%' = '\(secret)'", "ENCRYPTED PASSWORD '\(secret)'", "CREATE LOGIN x WITH PASSWORD = N'\(secret)'",
                "CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET '\(secret)')",
            ]), [secret], &random)
    }
}
