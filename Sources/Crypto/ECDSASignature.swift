import COpenSSL

/// An ECDSA signature between its two forms: r||s of fixed width (RFC 7518 section 3.4) and DER (RFC 3279 section 2.2.3).
enum ECDSASignature {
    /// The DER form of r||s, or nil unless both have the width of the curve and neither is zero. That they are below the order of
    /// the curve is checked by the verification itself.
    static func der(fromJOSE joined: Span<UInt8>, _ curve: EllipticCurve) -> [UInt8]? {
        let width = curve.coordinateCount
        guard joined.count == 2 * width else { return nil }
        var body: [UInt8] = []
        body.reserveCapacity(2 * (width + 3))
        guard appendInteger(joined, from: 0, to: width, into: &body), appendInteger(joined, from: width, to: 2 * width, into: &body)
        else { return nil }
        // At most 2 * (66 + 3) bytes, so one length byte or 0x81 and one.
        let head: [UInt8] = body.count < 0x80 ? [0x30, UInt8(body.count)] : [0x30, 0x81, UInt8(body.count)]
        return head + body
    }

    /// The r||s form of what the library signed, or nil if it is not a signature of this curve.
    static func jose(fromDER encoded: [UInt8], _ curve: EllipticCurve) -> [UInt8]? {
        let width = curve.coordinateCount
        return encoded.withUnsafeBufferPointer { bytes in
            var at = bytes.baseAddress
            guard let signature = d2i_ECDSA_SIG(nil, &at, bytes.count) else { return nil }
            defer { ECDSA_SIG_free(signature) }
            var out = [UInt8](repeating: 0, count: 2 * width)
            let done = out.withUnsafeMutableBufferPointer { joined in
                BN_bn2binpad(ECDSA_SIG_get0_r(signature), joined.baseAddress, Int32(width)) == Int32(width)
                    && BN_bn2binpad(ECDSA_SIG_get0_s(signature), joined.baseAddress.map { $0 + width }, Int32(width)) == Int32(width)
            }
            return done ? out : nil
        }
    }

    /// Appends one big-endian number as a DER INTEGER: no leading zeros, but one if it would read as negative.
    private static func appendInteger(_ bytes: Span<UInt8>, from start: Int, to end: Int, into out: inout [UInt8]) -> Bool {
        var first = start
        while first < end, bytes[first] == 0 { first += 1 }
        guard first < end else { return false }
        let isSigned = bytes[first] >= 0x80
        out.append(0x02)
        out.append(UInt8(end - first + (isSigned ? 1 : 0)))
        if isSigned { out.append(0) }
        for at in first..<end { out.append(bytes[at]) }
        return true
    }
}
