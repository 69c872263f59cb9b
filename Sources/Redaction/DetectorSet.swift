import Core
import YAML

/// All detectors, compiled once and shared by every loop.
public final class DetectorSet: Sendable {
    /// The detectors in the order of their files.
    public let detectors: [Detector]
    /// The kinds that placeholders and reports speak of; a kind is an index here.
    public let kinds: [String]

    let kindBytes: [[UInt8]]
    /// What of each detector is asked where its literals stand.
    let trials: [Trial]
    /// The literals of all detectors and of what the engine knows by itself.
    let prefixes: LiteralSet
    /// The words that names of keys are made of.
    let words = KeyWords()
    /// The names of services.
    let providers = ProviderWords()
    /// The parts of names under which secrets stand.
    let keyNames: LiteralSet
    /// For a literal of `prefixes`, the targets in `targets[targetStarts[literal]..<targetStarts[literal + 1]]`.
    let targetStarts: [Int]
    let targets: [Target]
    /// The beginnings of literals that hold a byte at which text would otherwise be let go; the longest first.
    let openings: [Opening]
    /// For each byte whether one of them ends in it.
    let endsOpening: [Bool]

    /// The beginnings of literals that end in punctuation, where a word would be let go.
    let closings: [Closing]
    /// The detectors whose secrets may begin before their literals.
    let searchers: [Int]

    /// The literals of precise detectors, cut in two at each place: by the letters beside the cut.
    private let broken: [UInt16: [BrokenAnchor]]
    /// Which pairs of letters those are, a bit for each.
    private let brokenPairs: [UInt8]

    /// A literal of which a line ends with the one part and the next begins with the other.
    struct BrokenAnchor {
        let detector: Int
        let head: [UInt8]
        let tail: [UInt8]
    }

    /// The beginning of a literal.
    struct Opening {
        let bytes: [UInt8]
        let ignoresCase: Bool
    }

    /// The beginning of a literal of one detector.
    struct Closing {
        let opening: Opening
        let detector: Int
    }

    /// What is tried where a literal was seen.
    enum Target {
        case detector(Int)
        /// `://`: a URI whose userinfo may hold a password.
        case uri
        /// An AWS key id: its secret key may be near.
        case keyID
        /// The label line of a private key.
        case keyBlock
        /// The first line of a hexadecimal dump.
        case dump
        /// A member of a manifest of Kubernetes.
        case manifest
    }

    /// Compiles the detectors of files; every fault of every file is told.
    public static func load(_ files: [(name: String, bytes: [UInt8])]) -> Result<DetectorSet, DetectorFaults> {
        let faults = Faults()
        var reading = DetectorFile(faults: faults, kinds: GrammarKind.allCases.map(\.slug))
        for file in files { reading.read(file.bytes, file: file.name) }
        guard faults.isEmpty, let set = DetectorSet(reading.detectors, kinds: reading.kinds) else {
            if faults.isEmpty { faults.add(files.first?.name ?? "detectors", nil, "the literals cannot be compiled") }
            return .failure(DetectorFaults(faults: faults.all))
        }
        return .success(set)
    }

