import Core

/// Writes all metrics as text for a scraper.
public enum Exposition {
    /// Which of the two text formats.
    public enum Format: Sendable {
        /// Prometheus text format 0.0.4.
        case prometheus
        /// OpenMetrics 1.0.
        case openMetrics

        /// The value for `Content-Type`.
        public var contentType: StaticString {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }

        /// What a scraper asks for with its `Accept` value: OpenMetrics when it is named and not refused with `q=0`, else Prometheus text.
        public init(accept: Span<UInt8>) {
            self = Self.wantsOpenMetrics(accept) ? .openMetrics : .prometheus
        }

        private static func wantsOpenMetrics(_ accept: Span<UInt8>) -> Bool {
            let name: StaticString = "application/openmetrics-text"
            var start = 0
            while start < accept.count {
                var end = start
                while end < accept.count, accept[end] != UInt8(ascii: ",") { end += 1 }
                while start < end, accept[start] == 0x20 || accept[start] == 0x09 { start += 1 }
                let length = name.utf8CodeUnitCount
                if end - start >= length, ASCII.equalsIgnoringCase(accept.extracting(start..<start + length), name) {
                    return !refuses(accept.extracting(start + length..<end))
                }
                start = end + 1
            }
            return false
        }

        /// Whether parameters hold `q=0` (RFC 9110 section 12.4.2), in any number of zeros.
        private static func refuses(_ parameters: Span<UInt8>) -> Bool {
            var at = 0
            while at + 2 < parameters.count {
                let isWeight = ASCII.lower(parameters[at]) == UInt8(ascii: "q") && parameters[at + 1] == UInt8(ascii: "=")
                let isStart = at == 0 || parameters[at - 1] == UInt8(ascii: ";") || parameters[at - 1] == 0x20
                if isWeight, isStart {
                    for next in at + 2..<parameters.count {
                        if parameters[next] == UInt8(ascii: ";") { break }
                        if parameters[next] >= UInt8(ascii: "1"), parameters[next] <= UInt8(ascii: "9") { return false }
                    }
                    return true
                }
                at += 1
            }
            return false
        }
    }

    /// Writes every family. Costs some hundred microseconds: the sum of all loops' tables and a look at `/proc/self`.
    public static func write(_ registry: Registry, format: Format = .prometheus, into out: inout ByteBuffer) {
        let numbers = registry.snapshot()
        let process = ProcessReading.now()
        let writer = ExpositionWriter(format: format, numbers: numbers)
        for family in MetricNames.families {
            if case .process(let item) = family.source {
                writer.head(family, isCounter: item.isCounter, into: &out)
                writer.process(family, item, process, started: registry.started, into: &out)
            } else {
                writer.write(family, into: &out)
            }
        }
        if format == .openMetrics { out.append("# EOF\n") }
    }
}
