import Core
import TestSupport
import Testing
import YAML

@testable import Redaction

@Suite struct DetectorSetTests {
    @Test(arguments: Samples.detectors.detectors.indices) func findsItsPositives(index: Int) {
        let detector = Samples.detectors.detectors[index]
        for seed in UInt64(1)...8 {
            var random = SeededGenerator(seed: seed)
            for template in detector.positives {
                let text = DetectorTemplate(template).expand(using: &random)
                let clean = Samples.scrub(text)
                let shown = "\(detector.id): \(String(decoding: text, as: UTF8.self)) gave \(String(decoding: clean, as: UTF8.self))"
                #expect(String(decoding: clean, as: UTF8.self).contains("REDACTED_\(detector.kind)_"), "\(shown)")
            }
        }
    }

    @Test(arguments: Samples.detectors.detectors.indices) func leavesItsNegatives(index: Int) {
        let detector = Samples.detectors.detectors[index]
        for seed in UInt64(1)...8 {
            var random = SeededGenerator(seed: seed)
            for template in detector.negatives {
                let text = DetectorTemplate(template).expand(using: &random)
                let clean = String(decoding: Samples.scrub(text), as: UTF8.self)
                #expect(
                    !clean.contains("REDACTED_\(detector.kind)_"), "\(detector.id): \(String(decoding: text, as: UTF8.self)) gave \(clean)")
            }
        }
    }

    @Test func everyDetectorIsPlainAboutWhatItFinds() {
        for detector in Samples.detectors.detectors {
            #expect(!detector.about.isEmpty && detector.compiled.isCompiledToMachineCode, "\(detector.id)")
        }
    }

    private func load(_ text: String) -> DetectorFaults? {
        if case .failure(let faults) = DetectorSet.load([("mine.yaml", Array(text.utf8))]) { return faults }
        return nil
    }

    private let whole = """
        version: 1
        detectors:
          - id: acme-token
            about: Acme token
            literals: [acme_]
            pattern: acme_[a-z]{8}
            positives: ["acme_{a-z:8}"]
            negatives: ["acme_{a-z:7}"]
        """

    @Test func takesADetectorOfOnesOwn() { #expect(load(whole) == nil) }

    /// Somebody wrote it, and believes that it finds something.
    @Test(arguments: ["version: 1", "version: 1\ndetectors: []", "version: 1\ndetectors: [ ] # none yet"])
    func aFileWithoutDetectorsIsRefused(text: String) throws {
        let faults = try #require(load(text))
        #expect(faults.faults.count == 1 && faults.description.contains("no detector is in this file"), "\(faults)")
        #expect(faults.faults.allSatisfy { $0.file == "mine.yaml" && $0.line > 0 && !$0.remedy.isEmpty })
    }

    @Test(arguments: [
        ("acme_[a-z]{8}", "(?:acme_)?", "match nothing"), ("acme_[a-z]{8}", "acme_(", "not a PCRE2 pattern"),
        ("literals: [acme_]", "literals: []", "no literal"), ("literals: [acme_]", "literals: [a]", "2 to 64 bytes"),
        ("positives: [\"acme_{a-z:8}\"]", "positives: []", "no example of what it finds"),
        ("negatives: [\"acme_{a-z:7}\"]", "negatives: []", "leave alone"), ("id: acme-token", "id: Acme Token", "lower case"),
        ("about:", "abuot:", "abuot"), ("version: 1", "version: 2", "version"),
    ])
    func refusesAFaultyFileAndSaysWhere(part: String, instead: String, message: String) throws {
        let start = try #require(whole.range(of: part))
        let faults = try #require(load(whole.replacingCharacters(in: start, with: instead)))
        #expect(faults.description.contains(message), "\(faults)")
        #expect(faults.faults.allSatisfy { $0.file == "mine.yaml" && $0.line > 0 })
    }

    @Test func refusesTwoDetectorsOfOneName() throws {
        let rest = whole.split(separator: "\n").dropFirst(2).joined(separator: "\n")
        let faults = try #require(load(whole + "\n" + rest))
        #expect(faults.description.contains("taken"))
    }
}

extension String {
    fileprivate func range(of part: String) -> Range<Index>? {
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(part) { return at..<index(at, offsetBy: part.count) }
            at = index(after: at)
        }
        return nil
    }

    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
