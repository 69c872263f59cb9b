/// What of a detector is asked where one of its literals was seen. A class, so that to hand it on counts one reference at most, not those
/// of all the texts of a detector.
final class Trial: Sendable {
    let compiled: CompiledPattern
    let entropy: Double
    let group: Int
    let kindIndex: UInt16
    let source: UInt16
    let search: Detector.Search
    let isPrecise: Bool
    let tagsWhole: Bool
    let marks: Bool

    init(_ detector: Detector) {
        compiled = detector.compiled
        entropy = detector.entropy
        group = detector.group
        kindIndex = detector.kindIndex
        source = detector.source
        search = detector.search
        isPrecise = detector.isPrecise
        tagsWhole = detector.tagsWhole
        marks = detector.marks
    }
}
