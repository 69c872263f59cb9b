import CZlib
import Core

/// One zlib stream. The stream structure stays at one address, because zlib keeps a pointer to it. Belongs to one `ContentDecoder`.
final class Inflater {
    /// The wrapping of a deflate stream, as zlib's window bits.
    enum Form: Int32 {
        case raw = -15
        case zlib = 15
        case gzip = 31
    }

    /// What one step did.
    struct Step {
        /// Bytes of input used and of output made.
        let used: Int, made: Int
        /// Whether it stopped for want of room rather than input.
        let isFull: Bool
        /// Whether the stream has ended.
        let isEnd: Bool
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var isOpen = false

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
    }

    deinit {
        close()
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Begins a stream; false if zlib has no memory.
    func start(_ form: Form) -> Bool {
        close()
        stream.pointee = z_stream()
        isOpen = louver_inflate_init(stream, form.rawValue) == Z_OK
        return isOpen
    }

    /// Gives zlib the first byte of a stream, which makes no output yet; false if no stream begins with it.
    func feed(_ byte: UInt8) -> Bool {
        var first = byte
        return withUnsafeMutablePointer(to: &first) { pointer in
            stream.pointee.next_in = pointer
            stream.pointee.avail_in = 1
            stream.pointee.next_out = nil
            var none: UInt8 = 0
            return withUnsafeMutablePointer(to: &none) { out in
                stream.pointee.next_out = out
                stream.pointee.avail_out = 0
                let status = inflate(stream, Z_NO_FLUSH)
                return (status == Z_OK || status == Z_BUF_ERROR) && stream.pointee.avail_in == 0
            }
        }
    }

    /// Inflates until the input is used up, `atMost` bytes are made or the stream ends.
    func step(
        _ input: inout ByteBuffer, into out: inout ByteBuffer, atMost: Int
    ) throws(HTTPFailure) -> Step {
        var used = 0
        var status: Int32 = Z_OK
        let room = min(atMost, Limits.inflateStepBytes)
        let made = input.withReadable { bytes in
            out.write(atMost: room) { room in
                let count = min(bytes.count, Int(UInt32.max))
                stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
                stream.pointee.avail_in = UInt32(count)
                stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(room.count)
                status = inflate(stream, Z_NO_FLUSH)
                used = count - Int(stream.pointee.avail_in)
                return room.count - Int(stream.pointee.avail_out)
            }
        }
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
        input.consume(used)
        // Z_BUF_ERROR says that neither side had anything to go on with, which is no fault.
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { throw .badCompression }
        return Step(used: used, made: made, isFull: made == room, isEnd: status == Z_STREAM_END)
    }

    private func close() {
        if isOpen { inflateEnd(stream) }
        isOpen = false
    }
}
