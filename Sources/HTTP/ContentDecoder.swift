import CZlib
import Core

/// Undoes the content coding of a reply (RFC 9110 section 8.4.1), in pieces of bounded size.
///
/// Each call gives at most `atMost` bytes, so a body that grows a thousandfold never stands in memory; past `Limits.inflateGraceBytes` a
/// body that has grown more than `Limits.inflateRatioMax` times is refused.
public struct ContentDecoder: ~Copyable {
    private enum Coding {
        case identity, gzip, deflate
    }

    private enum Place {
        /// Before the first byte of a stream; a stream has to come.
        case start
        /// Before a further gzip member, which may come or not (RFC 1952 section 2.2).
        case between
        /// Inside a stream.
        case inside
        /// Behind the end: nothing may follow.
        case end
        /// After a failure.
        case failed
    }

    /// Why a call came back.
    public enum Progress: Sendable {
        /// The input is used up: call again when there is more.
        case needsInput
        /// `atMost` bytes were given and there may be more of them: call again, even if the input is used up.
        case hasMore
    }

    private let coding: Coding
    private let inflater: Inflater?
    private var place = Place.start
    /// The first byte of a `deflate` body, held until the second tells zlib from raw.
    private var held: UInt8?
    private var totalIn = 0
    private var totalOut = 0

    /// Makes a decoder for the value of Content-Encoding: `gzip`, `x-gzip`, `deflate` (zlib as the RFC says, or raw as some servers
    /// send), `identity` or nothing, in any case. Nil for any other coding and for a list.
    public init?(encoding: Span<UInt8>) {
        if encoding.isEmpty || ASCII.equalsIgnoringCase(encoding, "identity") {
            coding = .identity
            inflater = nil
        } else if ASCII.equalsIgnoringCase(encoding, "gzip") || ASCII.equalsIgnoringCase(encoding, "x-gzip") {
            coding = .gzip
            inflater = Inflater()
        } else if ASCII.equalsIgnoringCase(encoding, "deflate") {
            coding = .deflate
            inflater = Inflater()
        } else {
            return nil
        }
    }

    /// Whether the content passes through unchanged.
    public var isIdentity: Bool { coding == .identity }

    /// Takes bytes from `input` and appends what they decode to, at most `atMost` bytes, which is positive.
    public mutating func decode(_ input: inout ByteBuffer, into out: inout ByteBuffer, atMost: Int) throws(HTTPFailure) -> Progress {
        guard let inflater else {
            let count = min(input.readableCount, atMost)
            input.withReadable { out.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            input.consume(count)
            return input.isEmpty ? .needsInput : .hasMore
        }
        do throws(HTTPFailure) {
            return try inflate(inflater, &input, into: &out, atMost: atMost)
        } catch {
            place = .failed
            throw error
        }
    }

    /// Says that the body has ended; a failure if it was cut short.
    public mutating func finish() throws(HTTPFailure) {
        if coding == .identity || place == .between || place == .end { return }
        place = .failed
        throw .truncatedCompression
    }

    private mutating func inflate(
        _ inflater: Inflater, _ input: inout ByteBuffer, into out: inout ByteBuffer, atMost: Int
    ) throws(HTTPFailure) -> Progress {
        var room = atMost
        while true {
            switch place {
            case .failed: throw .badCompression
            case .end:
                if !input.isEmpty { throw .badCompression }
                return .needsInput
            case .start, .between:
                guard try begin(inflater, &input) else { return .needsInput }
                place = .inside
            case .inside:
                if room == 0 { return .hasMore }
                let step = try inflater.step(&input, into: &out, atMost: room)
                totalIn += step.used
                totalOut += step.made
                room -= step.made
                if totalOut > Limits.inflateGraceBytes, totalOut / Limits.inflateRatioMax > totalIn { throw .inflateRatio }
                if step.isEnd {
                    place = coding == .gzip ? .between : .end
                } else if !step.isFull {
                    return .needsInput
                }
            }
        }
    }

    /// Prepares for a stream when enough of it is here to know its form.
    private mutating func begin(_ inflater: Inflater, _ input: inout ByteBuffer) throws(HTTPFailure) -> Bool {
        if input.isEmpty { return false }
        if coding == .gzip {
            guard inflater.start(.gzip) else { throw .badCompression }
            return true
        }
        let first: UInt8
        if let held {
            first = held
        } else {
            first = input.readable[0]
            input.consume(1)
            held = first
        }
        if input.isEmpty { return false }
        // RFC 1950 section 2.2: method 8, a window of at most 32 KiB, and a check sum of the two bytes. Otherwise it is a raw stream.
        let pair = Int(first) << 8 | Int(input.readable[0])
        let isZlib = first & 15 == 8 && first >> 4 <= 7 && pair % 31 == 0
        guard inflater.start(isZlib ? .zlib : .raw) else { throw .badCompression }
        totalIn += 1
        guard inflater.feed(first) else { throw .badCompression }
        return true
    }
}
