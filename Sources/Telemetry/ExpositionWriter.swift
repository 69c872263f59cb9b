import Core

/// Writes the lines of one family after the other.
struct ExpositionWriter {
    let format: Exposition.Format
    let numbers: RegistrySnapshot

    /// The HELP, TYPE and UNIT lines.
    func head(_ family: MetricNames.Family, isCounter: Bool, into out: inout ByteBuffer) {
        let kind: StaticString =
            switch family.source {
            case .counters, .loopSeconds, .open: "counter"
            case .gauges, .levels: "gauge"
            case .histograms: "histogram"
            case .facts: format == .openMetrics ? "info" : "gauge"
            case .process: isCounter ? "counter" : "gauge"
            }
        for (word, rest) in [("HELP", family.help), ("TYPE", kind), ("UNIT", family.unit)] as [(StaticString, StaticString)] {
            // The Prometheus format has no UNIT, and it names the family with the suffix of its samples.
            if rest.utf8CodeUnitCount == 0 || (word.description == "UNIT" && format == .prometheus) { continue }
            out.append("# ")
            out.append(word)
            out.append(" ")
            out.append(family.name)
            if format == .prometheus { out.append(suffix(family.source, isCounter: isCounter)) }
            out.append(" ")
            out.append(rest)
            out.append("\n")
        }
    }

    /// A family other than those read from the system.
    func write(_ family: MetricNames.Family, into out: inout ByteBuffer) {
        head(family, isCounter: true, into: &out)
        let end = suffix(family.source, isCounter: true)
        switch family.source {
        case .counters(let counters):
            for (counter, labels) in counters {
                sample(family.name, end, labels, into: &out)
                out.append(decimal: Int(truncatingIfNeeded: numbers.sum(CounterID.counter(counter).cell)))
                out.append("\n")
            }
        case .loopSeconds(let counter):
            for (loop, shard) in numbers.loops.sorted(by: { $0.key < $1.key }) {
                out.append(family.name)
                out.append("_total{loop=\"")
                out.append(decimal: loop)
                out.append("\"} ")
                seconds(shard.load(CounterID.counter(counter).cell), into: &out)
                out.append("\n")
            }
        case .gauges(let gauges):
            for (gauge, labels) in gauges {
                sample(family.name, "", labels, into: &out)
                out.append(decimal: Int(Int64(bitPattern: numbers.sum(ShardLayout.gauges + gauge.rawValue))))
                out.append("\n")
            }
        case .levels(let levels):
            for (value, level) in numbers.levels[levels.rawValue].sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                out.append(family.name)
                out.append("{")
                label(levels.label, value, into: &out)
                out.append("} ")
                out.append(decimal: level)
                out.append("\n")
            }
        case .open(let open): labelled(family.name, open, into: &out)
        case .histograms(let all):
            for (histogram, labels) in all { self.histogram(family.name, histogram, labels, into: &out) }
        case .facts(let facts): self.facts(family.name, facts, into: &out)
        case .process: break
        }
    }

    /// A number read from the system.
    func process(
        _ family: MetricNames.Family, _ item: ProcessReading.Item, _ reading: ProcessReading, started: WallTime, into out: inout ByteBuffer
    ) {
        sample(family.name, item.isCounter ? "_total" : "", "", into: &out)
        switch item {
        case .residentBytes: out.append(decimal: reading.residentBytes)
        case .openDescriptors: out.append(decimal: reading.openDescriptors)
        case .descriptorsMax: out.append(decimal: reading.descriptorsMax)
        case .cpuSeconds: seconds(reading.cpuNanoseconds, into: &out)
        case .startSeconds: seconds(UInt64(clamping: started.nanoseconds), into: &out)
        }
        out.append("\n")
    }

    // MARK: Kinds

    private func labelled(_ name: StaticString, _ family: OpenFamily, into out: inout ByteBuffer) {
        let base = ShardLayout.base(of: family)
        let labels = family.labels
        func line(_ values: [[UInt8]], _ count: UInt64, into out: inout ByteBuffer) {
            out.append(name)
            out.append("_total{")
            for (at, value) in values.enumerated() {
                if at > 0 { out.append(",") }
                label(labels[at], value, into: &out)
            }
            out.append("} ")
            out.append(decimal: Int(truncatingIfNeeded: count))
            out.append("\n")
        }
        for (slot, value) in numbers.labels[family.rawValue].enumerated() { line(value, numbers.sum(base + slot), into: &out) }
        let folded = numbers.sum(base + family.capacity - 1)
        if folded > 0 { line(labels.map { _ in Array("other".utf8) }, folded, into: &out) }
    }

    private func histogram(_ name: StaticString, _ histogram: HistogramID, _ labels: StaticString, into out: inout ByteBuffer) {
        let base = ShardLayout.base(of: histogram)
        var count: UInt64 = 0
        for bucket in 0...HistogramID.bounds.count {
            count &+= numbers.sum(base + 1 + bucket)
            out.append(name)
            out.append("_bucket{")
            if labels.utf8CodeUnitCount > 0 {
                out.append(labels)
                out.append(",")
            }
            out.append("le=\"")
            if bucket < HistogramID.bounds.count { seconds(HistogramID.bounds[bucket], into: &out) } else { out.append("+Inf") }
            out.append("\"} ")
            out.append(decimal: Int(truncatingIfNeeded: count))
            out.append("\n")
        }
        sample(name, "_sum", labels, into: &out)
        seconds(numbers.sum(base), into: &out)
        out.append("\n")
        sample(name, "_count", labels, into: &out)
        out.append(decimal: Int(truncatingIfNeeded: count))
        out.append("\n")
    }

    private func facts(_ name: StaticString, _ family: InfoFamily, into out: inout ByteBuffer) {
        for labels in numbers.facts[family.rawValue] {
            out.append(name)
            out.append("_info{")
            for (at, label) in labels.enumerated() {
                if at > 0 { out.append(",") }
                self.label(label.name, label.value, into: &out)
            }
            out.append("} 1\n")
        }
    }

    // MARK: Pieces

    private func suffix(_ source: MetricNames.Source, isCounter: Bool) -> StaticString {
        switch source {
        case .counters, .loopSeconds, .open: "_total"
        case .gauges, .levels, .histograms: ""
        case .facts: "_info"
        case .process: isCounter ? "_total" : ""
        }
    }

    private func sample(_ name: StaticString, _ suffix: StaticString, _ labels: StaticString, into out: inout ByteBuffer) {
        out.append(name)
        out.append(suffix)
        if labels.utf8CodeUnitCount > 0 {
            out.append("{")
            out.append(labels)
            out.append("}")
        }
        out.append(" ")
    }

    private func label(_ name: StaticString, _ value: [UInt8], into out: inout ByteBuffer) {
        out.append(name)
        out.append("=\"")
        for byte in value {
            switch byte {
            case UInt8(ascii: "\\"): out.append("\\\\")
            case UInt8(ascii: "\""): out.append("\\\"")
            case 0x0A: out.append("\\n")
            default: out.append(byte)
            }
        }
        out.append("\"")
    }

    /// Nanoseconds as seconds, without trailing zeros.
    private func seconds(_ nanoseconds: UInt64, into out: inout ByteBuffer) {
        out.append(decimal: Int(nanoseconds / 1_000_000_000))
        var rest = nanoseconds % 1_000_000_000
        out.append(".")
        if rest == 0 { return out.append("0") }
        var digit: UInt64 = 100_000_000
        while rest > 0 {
            out.append(UInt8(ascii: "0") + UInt8(rest / digit))
            rest %= digit
            digit /= 10
        }
    }
}
