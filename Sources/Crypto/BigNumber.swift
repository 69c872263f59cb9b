import COpenSSL

/// A non-negative integer inside OpenSSL, for the parts of public keys. Not for secrets: it is freed without being cleared.
struct BigNumber: ~Copyable {
    let pointer: OpaquePointer

    /// Reads a named integer of a key.
    init?(_ key: OpaquePointer, _ name: String) {
        var found: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key, name, &found) == 1, let found else { return nil }
        pointer = found
    }

    deinit { BN_free(pointer) }

    /// The bits from the highest one that is set.
    var bitCount: Int { Int(BN_num_bits(pointer)) }

    var isOdd: Bool { BN_is_odd(pointer) == 1 }

    /// The big-endian bytes without leading zeros.
    var bytes: [UInt8] { padded(to: (bitCount + 7) / 8) }

    /// The big-endian bytes in exactly `count` places, which the value must fit.
    func padded(to count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: max(count, 1)) { out, written in
            let done = BN_bn2binpad(pointer, out.baseAddress, Int32(count))
            precondition(done == Int32(count), "the number does not fit")
            written = count
        }
    }
}