    private init?(_ detectors: [Detector], kinds: [String]) {
        self.detectors = detectors
        trials = detectors.map(Trial.init)
        self.kinds = kinds
        kindBytes = kinds.map { Array($0.utf8) }
        var order: [Wanted] = []
        var byLiteral: [Wanted: [Target]] = [:]
        func want(_ wanted: Wanted, _ target: Target) {
            if byLiteral[wanted] == nil { order.append(wanted) }
            byLiteral[wanted, default: []].append(target)
        }
        for (index, detector) in detectors.enumerated() {
            let startsWord = detector.search == .prefix && detector.pattern.hasPrefix(Self.wordStart)
            for literal in detector.literals {
                want(Wanted(text: literal, ignoresCase: detector.ignoresCase, startsWord: startsWord), .detector(index))
            }
        }
        want(Wanted(text: "://", ignoresCase: false, startsWord: false), .uri)
        for literal in ["AKIA", "ASIA"] { want(Wanted(text: literal, ignoresCase: false, startsWord: true), .keyID) }
        want(Wanted(text: "PRIVATE KEY", ignoresCase: false, startsWord: false), .keyBlock)
        for literal in ["00000000  ", "00000000: "] { want(Wanted(text: literal, ignoresCase: false, startsWord: true), .dump) }
        for literal in ["apiVersion", "api_version", "stringData", "string_data", "SecretString"] {
            want(Wanted(text: literal, ignoresCase: false, startsWord: true), .manifest)
        }
        var starts = [0]
        var flat: [Target] = []
        for wanted in order {
            flat += byLiteral[wanted] ?? []
            starts.append(flat.count)
        }
        targetStarts = starts
        targets = flat
        let openings = Self.openings(detectors)
        var ends = [Bool](repeating: false, count: 256)
        for opening in openings {
            guard let last = opening.bytes.last else { continue }
            for byte in opening.ignoresCase ? [last | 0x20, last & ~0x20, last] : [last] { ends[Int(byte)] = true }
        }
        endsOpening = ends
        self.openings = openings
        closings = Self.closings(detectors)
        searchers = detectors.indices.filter { detectors[$0].search == .run && !Self.isGroupBehindLiteral(detectors[$0]) }
        let broken = Self.broken(detectors)
        var pairs = [UInt8](repeating: 0, count: 8_192)
        for pair in broken.keys { pairs[Int(pair >> 3)] |= 1 << UInt8(pair & 7) }
        self.broken = broken
        brokenPairs = pairs
        let matcher = PatternMatcher()
        let literals = order.map { wanted in
            LiteralSet.Literal(
                bytes: Array(wanted.text.utf8), ignoresCase: wanted.ignoresCase, startsWord: wanted.startsWord,
                after: Self.after(wanted, byLiteral[wanted] ?? [], detectors, matcher))
        }
        guard let prefixes = LiteralSet(literals) else { return nil }
        let names = Self.keyParts.map { LiteralSet.Literal(bytes: Array($0.utf8), ignoresCase: true) }
        guard let keyNames = LiteralSet(names) else { return nil }
        self.prefixes = prefixes
        self.keyNames = keyNames
    }

    private struct Wanted: Hashable {
        let text: String
        let ignoresCase: Bool
        let startsWord: Bool
    }

    /// Where a group is the secret, what stands before it may be let go: it is found again in the context.
    private static func openings(_ detectors: [Detector]) -> [Opening] {
        var openings: [Opening] = []
        for detector in detectors where detector.group == 0 {
            for literal in detector.literals {
                let bytes = Array(literal.utf8)
                guard let first = bytes.firstIndex(where: { !WindowScan.isToken($0) }) else { continue }
                for count in (first + 1)..<bytes.count {
                    openings.append(Opening(bytes: Array(bytes[..<count]), ignoresCase: detector.ignoresCase))
                }
            }
        }
        return openings.sorted { $0.bytes.count > $1.bytes.count }
    }

    /// The literals that have these letters at a break.
    func anchorsBroken(between last: UInt8, and first: UInt8) -> [BrokenAnchor]? {
        let pair = UInt16(last) << 8 | UInt16(first)
        return brokenPairs[Int(pair >> 3)] >> UInt8(pair & 7) & 1 == 1 ? broken[pair] : nil
    }

    private static func broken(_ detectors: [Detector]) -> [UInt16: [BrokenAnchor]] {
        var broken: [UInt16: [BrokenAnchor]] = [:]
        for (index, detector) in detectors.enumerated()
        where detector.isPrecise && detector.search == .prefix && detector.group == 0 && !detector.ignoresCase && !detector.marks {
            for literal in detector.literals {
                let bytes = Array(literal.utf8)
                guard bytes.count > 2, bytes.allSatisfy(WindowScan.isToken) else { continue }
                for cut in 1..<bytes.count {
                    let pair = UInt16(bytes[cut - 1]) << 8 | UInt16(bytes[cut])
                    let anchor = BrokenAnchor(detector: index, head: Array(bytes[..<cut]), tail: Array(bytes[cut...]))
                    broken[pair, default: []].append(anchor)
                }
            }
        }
        return broken
    }

    private static func closings(_ detectors: [Detector]) -> [Closing] {
        var closings: [Closing] = []
        for (index, detector) in detectors.enumerated() where detector.group == 0 && detector.search == .prefix {
            for literal in detector.literals {
                let bytes = Array(literal.utf8)
                for count in 1..<max(1, bytes.count) where WindowScan.isSentenceMark(bytes[count - 1]) {
                    let opening = Opening(bytes: Array(bytes[..<count]), ignoresCase: detector.ignoresCase)
                    closings.append(Closing(opening: opening, detector: index))
                }
            }
        }
        return closings
    }

