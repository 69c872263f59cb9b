import Core
import HTTP
import JSON

/// What a client's `_meta` says of the protocol, read in one pass.
struct MetaClaims: ~Copyable {
    /// What it says of the version.
    enum Version: Equatable {
        /// Nothing.
        case none
        /// Something that is no string.
        case malformed
        /// A version, which the header states too or not.
        case stated(agrees: Bool)
    }

    private(set) var version = Version.none
    /// Whether it is an object at all.
    private(set) var isObject = true
    private(set) var hasCapabilities = false
    private(set) var hasBadClientInfo = false
    private(set) var progressToken: RequestID?
    private(set) var hasBadProgressToken = false

    /// There is no `_meta`.
    init() {}

    /// Reads a `_meta`, comparing its version with the header's.
    init(_ meta: JSONNode, _ fields: FieldTable) {
        isObject = meta.kind == .object
        meta.forEachMember { key, value in
            if ASCII.equals(key, MetaKey.protocolVersion) {
                let agrees = value.withString { text in fields.withValue(.mcpProtocolVersion) { HeaderValue.equal($0, text) } ?? false }
                version = agrees.map { .stated(agrees: $0) } ?? .malformed
            } else if ASCII.equals(key, MetaKey.clientCapabilities) {
                hasCapabilities = value.kind == .object
            } else if ASCII.equals(key, MetaKey.clientInfo) {
                hasBadClientInfo = value.kind != .object
            } else if ASCII.equals(key, MetaKey.progressToken) {
                progressToken = RequestID(value)
                hasBadProgressToken = progressToken == nil
            }
        }
    }
}
