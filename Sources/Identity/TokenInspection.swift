import Core
import Crypto
import JSON

/// What a token says of itself, for a person who wonders why it is refused. Nothing in it is verified, and neither the token nor its
/// signature is in it.
public struct TokenInspection: Sendable {
    /// Names and values, header first: those that standards name. Of other members only the names.
    public let rows: [(name: String, value: String)]

    /// Takes a token apart. Throws unless it is a well-formed JWT in compact form.
    public init(_ token: Span<UInt8>, now: WallTime) throws(TokenRefusal) {
        let parsed = try CompactToken(token)
        var rows: [(name: String, value: String)] = [("alg", parsed.header.algorithm.name)]
        if let id = parsed.header.keyID { rows.append(("kid", String(decoding: id, as: UTF8.self))) }
        rows.append(("typ", parsed.header.isAccessToken ? "an access token (at+jwt)" : "JWT, or not said"))
        var others: [String] = []
        parsed.claims.root.forEachMember { key, node in
            let name = key.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
            guard let value = Self.value(of: name, node, now) else { return others.append(name) }
            rows.append((name, value))
        }
        if !others.isEmpty { rows.append(("also holds", others.joined(separator: ", "))) }
        self.rows = rows
    }

    private static func value(of name: String, _ node: JSONNode, _ now: WallTime) -> String? {
        switch name {
        case "exp", "nbf", "iat", "auth_time":
            guard let time = NumericDate.read(node, .down) else { return "not a number of seconds" }
            return "\(String(decoding: time.rfc3339().prefix(19), as: UTF8.self))Z (\(distance(time.seconds - now.seconds)))"
        case "iss", "sub", "aud", "client_id", "azp", "jti", "scope", "scp", "groups", "role", "roles", "origin", "chain", "cnf":
            var out = ByteBuffer()
            node.write(into: &out)
            let text = String(decoding: out.takeAll(), as: UTF8.self)
            return text.count > 256 ? text.prefix(256) + " ..." : text
        default: return nil
        }
    }

    private static func distance(_ seconds: Int64) -> String {
        let size = abs(seconds)
        let amount =
            switch size {
            case ..<120: "\(size) s"
            case ..<7_200: "\(size / 60) min"
            case ..<172_800: "\(size / 3_600) h"
            default: "\(size / 86_400) days"
            }
        return seconds < 0 ? "\(amount) ago" : "in \(amount)"
    }
}