    /// Whether the secret is the first group of a pattern, and all literals stand before that: it is found behind text that was let go.
    private static func isGroupBehindLiteral(_ detector: Detector) -> Bool {
        guard detector.group == 1 else { return false }
        let pattern = Array(detector.pattern)
        var before = ""
        var at = 0
        var isInClass = false
        while at < pattern.count {
            let letter = pattern[at]
            if letter == "\\", at + 1 < pattern.count {
                before.append(pattern[at + 1])
                at += 2
                continue
            }
            if letter == "(", !isInClass, at + 1 < pattern.count, pattern[at + 1] != "?" { break }
            if letter == "[" { isInClass = true } else if letter == "]" { isInClass = false }
            if letter != "(", letter != ")" { before.append(letter) }
            at += 1
        }
        return detector.literals.allSatisfy { before.contains($0) }
    }

    /// What may stand behind a literal that is shorter than the window of the search, told by its patterns; empty for anything.
    private static func after(_ wanted: Wanted, _ targets: [Target], _ detectors: [Detector], _ matcher: PatternMatcher) -> [UInt8] {
        guard wanted.text.utf8.count < 4, !wanted.ignoresCase else { return [] }
        let isPair = wanted.text.utf8.count == 2
        var sets = [UInt8](repeating: 0, count: 32) + [UInt8](repeating: isPair ? 0 : 0xFF, count: 32)
        for target in targets {
            guard case .detector(let index) = target, detectors[index].search == .prefix else { return [] }
            let pattern = detectors[index].compiled
            let count = wanted.text.utf8.count
            var text = Array(wanted.text.utf8) + [0]
            for first in UInt8.min...UInt8.max {
                text[count] = first
                guard matcher.mayMatch(pattern, text.span) else { continue }
                sets[Int(first >> 3)] |= 1 << (first & 7)
                guard isPair else { continue }
                text.append(0)
                for second in UInt8.min...UInt8.max where sets[32 + Int(second >> 3)] >> (second & 7) & 1 == 0 {
                    text[count + 1] = second
                    if matcher.mayMatch(pattern, text.span) { sets[32 + Int(second >> 3)] |= 1 << (second & 7) }
                }
                text.removeLast()
            }
        }
        return sets
    }

    /// How a pattern says that no letter or digit may stand before it; the scan then checks that already.
    private static let wordStart = "(?<![A-Za-z0-9])"

    /// Every name that `KeyName` takes for one of a secret holds one of these.
    package static let keyParts = [
        "passw", "passphrase", "passcode", "pass=", "pass:", "_pass", "-pass", "pass\"", "pass>", "pass<", "pass :", "pass\n", "pass'",
        "dbpass", "storepass", "keypass", "pgpass", "ftppass", "sshpass", "smtppass", "ldappass", "kennwort", "contrasena", "wachtwoord",
        "pwd",
        "_pw", "-pw", "pw:", "pw=", "psw", "pasw", "pssw", "bindpw", "rootpw", "pat=", "pat\"", "pat'",
        "secret", "token", "api_key", "apikey", "api-key", "api key", "access_key", "accesskey", "access-key", "access key", "account_key",
        "accountkey", "private_key", "privatekey", "private-key", "_key", "-key", ".key", "key=", "authkey", "servicekey", "fernet",
        "credential", "creds", "authoriz", "auth_", "-auth", "_auth", "authtoken", "bearer", "cookie", "session", "jsessionid", "sid=",
        "dsn",
        "_conn", "conn_", "connection_str", "connection-str", "connectionstr", "_url", "_uri", "sig=", "signature", "sas=", "_sas", "_pat",
        "otp", "hmac",
        "jwt", "auth\"", "auth'", "auth=",
        "psk", "key\"", "key'", "key:", "pat:", "pat =", "-pat ", "pass =", " passe", "contrase\u{F1}a", "senha", "auth.user",
        ".auth:", "key =", " pw ", "(pw ", "webhook_url", "proxy\"", "proxies\"", "proxy'", "proxies'", "service_account", "keyfile_dict",
    ]
}
