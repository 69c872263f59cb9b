import JSON

/// The digest of a call's arguments in which neither the order of members nor the way a text was escaped counts: two calls with the same
/// digest ask for the same. A number counts as it was written, so `1` and `1.0` are two.
public enum ArgumentsDigest {
    /// The digest; of a missing value too.
    public static func of(_ arguments: JSONNode?) -> [UInt8] {
        let hash = arguments.map(value) ?? BucketKey(low: 0, high: 0)
        var out: [UInt8] = []
        out.reserveCapacity(32)
        hash.appendHex(to: &out)
        return out
    }

    // The depth of a document is bounded by its parser.
    private static func value(_ node: JSONNode) -> BucketKey {
        var hash = KeyHash(seed: .shared)
        switch node.kind {
        case .object:
            // A sum does not know an order; each member is hashed with its key first.
            var (low, high): (UInt64, UInt64) = (0, 0)
            node.forEachMember { key, child in
                var member = KeyHash(seed: .shared)
                member.add(part: 1, key)
                let inner = value(child)
                member.add(inner.low)
                member.add(inner.high)
                let sum = member.finish()
                low &+= sum.low
                high &+= sum.high
            }
            hash.add(UInt8(2))
            hash.add(UInt64(node.count))
            hash.add(low)
            hash.add(high)
        case .array:
            hash.add(UInt8(3))
            node.forEachElement { child in
                let inner = value(child)
                hash.add(inner.low)
                hash.add(inner.high)
            }
        case .string: _ = node.withString { hash.add(part: 4, $0) }
        default: node.withSource { hash.add(part: 5, $0) }
        }
        return hash.finish()
    }
}
