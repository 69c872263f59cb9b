import Core

/// One example of a detector, made from its template and scrubbed as any text is.
public struct DetectorCase: Sendable {
    /// The detector it belongs to.
    public let detector: String
    /// The template it was made from, as the file has it.
    public let template: String
    /// Whether the detector must find something in it, or must leave it alone.
    public let isPositive: Bool
    /// Whether it did as it must, for every seed.
    public let hasPassed: Bool

    /// Runs every example of every detector, each drawn `draws` times; the same seeds give the same texts.
    public static func run(_ engine: RedactionEngine, draws: Int = 8) -> [DetectorCase] {
        let scrubber = TextScrubber(RedactionEngine(engine, hygiene: .mark))
        var cases: [DetectorCase] = []
        for detector in engine.detectors.detectors {
            let examples = detector.positives.map { ($0, true) } + detector.negatives.map { ($0, false) }
            for (template, isPositive) in examples {
                let made = DetectorTemplate(template)
                var hasPassed = true
                for seed in 1...max(1, draws) {
                    var random = TemplateGenerator(seed: UInt64(seed))
                    let text = made.expand(using: &random)
                    if finds(detector.kind, in: text, scrubber) != isPositive { hasPassed = false }
                }
                cases.append(DetectorCase(detector: detector.id, template: template, isPositive: isPositive, hasPassed: hasPassed))
            }
        }
        return cases
    }

    private static func finds(_ kind: String, in text: [UInt8], _ scrubber: TextScrubber) -> Bool {
        var out = ByteBuffer()
        scrubber.reset()
        scrubber.push(text.span, into: &out)
        scrubber.finish(into: &out)
        return scrubber.report.counts.contains { $0.kind == kind }
    }
}
