import Core
import TestSupport
import Testing

@testable import Crypto

@Suite struct DigestTests {
    /// The context that is kept says what the one that is made for each text says, however the text is cut.
    @Test func aRunningDigestIsTheSame() {
        let running = RunningDigest()
        var generator = SeededGenerator(seed: 5)
        for length in [0, 1, 55, 56, 63, 64, 65, 700, 4_096] {
            let text = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let cut = Int.random(in: 0...length, using: &generator)
            running.begin()
            running.update(text.span.extracting(first: cut))
            running.update(text.span.extracting(droppingFirst: cut))
            let words = running.finish()
            let bytes = (0..<32).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(56 - $0 % 8 * 8)) }
            #expect(bytes == Digest.sha256(text.span))
        }
    }

    // FIPS 180-4 examples.
    static let cases: [(text: String, algorithm: HashAlgorithm, digest: String)] = [
        ("", .sha256, "e3b0c44298fc1c149afbf4c8996fb924 27ae41e4649b934ca495991b7852b855"),
        ("abc", .sha256, "ba7816bf8f01cfea414140de5dae2223 b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", .sha256,
            "248d6a61d20638b8e5c026930c3e6039 a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abc", .sha384,
            "cb00753f45a35e8bb5a03d699ac65007 272c32ab0eded1631a8b605a43ff5bed 8086072ba1e7cc2358baeca134c825a7"
        ),
        (
            "", .sha512,
            """
            cf83e1357eefb8bdf1542850d66d8007 d620e4050b5715dc83f4a921d36ce9ce
            47d0d13c5d85f2b0ff8318d2877eec2f 63b931bd47417a81a538327af927da3e
            """
        ),
        (
            "abc", .sha512,
            """
            ddaf35a193617abacc417349ae204131 12e6fa4e89a97ea20a9eeee64b55d39a
            2192992a274fc1a836ba3c23a3feebbd 454d4423643ce80e2a9ac94fa54ca49f
            """
        ),
    ]

    @Test(arguments: cases) func published(text: String, algorithm: HashAlgorithm, digest: String) {
        #expect(Digest.make(algorithm, [UInt8](text.utf8)) == hex(digest))
    }

    @Test func namedFormsAgree() {
        let bytes = [UInt8]("louver".utf8)
        #expect(Digest.sha256(bytes) == Digest.make(.sha256, bytes))
        #expect(Digest.sha384(bytes) == Digest.make(.sha384, bytes))
        #expect(Digest.sha512(bytes) == Digest.make(.sha512, bytes))
        #expect(Digest.sha256Value(bytes).bytes == Digest.sha256(bytes))
    }

    @Test func valuesAreEqualExactlyWhenTheirBytesAre() {
        let a = Digest.sha256Value([1, 2, 3])
        #expect(a == Digest.sha256Value([1, 2, 3]))
        #expect(a.hashValue == Digest.sha256Value([1, 2, 3]).hashValue)
        #expect(a != Digest.sha256Value([1, 2, 4]))
        #expect(Set([a, Digest.sha256Value([1, 2, 3]), Digest.sha256Value([9])]).count == 2)
    }
}
