/// What a reply leaves open that what comes next may belong to: a private key, a table or a manifest whose lines come one by one. A stream
/// hands it from one message to the next.
public struct OpenZones {
    var key = KeyBlock()
    var table = TableZone()
    var head = TableHead()
    var manifest = ManifestZone()

    /// Nothing.
    public init() {}

    /// Whether anything is open.
    public var isEmpty: Bool { !key.isOpen && table.head < 0 && manifest.phase == .closed }
}
