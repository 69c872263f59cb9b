/// Finds what somebody meant to type.
public enum Spelling {
    /// The candidate nearest to `word`, or nil when none is near: at most one edit for each three characters, and at least one.
    ///
    /// Case, `-` and `_` make no difference. Among equally near ones the first wins. Where none is that near, one that begins with `word`,
    /// or that `word` begins with, will do.
    public static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let bound = max(1, word.unicodeScalars.count / 3)
        var best: (name: String, distance: Int)?
        let folded = fold(word)
        for candidate in candidates {
            let distance = folded == fold(candidate) ? 0 : editDistance(folded, fold(candidate), atMost: bound)
            if distance <= bound, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        if let best { return best.name }
        return candidates.first { candidate in
            let other = fold(candidate)
            return min(folded.count, other.count) >= 3 && (other.starts(with: folded) || folded.starts(with: other))
        }
    }

    /// Edits (insert, drop, change, swap two neighbours) from one word to the other; anything over `bound` is `bound + 1`.
    static func editDistance(_ from: [Unicode.Scalar], _ to: [Unicode.Scalar], atMost bound: Int) -> Int {
        if abs(from.count - to.count) > bound || from.count > longest || to.count > longest { return bound + 1 }
        var before = [Int](repeating: 0, count: to.count + 1)
        var previous = Array(0...to.count)
        for (row, letter) in from.enumerated() {
            var current = [row + 1]
            for (column, other) in to.enumerated() {
                var cost = min(previous[column + 1] + 1, current[column] + 1, previous[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == to[column - 1], from[row - 1] == other { cost = min(cost, before[column - 1] + 1) }
                current.append(cost)
            }
            before = previous
            previous = current
        }
        return min(previous[to.count], bound + 1)
    }

    private static let longest = 128

    private static func fold(_ word: String) -> [Unicode.Scalar] {
        word.lowercased().unicodeScalars.map { $0 == "-" ? "_" : $0 }
    }
}
