import Core
import TestSupport
import Testing

@testable import Redaction

/// How tools, tracebacks and configuration files write a name and its secret; `¤` stands for the secret.
@Suite struct WrittenFormsTests {
    private static func secret(_ seed: UInt64) -> String {
        var random = SeededGenerator(seed: seed)
        return "q" + random.text(6, from: "abcdefghkmnpqrstuvwxyz") + "7" + random.text(6, from: "ABCDEFGHKMNPQRSTUVWXYZ23456789") + "x"
    }

    @Test(arguments: [
        // Terraform
        "{\n  \"db_password\": {\n    \"sensitive\": true,\n    \"type\": \"string\",\n    \"value\": \"¤\"\n  }\n}",
        "{\"api_token\": {\"sensitive\": true, \"value\": \"¤\"}}", "{\"password\": {\"value\": \"¤\", \"sensitive\": true}}",
        // Kubernetes
        "V1EnvVar(name='DB_PASSWORD', value='¤', value_from=None)", "{'name': 'DB_PASSWORD',\n 'value': '¤',\n 'value_from': None}",
        "env:\n- name: DB_PASSWORD\n  value: \"¤\"", "EnvVar(name=\"API_TOKEN\", value=\"¤\")",
        // Hadoop
        "<property><name>javax.jdo.option.ConnectionPassword</name><value>¤</value></property>",
        "<property>\n  <name>fs.s3a.secret.key</name>\n  <value>¤</value>\n</property>",
        // Tables
        "user,password,host\netl,¤,db", "id,api_token\n1,x\n2,¤\n", "\"user\",\"db_password\"\r\n\"etl\",\"¤\"\r\n",
        "user,password\nuser,password\netl,¤\n", "user,password\nadmin,password\netl,¤\n", "password,a\ntoken,b\nx,y\n¤,c\n",
        "| user | password |\n|---|---|\n| etl | ¤ |", " id |   password    | x\n----+---------------+---\n  1 | ¤ | y\n(1 row)",
        // Answers, calls and other things that a name and its value are parted by
        "$ airflow variables get db_password\n¤\n", "airflow config get-value core fernet_key\r\n¤\n", "Variable.get('api_key') = '¤'",
        "Variable(key='db_password', val='¤')", "key='db_password' value='¤' description=None", "Pushing XCom key=token value=¤",
        "variable \"db_password\" {\n  type    = string\n  default = \"¤\"\n}",
        "== Data ==\nKey         Value\n---         -----\npassword    ¤",
        "password\t¤\n", "{'Parameter': {'Name': '/db/password', 'Type': 'SecureString', 'Value': '¤'}}",
        "{'SecretString': '{\"alpha\": \"¤\"}', 'Name': 'x'}", "{\"SecretString\":\"{\\\"alpha\\\":\\\"¤\\\"}\"}",
        // Names
        "my_auth_header: '¤'", "{\"my_connection_string\": \"¤\"}", "--connection-string ¤", "AIRFLOW__CELERY__FLOWER_BASIC_AUTH=admin:¤",
        "{\"key\": \"flower_basic_auth\", \"value\": \"admin:¤\"}", "backend_kwargs = {\"url\": \"http://v:8200\", \"secret_id\": \"¤\"}",
        "pw=¤",
        "pat=¤", "{\"pat\": \"¤\"}", "bindpw: '¤'", "sastoken=¤",
        // Padding
        "Password.........: ¤", "Password ........ : ¤", "password: ¤",
        // Other languages
        "mot_de_passe: ¤", "MOT_DE_PASSE=¤", "kennwort=¤", "contrasena: ¤", "wachtwoord=¤", "pgpass: ¤", "ftppass=¤",
        // What the detectors of commands and dialogues find
        "*cmd* 'PASS ¤'", "echo ¤ | docker login --password-stdin -u x r.io", "openai_api_key=SecretStr('¤')",
        "Running command: ['/usr/bin/beeline', '-n', 'etl', '-p', '¤']", "connecting with user etl and password ¤",
        "The password for svc_etl is ¤", "rclone config create r sftp host h user u pass ¤",
        // Declarations and assignments of program text and makefiles
        "var dbToken string = \"¤\"", "let password: String = \"¤\"", "const char *api_token = \"¤\";", "$apiToken .= \"¤\"",
        "API_TOKEN ?= \"¤\"", "API_TOKEN ::= \"¤\"", "API_TOKEN :::= \"¤\"", "if password == \"¤\":", "creds.Secret != '¤'",
        // Elements
        "<apiToken>\n    ¤\n</apiToken>", "<secret>{acme AQAAABAAA ¤x9Zt4k7}</secret>", "<password>¤</password>",
        // A value once more without its name, and behind a dash
        "api_token = '¤k7q2Mx4Wp9' | '¤k7q2Mx4Wp9'", "password=¤Zt4k7, retrying with ¤Zt4k7", "acme token - '¤x9Zt4k7'",
        // Names of services
        "clarifai SECRET ¤x9Zt4k7", "Using browshot Key=¤x9Zt4k7qQ2w", "wistia key ¤x9Zt4k7qQ2w", "cloudmersive: \"¤x9Zt4k7qQ2w\"",
        "calling the geoapify API\nUsing Key=¤x9zt4k7qq2w", "codemagic-secret-key-¤x9Zt4k7qQ2w", "bot.pw: ¤", "PW=¤",
        // Reports, plans and shells
        "db_password\n  Value error, too short [type=value_error, input_value='¤', input_type=str]", "  ~ api_token   = \"old\" -> \"¤\"",
        "(spark.hadoop.sftp_password,¤)", "<add key=\"client_secret\" value=\"¤\" />", "| `db_password` | `¤` |",
        "{\n  \"jwt_secret\":\n    \"¤\"\n}", "ftp> user etl\n331 Please specify the password.\nPASS ¤", "mysqldump -uetl -p'¤' dw",
        "-Dsnowflake_password=¤", "set -gx DB_PASSWORD ¤",
        "set $upstream_token \"¤\";",
    ])
    func isFound(text: String) {
        for seed in UInt64(1)...4 {
            let secret = Self.secret(seed)
            let clean = Samples.scrub(text.split(separator: "¤", omittingEmptySubsequences: false).joined(separator: secret))
            let isWhole = !clean.contains(secret.dropFirst(2).prefix(8)) && !clean.contains(secret.suffix(8))
            #expect(isWhole && clean.contains("REDACTED_"), "\(clean)")
        }
    }

