import Glibc

extension StaticString {
    /// Whether two literals spell the same text: how failure classes are told apart.
    public func spells(_ other: StaticString) -> Bool {
        utf8CodeUnitCount == other.utf8CodeUnitCount && memcmp(utf8Start, other.utf8Start, utf8CodeUnitCount) == 0
    }
}
