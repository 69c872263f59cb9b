/// What is open of one kind, and from where on in the window what is.
///
/// A window is searched to its end, but decided only up to its cut: what was open there goes on in the next one.
struct Trail<Kind: Zone> {
    /// How old something can become.
    private static var ageMax: Int { 1 << 20 }

    /// What is open where the window begins.
    private(set) var open = Kind()
    private var steps: [(place: Int, zone: Kind)] = []

    /// Notes what is open from `place` on.
    mutating func note(_ zone: Kind, at place: Int) { steps.append((place, zone)) }

    /// Goes on to the next window, which begins behind the decided part of this one: `cut`.
    mutating func pass(_ cut: Int, from region: Int) {
        guard open.isOpen || !steps.isEmpty else { return }
        var place = region - open.age
        if let last = steps.last(where: { $0.place <= cut }) { (place, open) = (last.place, last.zone) }
        open.age = min(cut - place, Self.ageMax)
        if !open.isOpen { open = Kind() }
    }

    /// Forgets what the window noted.
    mutating func clear() { if !steps.isEmpty { steps.removeAll(keepingCapacity: true) } }

    /// Goes on with something else.
    mutating func replace(with zone: Kind) {
        open = zone
        clear()
    }
}
