import Core
import RateLimit
import YAML

/// Reads one entry under `limits`.
enum LimitReader {
    private enum StoreLossName: String, CaseIterable {
        case deny
        case local
        case allow
    }

    /// Reads the entry; nil after a fault.
    static func read(_ reader: NodeReader, _ scope: PolicyScope, policy: String) -> BucketRule? {
        let before = reader.faults.count
        let id = reader.identifier("id", example: "per-user")
        let rate = reader.rate("rate")
        let burst = reader.int("burst", in: 1...1_000_000, default: rate.count)
        let cost = reader.int("cost", in: 1...1_000_000, default: 1)
        let loss = reader.choice("when_store_is_down", default: StoreLossName.deny)
        let share = reader.int("local_share_percent", in: 1...100, default: 100)
        if loss != .local { reader.refuse("local_share_percent", "it belongs to `when_store_is_down: local`") }
        let per = parts(reader)
        let tools = reader.globs("tools").map(\.glob)
        if reader.has("tools"), tools.isEmpty { reader.fault("tools", "`\(reader.name(of: "tools"))` is empty: nothing would be counted") }
        let isShadow = reader.bool("shadow", default: false)
        guard !id.isEmpty, reader.faults.count == before else { return nil }
        do throws(RuleFault) {
            return try BucketRule(
                scope: Array(policy.utf8), id: scope.id(id), per: per, count: rate.count, period: rate.per, burst: burst, cost: cost,
                tools: tools,
                whenStoreIsDown: loss == .deny ? .deny : loss == .allow ? .allow : .local(percent: share), isShadow: isShadow)
        } catch {
            report(error, reader)
            return nil
        }
    }

    private static func report(_ fault: RuleFault, _ reader: NodeReader) {
        switch fault {
        case .identifier:
            reader.fault("id", "`\(reader.name(of: "id"))` is too long", remedy: "use at most \(Limits.limitIDBytesMax) characters")
        case .rate: reader.fault("rate", "`\(reader.name(of: "rate"))` must be above zero")
        case .burst: reader.fault("burst", "`\(reader.name(of: "burst"))` must be above zero")
        case .cost:
            reader.fault(
                reader.has("cost") ? "cost" : "burst", "one call costs more than a full bucket holds: none would ever pass",
                remedy: "raise `burst`, or lower `cost`")
        case .share: reader.fault("local_share_percent", "`\(reader.name(of: "local_share_percent"))` must be 1 to 100")
        case .inexact: reader.fault("rate", "rate and burst together are too large to be counted exactly", remedy: "use smaller numbers")
        }
    }

    private static func parts(_ reader: NodeReader) -> KeyPart {
        let items = reader.texts("per")
        if !reader.has("per") { reader.missing("per", example: "[principal]") }
        var out: KeyPart = []
        for item in items {
            if let known = KeyPart.names.first(where: { $0.word == item.text }) {
                if known.word == "global", items.count > 1 {
                    reader.faults.add(
                        reader.file, item.mark, "`global` stands alone: one bucket for everybody", remedy: "write `per: [global]`")
                }
                out.insert(known.part)
                continue
            }
            let words = KeyPart.names.map(\.word)
            let remedy = Spelling.nearest(to: item.text, among: words).map { "write instead: \($0)" }
            reader.faults.add(
                reader.file, item.mark, "buckets cannot be told apart by \(Fault.quote(item.text))",
                remedy: remedy ?? "write one or more of \(words.joined(separator: ", "))")
        }
        return out
    }
}
