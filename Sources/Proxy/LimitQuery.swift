import Core

/// Which buckets an operator asks about, as the query of `/limits` says it: `?principal=<16 digits>&limit=<id>&most=50`.
public struct LimitQuery: Sendable, Equatable {
    /// Whose (`BucketName.owner`); nil for everybody's.
    public var owner: UInt64?
    /// Of which limit; nil for all.
    public var limit: String?
    /// How many of the emptiest are shown.
    public var most: Int

    /// Makes a query.
    public init(owner: UInt64? = nil, limit: String? = nil, most: Int = 50) {
        self.owner = owner
        self.limit = limit
        self.most = most
    }

    /// Reads a query; nil when it says anything else.
    init?(_ text: [UInt8]?) {
        self.init()
        for part in String(decoding: text ?? [], as: UTF8.self).split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2 else { return nil }
            switch pair[0] {
            case "principal":
                guard let owner = Self.owner(pair[1]) else { return nil }
                self.owner = owner
            case "limit": limit = pair[1]
            case "most":
                guard let number = Int(pair[1]), (0...Limits.limitSightingsMax).contains(number) else { return nil }
                most = number
            default: return nil
            }
        }
    }

    /// Reads the sixteen digits that an access line shows for a principal.
    public static func owner(_ digits: String) -> UInt64? {
        digits.utf8.count == 16 && digits.utf8.allSatisfy { Hex.value(of: $0) != nil } ? UInt64(digits, radix: 16) : nil
    }

    func write(into out: inout ByteBuffer) {
        out.append("?most=")
        out.append(decimal: most)
        if let owner {
            let digits = String(owner, radix: 16)
            out.append("&principal=")
            out.append(Array((String(repeating: "0", count: 16 - digits.count) + digits).utf8))
        }
        if let limit {
            out.append("&limit=")
            out.append(Array(limit.utf8))
        }
    }
}
