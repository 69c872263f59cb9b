import COpenSSL

/// A hash implementation fetched once: fetching by name for every digest costs more than hashing a short token.
///
/// Unchecked because the compiler cannot see into the handle: an `EVP_MD` is immutable after the fetch, and OpenSSL counts its
/// references atomically.
final class HashFunction: @unchecked Sendable {
    let pointer: OpaquePointer

    private init(_ algorithm: HashAlgorithm) {
        guard let pointer = EVP_MD_fetch(nil, algorithm.libraryName, nil) else {
            preconditionFailure("OpenSSL offers no \(algorithm.libraryName)")
        }
        self.pointer = pointer
    }

    deinit { EVP_MD_free(pointer) }

    static let sha256 = HashFunction(.sha256)
    static let sha384 = HashFunction(.sha384)
    static let sha512 = HashFunction(.sha512)
}
