import Core
import YAML

/// One entry under `allow`: what a detector finds passes as it stands. All that the entry says must hold; what it leaves open holds for
/// anything. No secret stands in it: a value is named by the tag of its placeholder.
public struct Allowance: Sendable, Equatable {
    /// The detectors, as `louver redact --explain` names them; none for all that look for secrets.
    public let detectors: [Glob]
    /// Where in a message the value stands, such as `result.structuredContent.rows[].token`; none for anywhere.
    public let paths: [Glob]
    /// The tools whose replies are meant; none for every reply.
    public let tools: [Glob]
    /// The tags that placeholders of the values carry, 40 bits each; none for any value.
    public let fingerprints: [UInt64]
    /// With which day it ends, or at which time; nil for one without an end.
    public let expiry: Expiry?
    /// Why it is there, for whoever reads the file next.
    public let why: String
    /// Where it stands.
    public let file: String
    /// Where in the file it stands.
    public let mark: YAMLMark

    /// Whether its time is over.
    public func isOver(_ now: WallTime) -> Bool { expiry.map { $0.end <= now } ?? false }

    /// Reads the list `allow` of a mapping.
    public static func readAll(_ reader: NodeReader) -> [Allowance] {
        let read = reader.list("allow") { own, _ in Allowance(own) }
        if read.count > Limits.allowancesMax {
            reader.fault("allow", "`\(reader.name(of: "allow"))` has more than \(Limits.allowancesMax) entries")
        }
        return read
    }

    /// Reads a file of its own, as `louver redact --allow` takes it: `version: 1` and `allow`. Nil after a fault.
    public static func readFile(_ bytes: [UInt8], file: String, faults: Faults) -> [Allowance]? {
        let before = faults.count
        let read = NodeReader.read(bytes, file: file, faults: faults) { reader in
            _ = reader.int("version", in: 1...1, example: "1")
            if !reader.has("allow") { reader.missing("allow", example: "[{ detectors: [jwt], until: 2027-01-31 }]") }
            return readAll(reader)
        }
        return faults.count == before ? read : nil
    }

    private init(_ reader: NodeReader) {
        file = reader.file
        mark = reader.mark
        detectors = Self.patterns("detectors", reader)
        paths = Self.patterns("paths", reader)
        tools = Self.patterns("tools", reader)
        fingerprints = reader.strings("fingerprints", orOne: true).compactMap { written in
            let tag = Placeholder.tag(written)
            if tag == nil {
                reader.fault(
                    "fingerprints", "\(Fault.quote(written)) is no fingerprint",
                    remedy: "write the 8 characters a placeholder ends in; `louver redact --explain` shows them too")
            }
            return tag
        }
        why = reader.string("why", default: "")
        let written = reader.optionalString("until")
        expiry = written.flatMap { Expiry($0) }
        if let written {
            if expiry == nil, written != "never" {
                reader.fault(
                    "until", "\(Fault.quote(written)) is no day and no time in UTC",
                    remedy: "write the last day it holds on, like 2027-06-30, when it ends, like 2027-06-30T18:00:00Z, or `never`")
            }
        } else if !reader.has("until") {
            reader.missing("until", example: "2027-06-30")
        }
        if detectors.contains(where: { $0.literal == Array(GrammarKind.undecided.slug.utf8) }) {
            reader.fault("detectors", "what could not be looked at within its bounds never passes", remedy: "remove `withheld`")
        }
        if !reader.has("detectors"), !reader.has("paths"), !reader.has("tools"), !reader.has("fingerprints") {
            reader.faults.add(
                reader.file, reader.mark, "`\(reader.path)` says nothing about what it allows, which would be everything",
                remedy: "write at least one of detectors, paths, tools, fingerprints")
        }
    }

    private static func patterns(_ key: String, _ reader: NodeReader) -> [Glob] {
        let written = reader.strings(key, orOne: true)
        if written.isEmpty, reader.has(key) {
            reader.fault(key, "`\(reader.name(of: key))` is empty: the entry would never hold")
        }
        return written.compactMap { text in
            if text.utf8.count <= Limits.policyPatternBytesMax { return Glob(Array(text.utf8)) }
            reader.fault(key, "`\(reader.name(of: key))` holds a pattern longer than \(Limits.policyPatternBytesMax) bytes")
            return nil
        }
    }
}
