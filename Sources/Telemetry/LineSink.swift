/// Where the thread of a `LineWriter` puts its lines. Everything but the making happens on that thread.
public protocol LineSink: AnyObject, Sendable {
    /// What failures call it.
    var name: String { get }

    /// After how many milliseconds it wants to be called though nothing came; -1 for never.
    var patienceMilliseconds: Int32 { get }

    /// Writes whole lines, and answers how many were lost because the place took no more. Also called with none, when its patience ended.
    ///
    /// - Parameter isClosing: whether the program ends, and a place that takes nothing must not be waited for.
    func write(_ lines: Span<UInt8>, isClosing: () -> Bool) -> Int

    /// Opens a file again by its path, after a rotation. A path that cannot be opened leaves the old file in use.
    func reopen()

    /// Writes what it still holds and closes; answers how many lines were lost.
    func close() -> Int
}