    @Test(arguments: [
        "{\"password_policy\": {\"type\": \"string\", \"value\": \"strong-enough\"}}",
        "{\"token\": {\"type\": \"string\", \"value\": \"${TOKEN}\"}}",
        "V1EnvVar(name='AIRFLOW_HOME', value='/opt/airflow', value_from=None)", "{'name': 'LOG_LEVEL',\n 'value': 'INFO'}",
        "<property><name>hive.metastore.uris</name><value>thrift://hive:9083</value></property>",
        "<property><name>hadoop.security.credential.provider.path</name><value>jceks://x</value></property>", "Tokens........: 4711",
        "password..... expired", "user,password_changed\netl,k7q2Mx4Wp9Zt", "user, password, host\nare,what,counts",
        "name,token_count,x\na,12,k7q2Mx4Wp9Zt", "a,password\nb,c,k7q2Mx4Wp9Zt", "les passes: 3", "LOGIN bob \"INBOX\"",
        "echo done | tee --append log", "SecretStr('**********')",
        "password authentication failed for user etl", "['docker', 'login', 'ok']", "routing_key=airflow.default.queue",
        "{'password_file':\n 'x'\n 'y'}", "the password PasswordHasher expects",
        "user and password Md5Authenticator", "password: {type: string}", "PASSWORD_HASHERS = ['a.hashers.PBKDF2PasswordHasher']",
        "credential_source=Ec2InstanceMetadata", "password is BCryptEncoded", "password TLSv1RequiredError", "password for etl is required",
        "?appid=com.example.app", "Fernet(key)",
        // Program text
        "def get_fernet() -> FernetProtocol:", "secret = base64.decodebytes(secret.encode())",
        "secret_key = base64url_encode(os.urandom(16))",
        "\"password\": PLACEHOLDER if conn.password else conn.password", "names = (\"client_secret\", \"client_id\")",
        "f\"password = {_quote_for_cnf(url.password)}\"", "synonym(\"_password\", descriptor=property(get_password))",
        "auth_header = request.headers.get(\"Authorization\", \"\")", "{\"client_secret\": \"GITHUB_CLIENT_SECRET\"}",
        "signing_key: HS256 signing key", "password_encryption = 'scram'", "adduser --disabled-password --no-create-home x",
        "userSecret: \"airflow-database-credentials\"", "HTTP Basic Authentication Scheme", "if password == \"required\":",
        "port\n  Input should be a valid integer [type=int_parsing, input_value='k7q2Mx4Wp9Zt', input_type=str]",
        "<add key=\"logLevel\" value=\"k7q2Mx4Wp9Zt\" />", "  ~ image   = \"old\" -> \"k7q2Mx4Wp9Zt\"", "render(secret,callback)",
        "if $REDIS_PASSWORD is non-empty", "{\"error\": 0, \"pass\": 2, \"skip\": 0}", "token type = \"bearer\"",
        // Identifiers and digests beside names of services
        "session termination for sessionid: 0x14ede63a5a70002", "stripe event id 9f3b8c2d7e1a4f60b5c8d9e0a1b2c3d4",
        "cloudinary image 9f3b8c2d7e1a4f60b5c8d9e0a1b2c3d4", "sourcegraph commit 9f3b8c2d7e1a4f60b5c8d9e0a1b2c3d4e5f60718",
        "docker cache key: 9f3b8c2d7e1a4f60b5c8d9e0a1b2c3d4", "REDACTED_slack-token_k7q2mxaf 975E2fQx8LmZ4vTt1RwYbN6c",
        "<note>{acme has a note}</note>", "Secret db-creds-7d9f8b6c5 created",
        "airflow variables get batch_size\n1000\n", "os.environ.get('PASSWORD') == x1y2z3w4",
        "flower_basic_auth: enabled", "auth_backends = airflow.providers.fab.auth_manager.api.auth.backend.basic_auth",
        "secret_id=0e28c5eb-6e3b-4754-973c-196334b1e5ad", "password    required\nusername    etl",
        "variable \"db_password\" {\n  type = string\n}",
        "{'SecretString': '{\"host\": \"db\", \"port\": 5432}'}", "compat=yes", "key=state value=k7q2Mx4Wp9Zt",
    ])
    func isLeftAlone(text: String) { #expect(Samples.scrub(text) == text) }

    /// `pprint` writes a long value as several strings, one a line.
    @Test(arguments: UInt64(1)...4) func stringsOverLinesAreOneValue(seed: UInt64) {
        let secret = Self.secret(seed) + "-" + Self.secret(seed + 9)
        let (first, second, third) = (secret.prefix(9), secret.dropFirst(9).prefix(9), secret.dropFirst(18))
        let plain = Samples.scrub("{'password': '\(secret)', 'port': 1}")
        let wrapped = Samples.scrub(
            "{'host': 'db',\n 'password': '\(first)'\n             '\(second)'\n             '\(third)',\n 'port': 1}")
        #expect(wrapped.hasPrefix("{'host': 'db',\n 'password': 'REDACTED_password_") && wrapped.hasSuffix("',\n 'port': 1}"), "\(wrapped)")
        #expect(
            wrapped.firstMatch(of: /REDACTED_password_[a-z2-7]{8}/)?.output == plain.firstMatch(of: /REDACTED_password_[a-z2-7]{8}/)?.output
        )
        for part in [first, second, third] { #expect(!wrapped.contains(part)) }
        // A key on the next line is a key.
        let yaml = Samples.scrub("db:\n  'password': '\(first)'\n  'host': 'db.example.com'\n")
        #expect(yaml.hasSuffix("'\n  'host': 'db.example.com'\n") && !yaml.contains(first))
        let escaped = Samples.scrub("{\"event\": \"{'password': '\(first)'\\n  '\(second)'}\"}")
        #expect(!escaped.contains(first) && !escaped.contains(second))
    }

    @Test(arguments: UInt64(1)...3) func theCutDoesNotMatter(seed: UInt64) {
        let secret = Self.secret(seed)
        for text in [
            "a\n'password': '\(secret)'\n     '\(secret)'\n     '\(secret)',\nb", "x\nPassword.........: \(secret)\ny",
            "<name>a.password</name>\n  <value>\(secret)</value> z",
            "{\"token\": {\"sensitive\": true, \"type\": \"string\", \"value\": \"\(secret)\"}}",
            "V1EnvVar(name='DB_PASSWORD', value='\(secret)', x=1)", "a\nuser,password\nx,\(secret)\ny,\(secret)\n\nend",
            "and password \(secret) ok",
        ] {
            let bytes = Array(text.utf8)
            let whole = Samples.scrub(bytes)
            for cut in 0...bytes.count {
                let parts = [Array(bytes[..<cut]), Array(bytes[cut...])]
                let isSame = Samples.scrub(bytes, pieces: parts) == whole && Samples.scrubSettling(bytes, pieces: parts) == whole
                #expect(isSame, "cut at \(cut) of \(text)")
            }
        }
    }
}
