import Core
import Telemetry

/// Something that bears on the decisions after it and is none itself: the shared store of limits was lost, or found again.
///
/// Not said once for each call that is decided meanwhile: those say so themselves (`limit_store`).
public struct AuditEvent: Sendable {
    /// What happened.
    public enum Kind: String, Sendable, CaseIterable {
        /// A loop does not reach the store any longer, or never did.
        case storeLost = "limit_store_lost"
        /// A loop reaches it.
        case storeUp = "limit_store_up"
    }

    /// When it happened.
    public var time: WallTime
    /// What happened.
    public var kind: Kind
    /// Which server it is about; empty where none is known.
    public var address: [UInt8]
    /// Why the store was lost; empty otherwise.
    public var reason: StaticString
    /// What `/readyz` says of the store from now on: `up`, `partly_lost` (some loops) or `lost`.
    public var store: StaticString

    /// Makes an event.
    public init(_ kind: Kind, time: WallTime, address: [UInt8], reason: StaticString, store: StaticString) {
        self.kind = kind
        self.time = time
        self.address = address
        self.reason = reason
        self.store = store
    }

    /// Writes the members of the line, without the braces and without what the chain adds, and a newline.
    func write(_ clock: inout TimeText, into out: inout ByteBuffer) {
        out.append("\"time\":\"")
        clock.write(time, into: &out)
        out.append("\",\"event\":\"")
        out.append(Array(kind.rawValue.utf8))
        out.append("\"")
        JSONLine.member(",\"address\":", address.span, longest: Limits.auditFieldBytesMax, into: &out)
        JSONLine.member(",\"reason\":", word: reason, into: &out)
        JSONLine.member(",\"limit_store\":", word: store, into: &out)
        out.append(UInt8(ascii: "\n"))
    }
}
