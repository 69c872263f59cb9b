import Core
import HTTP
import JSON

/// The members of `params` that decide something, read in one pass.
struct CallParams: ~Copyable {
    let node: JSONNode?
    /// Which of the members that methods define are there.
    private(set) var keys: ParamKeys = []
    /// Whether there is one that no method defines.
    private(set) var hasUnknown = false
    private(set) var name: JSONNode?
    private(set) var uri: JSONNode?
    private(set) var arguments: JSONNode?
    private(set) var metaNode: JSONNode?
    /// What `_meta` says of the protocol.
    private(set) var claims = MetaClaims()

    /// Reads an object; nil is no members at all.
    init(_ node: JSONNode?, _ fields: FieldTable) {
        self.node = node
        guard let node else { return }
        node.forEachMember { key, value in
            guard let known = ParamKeys(key: key) else {
                hasUnknown = true
                return
            }
            keys.insert(known)
            switch known {
            case .name: name = value
            case .uri: uri = value
            case .arguments: arguments = value
            case .meta: metaNode = value
            default: break
            }
        }
        if let metaNode { claims = MetaClaims(metaNode, fields) }
    }
}
