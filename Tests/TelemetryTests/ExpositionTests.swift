import Core
import Testing

@testable import Telemetry

@Suite struct ExpositionTests {
    private func text(_ registry: Registry, _ format: Exposition.Format) -> [String] {
        var out = ByteBuffer()
        Exposition.write(registry, format: format, into: &out)
        return String(decoding: out.copy(), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private func sample() -> Registry {
        let registry = Registry(started: WallTime(nanoseconds: 1_700_000_000_250_000_000))
        let shard = registry.makeShard(loop: 0)
        shard.add(registry.register(.exchanges, Array("/mcp".utf8), Array("call".utf8), Array("answered".utf8)), 3)
        registry.setLevel(.upstreamUp, Array("airflow".utf8), 1)
        shard.add(.refusals, "bad_host")
        shard.add(registry.register(.redactions, Array("a\"b\\c\nd".utf8)), 2)
        shard.adjust(.clientConnections, by: 7)
        shard.add(.loopBusyNanoseconds, 1_500_000_000)
        shard.observe(.exchange, nanoseconds: 900)
        shard.observe(.exchange, nanoseconds: 2_000_000)
        shard.observe(.exchange, nanoseconds: 400_000_000_000)
        registry.setFacts(.policy, [[.init("policy", Array("readers".utf8)), .init("hash", Array("ab12".utf8))]])
        return registry
    }

    @Test func writesPrometheusText() {
        let lines = text(sample(), .prometheus)
        for expected in [
            "# TYPE louver_exchanges_total counter",
            "louver_exchanges_total{route=\"/mcp\",method=\"call\",outcome=\"answered\"} 3",
            "louver_upstream_up{upstream=\"airflow\"} 1",
            "louver_refusals_total{reason=\"bad_host\"} 1",
            "louver_redactions_total{kind=\"a\\\"b\\\\c\\nd\"} 2",
            "louver_client_connections 7",
            "louver_loop_busy_seconds_total{loop=\"0\"} 1.5",
            "louver_exchange_duration_seconds_bucket{le=\"0.000001\"} 1",
            "louver_exchange_duration_seconds_bucket{le=\"0.0025\"} 2",
            "louver_exchange_duration_seconds_bucket{le=\"300.0\"} 2",
            "louver_exchange_duration_seconds_bucket{le=\"+Inf\"} 3",
            "louver_exchange_duration_seconds_sum 400.0020009",
            "louver_exchange_duration_seconds_count 3",
            "louver_phase_duration_seconds_bucket{phase=\"scrub\",le=\"+Inf\"} 0",
            "# TYPE louver_policy_info gauge",
            "louver_policy_info{policy=\"readers\",hash=\"ab12\"} 1",
            "process_start_time_seconds 1700000000.25",
        ] {
            #expect(lines.contains(expected), "\(expected)")
        }
        #expect(!lines.contains { $0.hasPrefix("# UNIT") || $0 == "# EOF" })
    }

    @Test func writesOpenMetrics() {
        let lines = text(sample(), .openMetrics)
        for expected in [
            "# TYPE louver_exchanges counter", "# TYPE louver_policy info", "# UNIT louver_exchange_duration_seconds seconds",
            "louver_exchanges_total{route=\"/mcp\",method=\"call\",outcome=\"answered\"} 3",
        ] {
            #expect(lines.contains(expected), "\(expected)")
        }
        #expect(lines.suffix(2) == ["# EOF", ""])
    }

    /// In both formats: every sample belongs to the family declared last, no family and no series comes twice, units end names.
    @Test(arguments: [Exposition.Format.prometheus, .openMetrics])
    func everySampleStandsUnderItsFamily(format: Exposition.Format) {
        var families: Set<String> = []
        var series: Set<String> = []
        var family = ""
        for line in text(sample(), format) where !line.isEmpty && line != "# EOF" {
            if line.hasPrefix("# HELP ") {
                family = line.split(separator: " ").map(String.init)[2]
                #expect(families.insert(family).inserted, "\(family)")
            } else if line.hasPrefix("# UNIT ") {
                #expect(family.hasSuffix("_" + line.split(separator: " ").map(String.init)[3]))
            } else if !line.hasPrefix("#") {
                #expect(line.hasPrefix(family), "\(line)")
                #expect(series.insert(String(line.prefix { $0 != " " })).inserted, "\(line)")
            }
        }
        #expect(families.count == MetricNames.families.count)
    }

    @Test func everyCounterAndGaugeIsTold() {
        var counters: [Counter] = []
        var gauges: [Gauge] = []
        var open: [OpenFamily] = []
        for family in MetricNames.families {
            switch family.source {
            case .counters(let told): counters += told.map(\.counter)
            case .loopSeconds(let counter): counters.append(counter)
            case .gauges(let told): gauges += told.map(\.gauge)
            case .open(let family): open.append(family)
            default: break
            }
        }
        #expect(counters.sorted { $0.rawValue < $1.rawValue } == Counter.allCases)
        #expect(gauges.sorted { $0.rawValue < $1.rawValue } == Gauge.allCases)
        #expect(open.sorted { $0.rawValue < $1.rawValue } == OpenFamily.allCases)
    }

    @Test func readsTheProcess() {
        let reading = ProcessReading.now()
        #expect(reading.residentBytes > 1_000_000)
        #expect(reading.openDescriptors >= 3)
        #expect(reading.descriptorsMax >= reading.openDescriptors)
        #expect(reading.cpuNanoseconds > 0)
    }

    @Test(arguments: [
        ("", false), ("text/plain", false), ("application/openmetrics-text", true),
        ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", true),
        ("text/plain, Application/OpenMetrics-Text; q=0.9", true), ("application/openmetrics-text;q=0", false),
        ("application/openmetrics-text; q=0.0", false), ("application/openmetrics", false),
    ])
    func choosesTheFormatByAccept(accept: String, isOpenMetrics: Bool) {
        let format = Exposition.Format(accept: Array(accept.utf8).span)
        #expect((format == .openMetrics) == isOpenMetrics)
    }
}
