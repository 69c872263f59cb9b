import Core
import TestSupport
import Testing

@testable import Redaction

/// Names and secrets in elements, in text that is set off, in calls and in sentences; `¤` stands for the secret.
@Suite struct MarkupTests {
    private static func secret(_ seed: UInt64) -> String {
        var random = SeededGenerator(seed: seed)
        return "q" + random.text(6, from: "abcdefghkmnpqrstuvwxyz") + "7" + random.text(6, from: "ABCDEFGHKMNPQRSTUVWXYZ23456789") + "x"
    }

    private static func put(_ secret: String, into text: String) -> String {
        text.split(separator: "¤", omittingEmptySubsequences: false).joined(separator: secret)
    }

    @Test(arguments: [
        // Elements and their attributes
        "<wsse:Password Type=\"x#PasswordText\">¤</wsse:Password>", "<wsse:Password>¤</wsse:Password>",
        "<password encrypted=\"false\">¤</password>",
        "<password><![CDATA[¤]]></password>", "<entry key=\"password\">¤</entry>", "<key>db_password</key><string>¤</string>",
        "\t<key>APIToken</key>\n\t<string>¤k7q2Mx4W</string>", "<input name=\"db_password\" type=\"text\" value=\"¤\">",
        "<meta name=\"api_token\" content=\"¤k7q2Mx4W\">",
        // Text that is set off
        "**password**: ¤", "**Password:** ¤", "password → ¤", "password – ¤", "password - ¤",
        // What YAML and others write before a value
        "password: &db ¤", "auth_token: !!str ¤k7q2Mx4W", "{ db_password:: '¤' }", "db_password <- \"¤\"",
        "{\"ParameterKey\": \"db_password\", \"ParameterValue\": \"¤\"}", "ParameterKey=db_password,ParameterValue=¤",
        "set {\n  name  = \"db_password\"\n  value = \"¤\"\n}", "%7B%22token%22%3A+%22¤k7q2Mx4W%22%7D",
        // Calls
        "ds.setPassword(\"¤\");", "builder.password('¤')", "new UsernamePasswordCredentials(\"u\", \"¤\")",
        "hmac.new(b'¤', msg, hashlib.sha256)",
        "DriverManager.getConnection(\"jdbc:x\", \"u\", \"¤\")", "ssh.connect('h', 22, 'u', '¤')",
        "ENGINE = MySQL('h:3306', 'd', 't', 'u', '¤')",
        "[0 h:1] \"SET\" \"db_password\" \"¤\"", "[0 h:1] \"AUTH\" \"¤\"",
        // Sentences
        "the root pw of h1 is ¤", "I reset your password to ¤", "Please use \"¤\" as the password.", "Admin credentials: admin / ¤",
        "password is: ¤", "default password (¤) still active", "das Passwort ist ¤", "mot de passe : ¤", "la contraseña es ¤",
        "user etl, password ¤", "you can log in with ¤", "connecting as etl/¤",
        // Commands
        "crane auth login r.io -u etl -p ¤", "xfreerdp /u:etl /p:¤ /v:h", "sqlldr etl/¤@DW control=x.ctl", "NICK bot\nPASS ¤",
        "user etl on >¤ ~* +@all", "username admin privilege 15 secret 0 ¤", "setx s3_secret_key ¤", "consul kv put app/db_password ¤",
        // Names
        "storageKey: ¤k7q2Mx4W", "\"encryptionKey\":\"¤k7q2Mx4W\"", "postgrespass: ¤", "api_key_v2: ¤k7q2Mx4W", "API_TOKEN_PROD=¤k7q2Mx4W",
        "  bind_password                  ¤", "<pass>¤</pass>", "set(db_password \"$Vx2345¤\")",
        // Statements and strings put together
        "INSERT INTO users (id, name, db_password) VALUES (1, 'it''s, me', '¤');", "insert into t (`api_token`) values ('¤k7q2Mx4W')",
        "basic.auth.user.info=KEYID:¤", "cloud.auth: \"elastic:¤\"", "--pat '¤k7q2Mx4W'",
    ])
    func isFound(text: String) {
        for seed in UInt64(1)...4 {
            let secret = Self.secret(seed)
            let clean = Samples.scrub(Self.put(secret, into: text))
            let isWhole = !clean.contains(secret.dropFirst(2).prefix(8)) && !clean.contains(secret.suffix(8))
            #expect(isWhole && clean.contains("REDACTED_"), "\(clean)")
        }
    }

    @Test(arguments: [
        // Places in program text and tests
        "{credentials.py:1278} INFO - Found credentials in environment variables.", "--- PASS: TestCatalogToken13 (0.05s)",
        "pass: 46687 fail: 0",
        "PASS test_login2", "PASS tests/unit/test_a1.py", "self._credentials = build()", "$pwd = ConvertTo-SecureString -String $x",
        // Names of secrets
        "existingSecret: argocd-redis7", "passwordSecretKey: sales-password",
        "DB_PASSWORD:  <set to the key 'password' in secret 'etl-db'>",
        "credentials: env:REGISTRY_SECRET1", "clientSecret: $dex.github.clientSecret",
        "secrets: inherit",
        // Identifiers
        "\"file_token\":\"D9-1GIGPInr_06RZOojDV\"", "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
        "image \"1.dkr.ecr.eu-west-1.amazonaws.com/session:1.28.0-4afb79f8\"",
        "id=2cc4xsiJO3HCv0Wzn8ZydT6zPSW trace=01RET84D57W7C29P8HTE80ED6J",
        // Sentences and elements
        "password reset link is https://h/x1Yz", "Password must contain at least 8 characters, 1 Digit",
        "<label for=\"password\">Password</label>",
        "admin/settings2Page.html", "root:x:0:0:root:/root:/bin/bash", "login with OAuth2", "token for dag run is manual__2026-01-01",
        "password for user etl is required", "<input type=\"password\" name=\"password\" placeholder=\"Enter your password\" />",
        "ssh -l etl -p 2222 h", "docker run -u airflow -p 8080:8080 x", "{%- set unique_keys = unique_key if x -%}",
        "Authorization: Digest username=\"u\", realm=\"r\"",
        // Program text, templates and manifests
        "checksum/secret: 4f1c2a0be6a5a95f8a8d8e3f3c5a7a4b3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a",
        "{{- $password := include \"x.password\" . -}}",
        "fn verify(password: &str, hash: &str) -> bool {", "read -s -p \"Password: \" password",
        "docker login -u AWS --password-stdin 1478.dkr.io",
        "uses: actions/create-github-app-token@29824e69f54612133e76f7eaac726eef6c875baf # v2", "Token: ****496fc7c9",
        "password: secret|arn:aws:secretsmanager:${AWS_REGION}:secret:dev_db", "[\"connection_string\", \"suggested_datasource_class\"]",
        "self.credential = credential or x", "sc.Authorization = &commoncfg.Authorization{", "credentials: 'same-origin',",
    ])
    func passes(text: String) {
        let clean = Samples.scrub(text)
        #expect(clean == text)
    }
}
