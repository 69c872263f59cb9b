import Core
import Telemetry

/// Something that bears on the decisions after it and is none itself: the shared store of limits was lost, or found again.
///
/// Not said once for each call that is decided meanwhile: those say so themselves (`limit_store`).
public struct AuditEvent: Sendable {
    /// What happened.
    public enum Kind: Sendable {
        /// A loop does not reach the store any longer, or never did.
        case storeLost
        /// A loop reaches it.
        case storeUp
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
        let longest = Limits.auditFieldBytesMax
        let room = LinePen.room(for: address.span, longest: longest) + reason.utf8CodeUnitCount + store.utf8CodeUnitCount
        LinePen.write(atMost: Self.fixedRoom + room, into: &out) { pen in
            pen.put("\"time\":\"")
            clock.write(time, into: &pen)
            pen.put(kind.member)
            pen.member(",\"address\":", address.span, longest: longest)
            pen.member(",\"reason\":", word: reason)
            pen.member(",\"limit_store\":", word: store)
            pen.put("\n")
        }
    }

    /// More than the keys, the time and the kind take: 110 bytes.
    private static let fixedRoom = 160
}

extension AuditEvent.Kind {
    /// The member of a line, after the quotation mark that ends the one before.
    var member: StaticString {
        switch self {
        case .storeLost: "\",\"event\":\"limit_store_lost\""
        case .storeUp: "\",\"event\":\"limit_store_up\""
        }
    }
}
