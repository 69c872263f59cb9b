import TestSupport

/// Values under telling names, in every syntax that logs hold them in.
public enum NamedCases {
    /// Names of passwords and secrets.
    static let strongNames = [
        "password", "db_password", "DB_PASSWORD", "dbPassword", "passwd", "MYSQL_PWD", "smtp_passwd", "client_secret", "clientSecret",
        "CLIENT_SECRET", "secret", "app_secret", "passphrase", "private_key_passphrase", "webserver_secret_key", "SECRET_KEY", "fernet_key",
        "FERNET_KEY", "aws_secret_access_key", "encryption_key", "signing_key", "PGPASSWORD", "redis_password", "ssl.keystore.password",
        "spark.hadoop.fs.s3a.secret.key", "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__SMTP__SMTP_PASSWORD", "jwt_secret", "proxy_password",
        "account_key", "storage_account_key", "db-password", "ldap.bind.password", "authSecret", "master_key",
    ]
    /// Names of tokens and keys.
    static let mediumNames = [
        "token", "access_token", "accessToken", "ACCESS_TOKEN", "api_key", "apiKey", "API_KEY", "apikey", "x-api-key", "auth_token",
        "bot_token",
        "refresh_token", "id_token", "DATADOG_API_KEY", "service_key", "license_key", "GRAFANA_TOKEN", "sas_token", "webhook_token",
        "bearer",
        "hmac", "session_token", "registry_token", "GITHUB_PAT", "app_key", "subscription_key",
    ]
    /// Syntaxes; `NAME` and `¤` are filled in.
    static let syntaxes: [(label: String, template: String)] = [
        ("env", "NAME=¤"), ("export", "export NAME=¤"), ("export-quoted", "export NAME='¤'"), ("assign-quoted", "NAME = \"¤\""),
        ("json", "{\"user\": \"bob\", \"NAME\": \"¤\", \"port\": 5432}"), ("json-compact", "{\"user\":\"bob\",\"NAME\":\"¤\"}"),
        ("json-in-string", "\"extra\": \"{\\\"NAME\\\": \\\"¤\\\", \\\"a\\\": 1}\""),
        ("json-three-deep", "\"{\\\"x\\\": \\\"{\\\\\\\"NAME\\\\\\\": \\\\\\\"¤\\\\\\\"}\\\"}\""),
        ("repr", "{'user': 'bob', 'NAME': '¤', 'n': 1}"),
        ("kwargs", "connect(host='h', NAME='¤', port=1)"), ("yaml", "  NAME: ¤"), ("yaml-quoted", "NAME: \"¤\""),
        ("flag", "run --NAME ¤ --port 1"),
        ("flag-equals", "run --NAME=¤ --port 1"), ("list-flag", "['run', '--NAME', '¤']"), ("tuple", "('NAME', '¤')"),
        ("xml", "<NAME>¤</NAME>"), ("attribute", "<entry NAME=\"¤\" id=\"1\"/>"), ("query", "https://h/p?NAME=¤&x=1"),
        ("logfmt", "level=info msg=started NAME=¤ dag_id=x"), ("arrow", "'NAME' => '¤',"), ("ruby", ":NAME=>\"¤\""),
        ("colon-tight", "NAME:¤"),
        ("toml", "NAME = '¤'"), ("properties", "NAME=¤"), ("log", "[TIME] {x.py:10} INFO - NAME=¤"),
        ("log-colon", "[TIME] {x.py:10} INFO - NAME: ¤"),
        ("subscript", "os.environ['NAME'] = '¤'"), ("bytes", "{'NAME': b'¤'}"), ("table", "| NAME | ¤ |"), ("padded", "NAME        : ¤"),
        ("name-value", "{\"name\": \"NAME\", \"value\": \"¤\"}"), ("name-value-yaml", "  - name: NAME\n    value: ¤"),
        ("name-value-lines", "{\n  \"key\": \"NAME\",\n  \"value\": \"¤\"\n}"), ("odbc", "Driver=x;Server=y;NAME=¤;Port=1"),
        ("spark", "--conf NAME=¤"), ("header", "NAME: ¤\r\nAccept: */*"), ("html", "{&quot;NAME&quot;: &quot;¤&quot;}"),
        ("percent", "x=%7B%22NAME%22%3A%22¤%22%7D"), ("docker-env", "docker run -e NAME=¤ image"), ("go", "map[NAME:¤ user:bob]"),
    ]

    /// Random values and passwords over names and syntaxes.
    public static func cases(seed: UInt64, count: Int = 1_500) -> [CorpusCase] {
        var random = SeededGenerator(seed: seed)
        var out: [CorpusCase] = []
        for index in 0..<count {
            let (label, template) = syntaxes[index % syntaxes.count]
            let isWord = index % 4 == 3
            let name = isWord || Bool.random(using: &random) ? random.pick(strongNames) : random.pick(mediumNames)
            let value =
                isWord
                ? random.password()
                : random.pick([
                    random.token(20), random.token(32), random.token(40, from: Letters.base64), random.hex(32), random.hex(40),
                    random.token(16),
                    random.token(43, from: Letters.url) + "=", random.uuid(), random.token(24),
                ])
            // A value that the syntax itself would cut is no fair test.
            if value.contains("=") && (label == "query" || label == "odbc") || label == "query" && value.contains("+") { continue }
            if !isWord, value.contains("-"), value.count == 36, random.pick([true, false]) { continue }
            if isWord, Self.breaks(value, label) { continue }
            let line = Scrubbing.fill(Scrubbing.replace(template, "NAME", name), value, &random)
            out.append(CorpusCase(isWord ? .word : .named, label, line, [value]))
        }
        return out
    }

    private static func breaks(_ value: String, _ label: String) -> Bool {
        value.contains { "#$&%?!*".contains($0) } && ["query", "percent", "xml", "attribute", "html", "table", "go"].contains(label)
    }
}
