import Core
import Redis

/// What one call draws from one bucket in the store, in the numbers of its script. Calls whose debits are equal can travel as one, with
/// their number.
public struct BucketDebit: Sendable, Hashable, BitwiseCopyable {
    /// How the script draws.
    enum Mode: Int64 {
        case exact = 0
        /// Never refuses, and draws only what is there.
        case shadow = 1
        /// Draws as many whole shares as there are.
        case lease = 2
    }

    /// The bucket.
    let name: BucketName
    private let capacity: Int64
    /// Units per microsecond; below zero the window of a budget, zero for a cap.
    private let inflow: Int64
    private let need: Int64
    private let draw: Int64
    private let mode: Int64

    init(_ name: BucketName, _ arithmetic: BucketArithmetic, need: Int64, draw: Int64, _ mode: Mode) {
        self.name = name
        capacity = arithmetic.capacity
        inflow = arithmetic.window > 0 ? -arithmetic.window : arithmetic.unitsPerMicrosecond
        self.need = need
        self.draw = draw
        self.mode = mode.rawValue
    }

    /// Whether it takes a place under a cap.
    var isCap: Bool { inflow == 0 }

    /// Whether calls alike can be told as a number: each holds a cap under a name of its own, and a lease is for one.
    public var isShareable: Bool { !isCap && mode != Mode.lease.rawValue }

    /// Appends the key.
    func writeKey(into out: inout ByteBuffer) {
        RedisCommand.head(BucketName.length, to: &out)
        name.write(into: &out)
        out.append("\r\n")
    }

    /// Appends the numbers, packed as the script unpacks them: the whole numbers of a bucket are exact as doubles.
    func writeNumbers(into out: inout ByteBuffer) {
        RedisCommand.head(5 * 8, to: &out)
        Self.append(capacity, &out)
        Self.append(inflow, &out)
        Self.append(need, &out)
        Self.append(draw, &out)
        Self.append(mode, &out)
        out.append("\r\n")
    }

    private static func append(_ number: Int64, _ out: inout ByteBuffer) {
        withUnsafeBytes(of: Double(number).bitPattern.littleEndian) { out.append($0) }
    }
}
