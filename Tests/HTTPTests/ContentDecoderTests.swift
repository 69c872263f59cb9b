import CZlib
import Core
import TestSupport
import Testing

@testable import HTTP

@Suite struct ContentDecoderTests {
    enum Form: Int32, CaseIterable, Sendable {
        case raw = -15
        case zlib = 15
        case gzip = 31

        var coding: String { self == .gzip ? "gzip" : "deflate" }
    }

    /// Compresses with zlib.
    static func compress(_ bytes: [UInt8], _ form: Form, level: Int32 = 6) -> [UInt8] {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        deflateInit2_(stream, level, Z_DEFLATED, form.rawValue, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(stream) }
        var out = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 100)
        var input = bytes
        let made = input.withUnsafeMutableBufferPointer { from in
            out.withUnsafeMutableBufferPointer { to in
                stream.pointee.next_in = from.baseAddress
                stream.pointee.avail_in = UInt32(from.count)
                stream.pointee.next_out = to.baseAddress
                stream.pointee.avail_out = UInt32(to.count)
                deflate(stream, Z_FINISH)
                return to.count - Int(stream.pointee.avail_out)
            }
        }
        return Array(out[..<made])
    }

    /// Decodes pieces, `atMost` bytes a call; answers the bytes, or the class of the failure.
    static func decode(_ coding: String, _ pieces: [[UInt8]], atMost: Int = 65_536) throws -> Result<[UInt8], HTTPFailure> {
        guard var decoder = ContentDecoder(encoding: Wire.bytes(coding).span) else { throw Unknown() }
        var input = ByteBuffer()
        var out = ByteBuffer()
        var all: [UInt8] = []
        do throws(HTTPFailure) {
            for piece in pieces {
                input.append(piece)
                var progress = ContentDecoder.Progress.hasMore
                while progress == .hasMore {
                    progress = try decoder.decode(&input, into: &out, atMost: atMost)
                    if out.readableCount > atMost { return .failure(HTTPFailure(status: 0, reason: "more than asked for")) }
                    all += out.takeAll()
                }
                if !input.isEmpty { return .failure(HTTPFailure(status: 0, reason: "input left")) }
            }
            try decoder.finish()
        } catch {
            return .failure(error)
        }
        return .success(all)
    }

    struct Unknown: Error {}

    static func sample(_ seed: UInt64, _ count: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return Wire.bytes(generator.text(count, from: "abc {}\":,01"))
    }

    @Test(arguments: Form.allCases) func roundTripsInAnyPieces(_ form: Form) throws {
        for seed in 0..<40 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let plain = Self.sample(UInt64(seed), Int.random(in: 0...5_000, using: &generator))
            let packed = Self.compress(plain, form, level: Int32(seed % 10))
            let atMost = Int.random(in: 1...700, using: &generator)
            #expect(
                try Self.decode(form.coding, generator.pieces(of: packed, longest: 200), atMost: atMost) == .success(plain), "seed \(seed)")
            #expect(try Self.decode(form.coding, packed.map { [$0] }) == .success(plain), "seed \(seed)")
        }
    }

    @Test func identityPassesThrough() throws {
        for coding in ["", "identity", "Identity"] {
            #expect(try Self.decode(coding, [[1, 2], [3]], atMost: 1) == .success([1, 2, 3]))
            let isIdentity = ContentDecoder(encoding: Wire.bytes(coding).span)?.isIdentity
            #expect(isIdentity == true)
        }
    }

    @Test(arguments: ["br", "zstd", "compress", "gzip, gzip", "gzip,identity", "gzip;q=1", "*", "x-deflate"]) func unknownCodings(
        _ coding: String
    ) {
        let isUnknown = ContentDecoder(encoding: Wire.bytes(coding).span) == nil
        #expect(isUnknown)
    }

    @Test func membersOfGzipAreJoined() throws {
        let one = Self.sample(1, 500)
        let two = Self.sample(2, 700)
        let packed = Self.compress(one, .gzip) + Self.compress([], .gzip) + Self.compress(two, .gzip)
        #expect(try Self.decode("x-gzip", [packed]) == .success(one + two))
        #expect(try Self.decode("GZip", packed.map { [$0] }, atMost: 7) == .success(one + two))
    }

    @Test(arguments: Form.allCases) func truncationIsAFailure(_ form: Form) throws {
        let packed = Self.compress(Self.sample(3, 300), form)
        for count in 0..<packed.count {
            #expect(try Self.decode(form.coding, [Array(packed[..<count])]) == .failure(.truncatedCompression), "\(count) bytes")
        }
    }

    @Test(arguments: Form.allCases) func bytesBehindTheEndAreAFailure(_ form: Form) throws {
        let packed = Self.compress(Self.sample(4, 300), form)
        for garbage in [[0], [0x1F], Wire.bytes("{}")] as [[UInt8]] {
            let whole = try Self.decode(form.coding, [packed + garbage])
            let later = try Self.decode(form.coding, [packed, garbage])
            // One byte may be the start of another member, which then is cut short.
            let expected: HTTPFailure = form == .gzip && garbage == [0x1F] ? .truncatedCompression : .badCompression
            if form == .gzip && garbage == [0] {
                #expect(whole == later && whole != .success(Self.sample(4, 300)))
            } else {
                #expect(whole == .failure(expected) && later == .failure(expected), "\(garbage)")
            }
        }
    }

    @Test func damageIsAFailure() throws {
        let plain = Self.sample(5, 400)
        for form in [Form.gzip, .zlib] {
            let packed = Self.compress(plain, form)
            for at in 0..<packed.count {
                var damaged = packed
                damaged[at] ^= 0x11
                // The time, the flags of speed and the system in a gzip header carry no content.
                let isIdle = form == .gzip && (4...9).contains(at)
                let result = try Self.decode(form.coding, [damaged])
                #expect((result == .success(plain)) == isIdle, "\(form) byte \(at)")
            }
        }
        for text in ["{\"plain\":true}", "\u{1F}\u{8B}\u{08}\u{FF}", "\u{78}\u{BB}\0\0\0\0"] {
            let isRefused = try Self.decode(text.hasPrefix("\u{78}") ? "deflate" : "gzip", [Wire.bytes(text)])
            if case .success = isRefused { Issue.record("taken: \(text)") }
        }
    }

    /// A body that grows a thousandfold is refused at 1 MiB and a little, whatever it would have grown to.
    @Test(arguments: Form.allCases) func bombsAreRefused(_ form: Form) throws {
        let packed = Self.compress([UInt8](repeating: 0, count: 32 << 20), form, level: 9)
        guard var decoder = ContentDecoder(encoding: Wire.bytes(form.coding).span) else { throw Unknown() }
        var input = Wire.buffer(packed)
        var out = ByteBuffer()
        var made = 0
        var reason = ""
        do throws(HTTPFailure) {
            while try decoder.decode(&input, into: &out, atMost: 16_384) == .hasMore {
                made += out.readableCount
                out.clear()
            }
        } catch {
            reason = error.reason.description
        }
        #expect(reason == "inflate_ratio")
        #expect(made <= Limits.inflateGraceBytes + Limits.inflateStepBytes)
        // What has failed stays failed.
        #expect(throws: HTTPFailure.badCompression) { _ = try decoder.decode(&input, into: &out, atMost: 1) }
        #expect(throws: HTTPFailure.truncatedCompression) { try decoder.finish() }
    }

    @Test func goodRatiosPassTheGrace() throws {
        // Each repetition lies beyond the window of the one before, so the ratio stays that of the sample.
        let sample = Self.sample(6, 65_536)
        let plain = (0..<32).flatMap { _ in sample }
        #expect(try Self.decode("gzip", [Self.compress(plain, .gzip)], atMost: 100_000) == .success(plain))
    }
}
