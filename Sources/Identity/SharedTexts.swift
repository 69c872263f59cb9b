import Core

/// Names of clients, and lists of scopes and groups, that many callers have in common, kept once: they are a third of what a remembered
/// token weighs.
///
/// A class of one loop.
final class SharedTexts {
    private var texts: Set<[UInt8]> = []
    private var lists: Set<[[UInt8]]> = []

    /// The number of texts and lists kept.
    var count: Int { texts.count + lists.count }

    /// An equal text, which may share its memory with others. Starts afresh when `Limits.sharedTextsMax` are kept: those in use live on
    /// with their owners.
    func shared(_ text: [UInt8]) -> [UInt8] {
        if texts.count >= Limits.sharedTextsMax { texts = [] }
        return texts.insert(text).memberAfterInsert
    }

    /// The same for a list.
    func shared(_ list: [[UInt8]]) -> [[UInt8]] {
        if list.isEmpty { return list }
        if lists.count >= Limits.sharedTextsMax { lists = [] }
        return lists.insert(list).memberAfterInsert
    }

    /// Forgets them all.
    func removeAll() {
        texts = []
        lists = []
    }
}
