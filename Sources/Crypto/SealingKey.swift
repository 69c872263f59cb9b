import COpenSSL
import Core

/// A key that hides and authenticates short texts: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce in front and the
/// 128-bit tag behind. One key may seal 2^32 texts. Usable from any thread.
public final class SealingKey: Sendable {
    /// The bytes of a key.
    public static let secretCount = 32
    /// How much longer a sealed text is than its plain form: nonce and tag.
    public static let overhead = nonceCount + tagCount

    private static let nonceCount = 12
    private static let tagCount = 16
    private let secret: SecretBytes

    /// Makes a key from exactly 32 secret bytes; another length is a bug of ours, since configuration checks what it reads.
    public init(_ secret: SecretBytes) {
        precondition(secret.count == Self.secretCount, "a sealing key has 32 bytes")
        self.secret = secret
    }

    /// A fresh key, for what only this process must open.
    public static func random() -> SealingKey {
        var bytes = SecureRandom.bytes(secretCount)
        return SealingKey(SecretBytes(taking: &bytes))
    }

    /// Seals `plain`. The same `context` must be given to open it; it is authenticated and not stored.
    public func seal(_ plain: Span<UInt8>, context: Span<UInt8>) -> [UInt8] {
        let total = plain.count + Self.overhead
        precondition(total <= Limits.sealedBytesMax, "too much to seal at once")
        return [UInt8](unsafeUninitializedCapacity: total) { out, written in
            let all = UnsafeMutableRawBufferPointer(start: out.baseAddress, count: total)
            let nonce = UnsafeMutableRawBufferPointer(rebasing: all[..<Self.nonceCount])
            SecureRandom.fill(nonce)
            seal(plain, context: context, nonce: nonce, into: UnsafeMutableRawBufferPointer(rebasing: all[Self.nonceCount...]))
            written = total
        }
    }

    /// The plain text, or nil unless `sealed` came from this key and this context unchanged. The reason is never told apart.
    public func open(_ sealed: Span<UInt8>, context: Span<UInt8>) -> [UInt8]? {
        guard sealed.count >= Self.overhead, sealed.count <= Limits.sealedBytesMax else { return nil }
        let count = sealed.count - Self.overhead
        var isGenuine = false
        // One spare byte, so that the output pointer exists even for an empty text: without it the library would not be asked.
        let plain = [UInt8](unsafeUninitializedCapacity: count + 1) { out, written in
            isGenuine = sealed.withUnsafeBytes { decrypt($0, context: context, into: UnsafeMutableRawBufferPointer(out)) }
            if !isGenuine { OPENSSL_cleanse(out.baseAddress, count) }
            written = isGenuine ? count : 0
        }
        return isGenuine ? plain : nil
    }

    /// Writes ciphertext and tag with a given nonce: apart from `seal` so that published vectors can be run through it.
    func seal(_ plain: Span<UInt8>, context: Span<UInt8>, nonce: UnsafeMutableRawBufferPointer, into out: UnsafeMutableRawBufferPointer) {
        let cipher = Cipher.aes256GCM.pointer
        guard let working = EVP_CIPHER_CTX_new() else { preconditionFailure("EVP_CIPHER_CTX_new failed") }
        defer { EVP_CIPHER_CTX_free(working) }
        let target = out.baseAddress?.assumingMemoryBound(to: UInt8.self)
        var length: Int32 = 0
        var done = secret.withBytes { EVP_EncryptInit_ex2(working, cipher, $0.octets, UnsafeRawBufferPointer(nonce).octets, nil) } == 1
        done = done && context.withUnsafeBytes { EVP_EncryptUpdate(working, nil, &length, $0.octets, Int32($0.count)) } == 1
        if plain.count > 0 {
            done = done && plain.withUnsafeBytes { EVP_EncryptUpdate(working, target, &length, $0.octets, Int32($0.count)) } == 1
        }
        var rest: Int32 = 0
        done = done && EVP_EncryptFinal_ex(working, target.map { $0 + plain.count }, &rest) == 1
        let tag = target.map { $0 + plain.count }
        done = done && EVP_CIPHER_CTX_ctrl(working, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagCount), tag) == 1
        precondition(done, "AES-256-GCM failed to seal")
    }

    private func decrypt(_ sealed: UnsafeRawBufferPointer, context: Span<UInt8>, into out: UnsafeMutableRawBufferPointer) -> Bool {
        guard let working = EVP_CIPHER_CTX_new() else { return false }
        defer { EVP_CIPHER_CTX_free(working) }
        guard let start = sealed.octets, let target = out.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
        let count = sealed.count - Self.overhead
        var length: Int32 = 0
        guard secret.withBytes({ EVP_DecryptInit_ex2(working, Cipher.aes256GCM.pointer, $0.octets, start, nil) }) == 1,
            context.withUnsafeBytes({ EVP_DecryptUpdate(working, nil, &length, $0.octets, Int32($0.count)) }) == 1,
            count == 0 || EVP_DecryptUpdate(working, target, &length, start + Self.nonceCount, Int32(count)) == 1
        else { return false }
        let tag = UnsafeMutableRawPointer(mutating: start + Self.nonceCount + count)
        guard EVP_CIPHER_CTX_ctrl(working, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagCount), tag) == 1 else { return false }
        return EVP_DecryptFinal_ex(working, target + count, &length) == 1
    }
}

/// A cipher fetched once.
///
/// Unchecked because the compiler cannot see into the handle: an `EVP_CIPHER` is immutable after the fetch.
private final class Cipher: @unchecked Sendable {
    let pointer: OpaquePointer

    private init(_ name: String) {
        guard let pointer = EVP_CIPHER_fetch(nil, name, nil) else { preconditionFailure("OpenSSL offers no \(name)") }
        self.pointer = pointer
    }

    deinit { EVP_CIPHER_free(pointer) }

    static let aes256GCM = Cipher("AES-256-GCM")
}

extension UnsafeRawBufferPointer {
    /// The start as OpenSSL's C signatures want it.
    var octets: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
