import Configuration
import Core
import Identity
import JSON
import Proxy
import RateLimit
import YAML

/// What the verbs of limits have in common: which buckets are meant, and where they are.
enum LimitArguments {
    static let flags: [Flag] = [
        .config, .policies, Flag("--limit", value: "ID", "only the buckets of this limit"),
        Flag("--principal", value: "DIGITS", "only this caller's: the `principal` of an access line, 16 digits"),
        Flag("--issuer", value: "NAME", "the caller by its token instead: `iss`"), Flag("--subject", value: "NAME", "and `sub`"),
        Flag("--client", value: "ID", "and `client_id` or `azp`, where the token has one"),
        Flag("--admin", value: "ADDRESS", "ask the process with this admin listener, also where there is a Redis"),
        Flag("--json", "write JSON, for programs"),
    ]

    static let whereText = """
        Buckets in Redis are looked at there, with the address and the login of the configuration. Without Redis they are in the memory of a
        running process, which is asked at its admin listener (--admin, or `admin.address`) and shows them to whoever has the token of
        `admin.token_file`.
        """

    /// Where the buckets are.
    enum Place {
        case redis(LoadedRedis)
        case process(Endpoint, SecretBytes)
    }

    /// What was asked for.
    struct Wanted {
        var place: Place
        /// The limits in force that are meant.
        var limits: [KnownLimit]
        var query: LimitQuery
    }

    /// Reads the flags and the configuration; nil after a fault, which is told.
    static func read(_ arguments: Arguments, _ verb: String, _ terminal: Terminal) -> Wanted? {
        var query = LimitQuery(limit: arguments.value("--limit"))
        if let fault = readOwner(arguments, &query) {
            terminal.fault("louver \(verb): \(fault.message)", remedy: fault.remedy)
            return nil
        }
        guard let snapshot = TokenArguments.load(arguments, terminal) else { return nil }
        let limits = snapshot.limits.filter { limit in query.limit.map { Array($0.utf8) == limit.rule.id } ?? true }
        if let name = query.limit, limits.isEmpty {
            let known = Set(snapshot.limits.map { String(decoding: $0.rule.id, as: UTF8.self) }).sorted()
            let near = Spelling.nearest(to: name, among: known).map { "did you mean \($0)?" }
            terminal.fault(
                "no policy in force has a limit \(Fault.quote(name))", remedy: near ?? "there are \(known.joined(separator: ", "))")
            return nil
        }
        guard let place = place(arguments, verb, snapshot, terminal) else { return nil }
        return Wanted(place: place, limits: limits, query: query)
    }

    private static func place(_ arguments: Arguments, _ verb: String, _ snapshot: Snapshot, _ terminal: Terminal) -> Place? {
        if arguments.value("--admin") == nil, let redis = snapshot.redis { return .redis(redis) }
        let written = arguments.value("--admin")
        guard let endpoint = written.map({ Endpoint($0) }) ?? snapshot.options.admin else {
            terminal.fault(
                "louver \(verb): \(written.map { "\(Fault.quote($0)) is no address" } ?? "`admin` is off, and there is no Redis")",
                remedy: "write an address and a port, such as --admin 127.0.0.1:9464")
            return nil
        }
        guard let token = snapshot.adminToken else {
            terminal.fault(
                "the buckets are in the memory of a running Louver, which shows them only to whoever has its token, and none is configured",
                remedy: "write `admin: { token_file: admin_token }`, make the file with `openssl rand -hex -out admin_token 32`, and reload"
            )
            return nil
        }
        return .process(endpoint, token)
    }

    private static func readOwner(_ arguments: Arguments, _ query: inout LimitQuery) -> Arguments.Misuse? {
        let parts = ["--issuer", "--subject", "--client"].filter { arguments.has($0) }
        if let digits = arguments.value("--principal") {
            guard parts.isEmpty else {
                return .init(message: "--principal and \(parts[0]) say the same twice", remedy: "write one of them")
            }
            query.owner = LimitQuery.owner(digits)
            return query.owner != nil
                ? nil : .init(message: "\(Fault.quote(digits)) is no principal", remedy: "write the 16 digits of an access line")
        }
        if parts.isEmpty { return nil }
        guard let issuer = arguments.value("--issuer") else {
            return .init(message: "a caller is known by the issuer of its tokens too", remedy: "write --issuer")
        }
        let words = [issuer, arguments.value("--client") ?? "", arguments.value("--subject") ?? ""].map { Array($0.utf8) }
        query.owner = BucketName.owner(Principal.key(issuer: words[0], client: words[1], subject: words[2]).span)
        return nil
    }

    /// Asks a running process; nil after a fault, which is told.
    static func ask(_ endpoint: Endpoint, _ question: AdminProbe.Question, _ terminal: Terminal) -> String? {
        switch AdminProbe.ask(endpoint, question, within: .seconds(10)) {
        case .success(let answer) where answer.status == 200: return answer.body.split(separator: "\n").first.map(String.init) ?? ""
        case .success(let answer):
            let text = (try? JSONDocument.parse(Array(answer.body.utf8)))?.root["error"]?.string
            let words = text.map { Printable.text($0) } ?? "it answers with status \(answer.status)"
            terminal.fault("\(endpoint) refuses: \(words)", remedy: "was it started or reloaded with this configuration?")
        case .failure(let failure):
            let detail = failure.detail.isEmpty ? "\(failure.reason)" : failure.detail
            terminal.fault("nothing answers at \(endpoint): \(detail)", remedy: "is it running, and is its `admin` this address?")
        }
        return nil
    }

    /// Tells why the store could not be asked.
    static func tell(_ failure: Failure, _ terminal: Terminal) {
        terminal.fault(
            "Redis cannot be asked: \(failure.reason)\(failure.detail.isEmpty ? "" : " (\(failure.detail))")",
            remedy: "the event `limit_store_lost` of a running Louver says more; Deploy/guides/redis.md what a user of Redis needs")
    }
}
