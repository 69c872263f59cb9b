import Core
import Glibc

/// A secret that its name gave away, written once more near by without the name: `token = 'x' | 'x'`.
extension WindowScan {
    /// How far behind it that is looked for. Within this reach the name is found again in the context of the next window.
    private static let repeatReach = 512
    private static let repeatedMax = 256

    /// Looks for the same value behind it.
    func addRepeats(_ text: Span<UInt8>, _ secret: Range<Int>, _ kind: KeyClass, _ anchor: Int) {
        guard secret.count <= Self.repeatedMax, secret.upperBound - anchor <= Self.repeatReach - Self.repeatedMax else { return }
        for at in secret where !Self.isToken(text[at]) { return }
        let bytes = text.extracting(secret)
        guard Alphabet(of: bytes).hasDigit else { return }
        guard
            bytes.count >= 16 && ValueShape.isRandom(bytes)
                || kind.tier == .strong && (ValueShape.isTelling(bytes) || ValueShape.isMade(bytes, kind))
        else {
            return
        }
        let limit = min(text.count, secret.upperBound + Self.repeatReach)
        var from = secret.upperBound
        // Two are enough: names that come again are looked at by themselves, and each look is bounded.
        var count = 0
        while count < 2, let start = next(text, secret, from, limit) {
            count += 1
            let end = start + secret.count
            from = end
            if ASCII.isAlphanumeric(text[start - 1]) || (end < text.count && ASCII.isAlphanumeric(text[end])) { continue }
            findings.append(Finding(start, end, kind: kind.kind.rawValue, rank: Finding.Rank.told, anchor: anchor))
        }
    }

    private func next(_ text: Span<UInt8>, _ secret: Range<Int>, _ from: Int, _ limit: Int) -> Int? {
        text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var at = from
            while limit - at >= secret.count, let found = memchr(base + at, Int32(base[secret.lowerBound]), limit - at - secret.count + 1) {
                at = UnsafeRawPointer(found) - UnsafeRawPointer(base)
                if memcmp(base + at, base + secret.lowerBound, secret.count) == 0 { return at }
                at += 1
            }
            return nil
        }
    }
}
