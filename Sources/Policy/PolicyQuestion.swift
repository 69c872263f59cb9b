import Core
import JSON

/// One call in the words of a command line: who asks for what, when.
public struct PolicyQuestion: Sendable {
    /// Why a question cannot be asked.
    public struct Misuse: Error {
        /// What is wrong.
        public let text: String
    }

    /// Groups of the caller.
    public var groups: [String] = []
    /// Scopes of its token.
    public var scopes: [String] = []
    /// Who it is.
    public var subject: String?
    /// Its client.
    public var client: String?
    /// Who issued its token.
    public var issuer: String?
    /// Further claims, as a JSON object.
    public var claims: String?
    /// The SHA-256 of its certificate, in hexadecimal.
    public var certificate: String?
    /// The method.
    public var method = ""
    /// The tool, prompt or resource.
    public var name = ""
    /// The arguments, as a JSON object.
    public var arguments: String?
    /// The names of the arguments that the server lists; nil for those of `arguments`.
    public var takes: [String]?
    /// When, as `2026-12-24T10:00:00Z`; nil for now.
    public var time: String?

    /// Asks nothing yet.
    public init() {}

    func identity() throws(Misuse) -> CaseIdentity {
        var identity = CaseIdentity()
        identity.groups = groups.map { Array($0.utf8) }
        identity.scopes = scopes.map { Array($0.utf8) }
        if let subject { identity.subject = Array(subject.utf8) }
        if let issuer { identity.issuer = Array(issuer.utf8) }
        identity.client = client.map { Array($0.utf8) }
        if let certificate {
            identity.certificate = Thumbprint.read(certificate)
            if identity.certificate == nil { throw Misuse(text: "`\(certificate)` is no SHA-256 fingerprint of a certificate") }
        }
        if let claims {
            for member in try Self.object(claims, "--claims") { identity.claims.append(member) }
        }
        return identity
    }

    func call(_ pins: ToolPins?) throws(Misuse) -> PolicyCall {
        var document: JSONNode?
        if let arguments {
            do { document = try JSONDocument.parse(Array(arguments.utf8)).root } catch { throw Misuse(text: "the arguments are no JSON") }
        }
        var call = PolicyCall(method: Array(method.utf8), name: Array(name.utf8), arguments: document)
        guard call.object == .tool else { return call }
        var names = Set((takes ?? []).map { Array($0.utf8) })
        if takes == nil { document?.forEachMember { key, _ in names.insert(key.withUnsafeBufferPointer { [UInt8]($0) }) } }
        call.listed = ListedTool(arguments: names, digest: pins?.digests[call.name] ?? [])
        return call
    }

    /// The members of a JSON object, each as text.
    private static func object(_ text: String, _ flag: String) throws(Misuse) -> [[UInt8]] {
        guard let document = try? JSONDocument.parse(Array(text.utf8)), document.root.kind == .object else {
            throw Misuse(text: "\(flag) is no JSON object")
        }
        var members: [[UInt8]] = []
        document.root.forEachMember { key, value in
            var out = ByteBuffer()
            JSONText.appendString(key, to: &out)
            out.append(UInt8(ascii: ":"))
            value.write(into: &out)
            members.append(out.takeAll())
        }
        return members
    }
}

extension PolicySet {
    /// Decides a question and tells why.
    public func explain(_ question: PolicyQuestion, now: WallTime) -> Result<Explanation, PolicyQuestion.Misuse> {
        do throws(PolicyQuestion.Misuse) {
            let identity = try question.identity()
            guard let principal = identity.principal() else { throw PolicyQuestion.Misuse(text: "the caller cannot be built from this") }
            let time = question.time.map { WallTime(policyText: $0) }
            if case .some(nil) = time { throw PolicyQuestion.Misuse(text: "--at is no time such as 2026-12-24T10:00:00Z") }
            return .success(
                explain(principal, certificate: identity.certificate, try question.call(pins), now: (time ?? nil) ?? now))
        } catch { return .failure(error) }
    }
}
