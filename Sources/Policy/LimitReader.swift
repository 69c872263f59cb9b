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
        var terms = BucketTerms()
        let filling = filling(reader, &terms)
        terms.costs = costs(reader)
        let loss = reader.choice("when_store_is_down", default: StoreLossName.deny)
        let share = reader.int("local_share_percent", in: 1...100, default: 100)
        if loss != .local { reader.refuse("local_share_percent", "it belongs to `when_store_is_down: local`") }
        terms.whenStoreIsDown = loss == .deny ? .deny : loss == .allow ? .allow : .local(percent: share)
        let per = parts(reader)
        terms.tools = reader.globs("tools").map(\.glob)
        if reader.has("tools"), terms.tools.isEmpty {
            reader.fault("tools", "`\(reader.name(of: "tools"))` is empty: nothing would be counted")
        }
        terms.isShadow = reader.bool("shadow", default: false)
        terms.answersInResult = reader.choice("answer", default: PolicyDenial.Answer.error) == .result
        terms.lease = reader.int("lease", in: 1...Limits.leaseCallsMax, default: 1)
        guard !id.isEmpty, reader.faults.count == before else { return nil }
        do throws(RuleFault) {
            return try BucketRule(scope: Array(policy.utf8), id: scope.id(id), per: per, filling, terms)
        } catch {
            report(error, reader)
            return nil
        }
    }

    // MARK: How it fills

    /// Exactly one of `rate`, `budget` and `concurrent`, and what goes with it. An amount in bytes counts the bytes of replies.
    private static func filling(_ reader: NodeReader, _ terms: inout BucketTerms) -> BucketFilling {
        let kinds = ["rate", "budget", "concurrent"].filter { reader.has($0) }
        if kinds.count > 1 {
            reader.fault(
                kinds[1], "a limit has one of `rate`, `budget` and `concurrent`, and this one has \(kinds.count)",
                remedy: "make two limits of it; both will hold")
        }
        switch kinds.first {
        case "budget": return budget(reader, &terms)
        case "concurrent":
            refuseCosts(reader, "a call holds one place, whatever it costs")
            reader.refuse("burst", "it belongs to `rate`")
            return .cap(count: reader.int("concurrent", in: 1...1_000_000, example: "4"))
        default: return rate(reader, &terms)
        }
    }

    private static func rate(_ reader: NodeReader, _ terms: inout BucketTerms) -> BucketFilling {
        if let bytes = bytes(reader, "rate") {
            terms.unit = .replyBytes
            refuseCosts(reader, "a reply costs its bytes")
            let burst = reader.size("burst", in: 1...Limits.replyBudgetBytesMax, default: bytes.count)
            return .rate(count: bytes.count, period: bytes.per, burst: burst)
        }
        let rate = reader.rate("rate")
        terms.cost = reader.int("cost", in: 1...1_000_000, default: 1)
        return .rate(count: rate.count, period: rate.per, burst: reader.int("burst", in: 1...1_000_000, default: rate.count))
    }

    private static func budget(_ reader: NodeReader, _ terms: inout BucketTerms) -> BucketFilling {
        reader.refuse("burst", "a budget has no burst: all of it may be used at once")
        let bytes = bytes(reader, "budget")
        let budget = bytes ?? reader.rate("budget", example: "5000/day")
        if bytes == nil {
            terms.cost = reader.int("cost", in: 1...1_000_000, default: 1)
        } else {
            terms.unit = .replyBytes
            refuseCosts(reader, "a reply costs its bytes")
        }
        if budget.per != .seconds(3_600), budget.per != .seconds(86_400), reader.faults.isEmpty {
            reader.fault(
                "budget", "`\(reader.name(of: "budget"))` is for an hour or a day, which begin on the clock (UTC)",
                remedy: "write /h or /day, or use `rate`")
        }
        return .budget(count: budget.count, window: budget.per)
    }

    private static func bytes(_ reader: NodeReader, _ key: String) -> YAMLRate? {
        guard let text = reader.node(key)?.scalar?.text, let rate = Notation.byteRate(text) else { return nil }
        guard rate.count <= Limits.replyBudgetBytesMax else {
            reader.fault(key, "`\(reader.name(of: key))` is larger than \(Notation.write(size: Limits.replyBudgetBytesMax))")
            return nil
        }
        return rate
    }

    // MARK: Costs

    private static func refuseCosts(_ reader: NodeReader, _ because: String) {
        reader.refuse("cost", because)
        reader.refuse("costs", because)
        reader.refuse("lease", "only calls that are counted in advance can be leased")
    }

    /// `costs: { trigger_dag: 10, "get_*_logs": 3 }`: the first that matches counts.
    private static func costs(_ reader: NodeReader) -> [ToolCost] {
        guard !reader.has("concurrent") else { return [] }
        var out: [ToolCost] = []
        reader.mapping("costs") { own in
            for entry in own.written {
                let cost = own.int(entry.name, in: 1...1_000_000, example: "10")
                out.append(ToolCost(tool: Glob(Array(entry.name.utf8)), cost: cost))
            }
            if out.isEmpty || out.count > Limits.policyConstraintsMax {
                reader.fault("costs", "`\(reader.name(of: "costs"))` must name 1 to \(Limits.policyConstraintsMax) tools")
            }
        }
        return out
    }

    // MARK: Faults and keys

    private static func report(_ fault: RuleFault, _ reader: NodeReader) {
        switch fault {
        case .identifier:
            reader.fault("id", "`\(reader.name(of: "id"))` is too long", remedy: "use at most \(Limits.limitIDBytesMax) characters")
        case .rate: reader.fault("rate", "`\(reader.name(of: "rate"))` must be above zero")
        case .burst: reader.fault("burst", "`\(reader.name(of: "burst"))` must be above zero")
        case .cost:
            let key = ["cost", "costs", "burst", "budget"].first { reader.has($0) } ?? "rate"
            reader.fault(
                key, "one call costs more than a full bucket holds: none would ever pass",
                remedy: reader.has("budget") ? "raise `budget`, or lower the cost" : "raise `burst`, or lower `cost`")
        case .lease:
            reader.fault("lease", "a lease takes more than a full bucket holds", remedy: "lower `lease`: a tenth of the burst is plenty")
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
