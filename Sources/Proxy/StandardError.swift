import Glibc

/// Where a start that fails tells why, before there is a log.
enum StandardError {
    /// Writes text as it is.
    static func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
