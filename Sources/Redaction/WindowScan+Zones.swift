/// What one window hands to the next, and one value of a reply to those behind it: the private key, the table and the manifest that are
/// open.
extension WindowScan {
    /// Whether anything is open that text without a literal may belong to.
    var isInside: Bool { block.isOpen || openTable.count > 0 || openManifest.phase != .closed }

    /// Closes everything.
    func closeZones() {
        block = KeyBlock()
        openTable = TableHead()
        openManifest = ManifestZone()
    }

    /// Forgets what the last window noted.
    func clearNotes() {
        if !blockLabels.isEmpty { blockLabels.removeAll(keepingCapacity: true) }
        if !heads.isEmpty { heads.removeAll(keepingCapacity: true) }
        if !tableHeads.isEmpty { tableHeads.removeAll(keepingCapacity: true) }
        if !tableSteps.isEmpty { tableSteps.removeAll(keepingCapacity: true) }
        if !rowStarts.isEmpty { rowStarts.removeAll(keepingCapacity: true) }
        if !manifestLabels.isEmpty { manifestLabels.removeAll(keepingCapacity: true) }
        if !manifestSteps.isEmpty { manifestSteps.removeAll(keepingCapacity: true) }
        kindsSeen = 0..<0
        lines = LineCursor()
        fieldsSeen = FieldsSeen()
    }

    /// Looks at what is open or was begun in the window.
    func findInside(_ text: Span<UInt8>, _ region: Int) {
        if block.isOpen && !isPreciseOnly || !blockLabels.isEmpty { findBlocks(text, region) }
        if isPreciseOnly { return }
        if openTable.count > 0 || !heads.isEmpty { findRows(text, region) }
        if openManifest.phase != .closed || !manifestLabels.isEmpty { findManifests(text, region) }
    }

    /// Keeps what is open behind the decided part of the window.
    func handOver(_ cut: Int, _ region: Int) {
        block = blockAfter(cut, region)
        if openTable.count > 0 || !tableSteps.isEmpty { openTable = tableAfter(cut, region) }
        if openManifest.phase != .closed || !manifestSteps.isEmpty { openManifest = manifestAfter(cut, region) }
    }
}
