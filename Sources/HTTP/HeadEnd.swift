import Core
import Glibc

/// Finds the empty line that ends a head, looking at each line end once however often it is asked.
enum HeadEnd {
    /// The index behind the empty line, or nil if it has not come. Every LF before it is known to follow a CR, so what is no head
    /// (RFC 9112 section 2.2) is refused at its first line rather than at a deadline.
    static func find(in bytes: UnsafeBufferPointer<UInt8>, scanned: inout Int, longLine: HTTPFailure) throws(HTTPFailure) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let limit = min(bytes.count, Limits.headBytesMax)
        while scanned < limit {
            guard let found = memchr(base + scanned, Int32(UInt8(ascii: "\n")), limit - scanned) else {
                scanned = limit
                break
            }
            let at = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            guard at > 0, base[at - 1] == UInt8(ascii: "\r") else { throw .bareLF }
            scanned = at + 1
            if at >= 3, base[at - 2] == UInt8(ascii: "\n") { return at + 1 }
        }
        // A first line longer than any target leaves room for is refused as such even before its end is seen.
        let firstLineMax = Limits.targetBytesMax + 256
        if bytes.count > firstLineMax, memchr(base, Int32(UInt8(ascii: "\n")), firstLineMax) == nil { throw longLine }
        if bytes.count >= Limits.headBytesMax { throw .headTooLarge }
        return nil
    }
}
