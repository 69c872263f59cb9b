/// What one window hands to the next, and one value of a reply to those behind it: the private key, the table and the manifest that are
/// open.
extension WindowScan {
    /// Whether anything is open that text without a literal may belong to.
    var isInside: Bool { keys.open.isOpen || tables.open.head >= 0 || manifests.open.phase != .closed }

    /// What is open.
    var openZones: OpenZones {
        get {
            var zones = OpenZones()
            zones.key = keys.open
            zones.manifest = manifests.open
            zones.table = tables.open
            if tables.open.head >= 0 { zones.head = tableHeads[tables.open.head] }
            return zones
        }
        set {
            keys.replace(with: newValue.key)
            manifests.replace(with: newValue.manifest)
            tables.replace(with: newValue.table)
            tableHeads.removeAll(keepingCapacity: true)
            if newValue.table.head >= 0 { tableHeads.append(newValue.head) }
        }
    }

    /// Closes everything.
    func closeZones() { if isInside { openZones = OpenZones() } }

    /// Forgets what the last window noted.
    func clearNotes() {
        if !blockLabels.isEmpty { blockLabels.removeAll(keepingCapacity: true) }
        if !tableLabels.isEmpty { tableLabels.removeAll(keepingCapacity: true) }
        if !manifestLabels.isEmpty { manifestLabels.removeAll(keepingCapacity: true) }
        let kept = tables.open.head >= 0 ? 1 : 0
        if tableHeads.count > kept { tableHeads.removeLast(tableHeads.count - kept) }
        keys.clear()
        tables.clear()
        manifests.clear()
        kindsSeen = 0..<0
        lines = LineCursor()
        fieldsSeen = FieldsSeen()
    }

    /// Looks at what is open or was begun in the window.
    func findInside(_ text: Span<UInt8>, _ region: Int) {
        if keys.open.isOpen && !isPreciseOnly || !blockLabels.isEmpty { findBlocks(text, region) }
        if isPreciseOnly { return }
        if tables.open.head >= 0 || !tableLabels.isEmpty { findRows(text, region) }
        if manifests.open.phase != .closed || !manifestLabels.isEmpty { findManifests(text, region) }
    }

    /// Keeps what is open behind the decided part of the window.
    func handOver(_ cut: Int, _ region: Int) {
        if isPreciseOnly { return }
        keys.pass(cut, from: region)
        tables.pass(cut, from: region)
        manifests.pass(cut, from: region)
        // The head of the open table is the first one.
        guard tables.open.head > 0 else { return }
        var table = tables.open
        tableHeads[0] = tableHeads[table.head]
        table.head = 0
        tables.replace(with: table)
    }
}
