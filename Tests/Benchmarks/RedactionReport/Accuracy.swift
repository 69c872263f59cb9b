import Redaction
import RedactionCorpus

/// Recall per tier and label, and what is touched without need.
struct Accuracy {
    let engine: RedactionEngine
    let seed: UInt64
    /// How many misses of a label are shown.
    let misses: Int

    func write() {
        recall()
        touched()
    }

    private func recall() {
        let cases =
            FormatCases.cases(engine, seed: seed) + StructureCases.cases(seed: seed) + NamedCases.cases(seed: seed)
            + DisguisedCases.cases(seed: seed)
        var tiers: [String: (caught: Int, all: Int)] = [:]
        var labels: [String: (caught: Int, all: Int)] = [:]
        var lost = 0
        var plain = 0
        for one in cases {
            let clean = Scrubbing.scrub(one.text, engine)
            let isCaught = !one.secrets.contains { Survival.survives($0, in: clean) }
            let label = "\(one.tier.rawValue)/\(one.label)"
            tiers[one.tier.rawValue, default: (0, 0)].all += 1
            labels[label, default: (0, 0)].all += 1
            if isCaught {
                tiers[one.tier.rawValue, default: (0, 0)].caught += 1
                labels[label, default: (0, 0)].caught += 1
            } else if let count = labels[label], count.all - count.caught <= misses {
                print("missed \(label)\n  \(one.text)\n  \(clean)")
            }
            if one.tier == .disguised || one.tier == .format { continue }
            let secret = one.secrets.reduce(0) { $0 + $1.utf8.count }
            plain += max(0, one.text.utf8.count - secret)
            let gone = Overreach.lost(from: one, to: clean)
            if gone > 0, misses > 1 { print("lost \(gone)\n  \(one.text)\n  \(clean)") }
            lost += gone
        }
        for (label, count) in labels.sorted(by: { $0.key < $1.key }) where count.caught < count.all {
            print("  \(label): \(count.caught) of \(count.all)")
        }
        for (tier, count) in tiers.sorted(by: { $0.key < $1.key }) {
            print("recall \(tier): \(percent(count.caught, count.all)) (\(count.caught) of \(count.all))")
        }
        print("lost beside secrets: \(percent(lost, plain)) of characters")
    }

    private func touched() {
        let lines = BenignLines.lines(seed: seed, count: 12_000)
        var count = 0
        for line in lines {
            let clean = Scrubbing.scrub(line, engine)
            if clean == line { continue }
            count += 1
            if count <= misses { print("touched\n  \(line)\n  \(clean)") }
        }
        print("benign lines touched: \(percent(count, lines.count)) (\(count) of \(lines.count))")
    }

    private func percent(_ part: Int, _ all: Int) -> String {
        let hundredths = all == 0 ? 0 : (part * 10_000 + all / 2) / all
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) %"
    }
}
