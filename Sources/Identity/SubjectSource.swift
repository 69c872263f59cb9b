import Core
import JSON

/// Where the name comes from under which Airflow knows a caller.
public enum SubjectSource: Sendable, Equatable {
    /// The subject of the token, as it is.
    case subject
    /// Another verified claim: a text, or a whole number (the numeric id that FabAuthManager wants).
    case claim(ClaimPath)
    /// A table from issuer and subject to name; who is not in it gets no credential.
    case table([[UInt8]: [[UInt8]: [UInt8]]])

    /// The caller's name in Airflow.
    func name(of principal: Principal) throws(IssueFailure) -> [UInt8] {
        switch self {
        case .subject:
            guard !principal.subject.isEmpty else { throw .subjectMissing }
            return principal.subject
        case .claim(let path):
            guard let node = path.find(in: principal.claims.root) else { throw .subjectMissing }
            if let text = ClaimText.copy(node) { return text }
            guard let number = node.int64, number >= 0 else { throw .subjectMalformed }
            return [UInt8](String(number).utf8)
        case .table(let names):
            guard let name = names[principal.issuer]?[principal.subject] else { throw .noMapping }
            return name
        }
    }
}
