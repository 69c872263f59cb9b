import Core
import Redaction
import RedactionCorpus
import TestSupport
import Testing

/// The shipped detectors on corpora made from a seed. `redaction-report` does the same at length and tells what was missed.
@Suite struct CorpusTests {
    private func recall(_ cases: [CorpusCase]) -> Double {
        let caught = cases.filter { one in
            let clean = Scrubbing.scrub(one.text, Samples.engine)
            return !one.secrets.contains { Survival.survives($0, in: clean) }
        }
        return Double(caught.count) / Double(max(cases.count, 1))
    }

    @Test(arguments: [UInt64(11), 12]) func findsFormatsInLogLines(seed: UInt64) {
        #expect(recall(FormatCases.cases(Samples.engine, seed: seed, perTemplate: 1)) >= 0.99)
    }

    @Test(arguments: [UInt64(11), 12]) func findsWhatStandsWhereSecretsStand(seed: UInt64) {
        #expect(recall(StructureCases.cases(seed: seed, count: 200)) >= 0.98)
    }

    @Test(arguments: [UInt64(11), 12]) func findsValuesUnderTellingNames(seed: UInt64) {
        #expect(recall(NamedCases.cases(seed: seed, count: 300)) >= 0.98)
    }

    @Test(arguments: [UInt64(11), 12]) func findsDisguisedSecrets(seed: UInt64) {
        #expect(recall(DisguisedCases.cases(seed: seed, each: 3)) >= 0.95)
    }

    @Test(arguments: [UInt64(11), 12]) func leavesBenignLinesAlone(seed: UInt64) {
        let touched = BenignLines.lines(seed: seed, count: 3_000).filter { Scrubbing.scrub($0, Samples.engine) != $0 }
        #expect(touched.count <= 3, "\(touched.prefix(5))")
    }

    @Test(arguments: UInt64(1)...4) func anyCutGivesTheSame(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let formats: [CorpusCase] = Array(FormatCases.cases(Samples.engine, seed: seed, perTemplate: 1).prefix(120))
        let cases: [CorpusCase] =
            formats + StructureCases.cases(seed: seed, count: 80)
            + NamedCases.cases(seed: seed, count: 80) + DisguisedCases.cases(seed: seed, each: 1)
        let scrubber = TextScrubber(Samples.engine)
        for one in cases {
            let text = Array(("a line before\n" + one.text + "\nand a line behind").utf8)
            let whole = Scrubbing.scrub(text, scrubber)
            for _ in 0..<8 {
                let cut = Int.random(in: 0...text.count, using: &random)
                let settled = Samples.scrubSettling(text, pieces: [Array(text[..<cut]), Array(text[cut...])])
                let isSame = settled == whole
                #expect(isSame, "\(one.label) cut at \(cut): \(String(decoding: settled, as: UTF8.self))")
            }
            let twice = Scrubbing.scrub(whole, scrubber)
            let isSame = twice == whole
            #expect(isSame, "\(one.label) twice: \(String(decoding: twice, as: UTF8.self))")
        }
    }
}
