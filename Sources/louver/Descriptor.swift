import Core
import Glibc

/// Reading and writing of whole pieces on blocking descriptors.
enum Descriptor {
    /// Writes all bytes; false when the other side takes no more.
    static func write(_ bytes: Span<UInt8>, to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                if count > 0 {
                    done += count
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }

    /// Appends what can be read now; 0 at the end, negative on an error.
    static func read(_ descriptor: Int32, into buffer: inout ByteBuffer, atMost count: Int) -> Int {
        while true {
            var result = 0
            _ = buffer.write(atMost: count) { room in
                result = Glibc.read(descriptor, room.baseAddress, room.count)
                return max(0, result)
            }
            if result >= 0 || errno != EINTR { return result }
        }
    }
}
