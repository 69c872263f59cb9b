import CZlib

/// Takes gzip and zlib streams apart that stand encoded in a text, up to a bound.
enum Inflation {
    /// What came of a stream.
    enum Outcome {
        /// That many bytes were written, all there were or all that a cut stream gave.
        case text(Int)
        /// There are more than there is room for.
        case tooLong
        /// No stream.
        case none
    }

    /// Inflates `source` into `out`.
    static func run(_ source: UnsafeBufferPointer<UInt8>, into out: UnsafeMutableBufferPointer<UInt8>) -> Outcome {
        var stream = z_stream()
        // 47: the largest window, and gzip or zlib told by the header.
        guard louver_inflate_init(&stream, 47) == Z_OK else { return .none }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(source.count)
        stream.next_out = out.baseAddress
        stream.avail_out = UInt32(out.count)
        var status = inflate(&stream, Z_SYNC_FLUSH)
        // A gzip file may have several members.
        while status == Z_STREAM_END, stream.avail_in > 0, stream.avail_out > 0, inflateReset(&stream) == Z_OK {
            status = inflate(&stream, Z_SYNC_FLUSH)
        }
        let written = out.count - Int(stream.avail_out)
        switch status {
        case Z_STREAM_END: return .text(written)
        case Z_OK, Z_BUF_ERROR: return stream.avail_out == 0 ? .tooLong : .text(written)
        default: return written > 0 ? .text(written) : .none
        }
    }
}
