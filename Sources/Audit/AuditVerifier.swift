import Core
import Crypto
import JSON

/// Checks the lines of one or several audit files in their order, in constant memory: that no line was changed, taken out, put in or moved,
/// and that the checkpoints are signed by the key.
public struct AuditVerifier {
    /// What was found.
    public struct Findings: Sendable, Equatable {
        /// Lines in all.
        public var lines = 0
        /// Lines that are decisions.
        public var decisions = 0
        /// Lines that are events.
        public var events = 0
        /// Runs of the process that were seen.
        public var runs = 0
        /// Checkpoints whose signature holds.
        public var signed = 0
        /// Checkpoints without a signature, or without a key to check it.
        public var unsigned = 0
        /// Decisions that Louver itself says were not written, because there was no room.
        public var dropped = 0
        /// Decisions after the last signed checkpoint: nothing vouches yet that there were no more.
        public var unsealed = 0
        /// What breaks the chain, each with its place.
        public var faults: [String] = []
        /// What a reader should know though the chain holds.
        public var remarks: [String] = []
    }

    /// What was found up to now.
    public private(set) var findings = Findings()
    private let key: VerifyingKey?
    private var runs: [[UInt8]: Run] = [:]

    private struct Run {
        var link: AuditChain.Link
        var hasEnded = false
        var place: String
    }

    /// Makes a verifier. Without a key signatures are not checked.
    public init(key: VerifyingKey?) { self.key = key }

    /// Takes in the next line, without its newline.
    public mutating func take(_ text: [UInt8], file: String, number: Int) {
        findings.lines += 1
        let place = "\(file):\(number)"
        guard let line = AuditLine(text) else { return fault(place, "is no line of an audit log, or was cut") }
        if line.isDecision {
            findings.decisions += 1
            findings.unsealed += 1
        }
        if line.isEvent {
            findings.events += 1
            findings.unsealed += 1
        }
        guard let before = linkBefore(line, place) else { return }
        let covered = before + line.text[line.hashed]
        let hash = Hex.encode(Digest.sha256(covered.span))
        guard hash == line.link.hash else { return fault(place, "does not fit its hash: it was changed, or a line before it is missing") }
        if runs[line.link.run]?.hasEnded == true { fault(place, "stands after the end of its run") }
        let isEnd = line.root["end"]?.bool == true
        runs[line.link.run] = Run(link: line.link, hasEnded: isEnd, place: place)
        checkCheckpoint(line, place)
    }

    /// Ends the check.
    public mutating func finish() {
        for run in runs.values.sorted(by: { $0.place < $1.place }) where !run.hasEnded {
            remark("\(run.place): run \(text(run.link.run)) has no end: it still runs, it was killed, or lines were taken off the end")
        }
        findings.runs = runs.count
    }

    /// The hash that a line goes on from: that of the line before it, or the one it names where its file or run begins.
    private mutating func linkBefore(_ line: AuditLine, _ place: String) -> [UInt8]? {
        if let run = runs[line.link.run] {
            guard line.link.sequence == run.link.sequence + 1 else {
                let missing = line.link.sequence - run.link.sequence - 1
                fault(place, missing > 0 ? "comes after \(missing) missing lines" : "stands twice or out of its order")
                runs[line.link.run] = Run(link: line.link, place: place)
                return nil
            }
            return run.link.hash
        }
        guard runs.count < Limits.auditRunsMax else {
            fault(place, "is of one run too many for one check")
            return nil
        }
        if line.link.sequence == 0 {
            checkOrigin(line, place)
            return AuditChain.origin
        }
        guard let after = line.string("after"), after.count == 64 else {
            fault(place, "begins in the middle of its run: lines before it are missing")
            runs[line.link.run] = Run(link: line.link, place: place)
            return nil
        }
        remark("\(place): goes on from an earlier file, at line \(line.link.sequence) of its run")
        return after
    }

    /// A run that began in a file with lines of another one says where that one stood.
    private mutating func checkOrigin(_ line: AuditLine, _ place: String) {
        if line.root["damaged"]?.bool == true { remark("\(place): the line before was cut when Louver was started again") }
        guard let previous = line.root["previous"], let run = previous["run"]?.string, let known = runs[run],
            let sequence = previous["seq"]?.int64
        else { return }
        // A run that hands over to another one may write on while that one begins.
        let isBehind = sequence < Int64(known.link.sequence)
        if !isBehind, previous["chain"]?.string != known.link.hash {
            fault(place, "was begun after another last line of the run before it: lines there are missing")
        }
    }

    private mutating func checkCheckpoint(_ line: AuditLine, _ place: String) {
        guard let checkpoint = line.root["checkpoint"] else { return }
        findings.dropped = max(findings.dropped, Int(checkpoint["dropped"]?.int64 ?? 0))
        guard let signature = line.string("signature"), let key else {
            findings.unsigned += 1
            return
        }
        let name = line.string("alg") ?? []
        let signed = AuditChain.signedText(line.link.hash)
        guard let bytes = Base64.decode(signature, .url), let algorithm = SignatureAlgorithm(name: name.span),
            key.verify(algorithm, signature: bytes.span, over: signed.span)
        else { return fault(place, "carries a signature that is not this key's") }
        findings.signed += 1
        findings.unsealed = 0
    }

    private mutating func fault(_ place: String, _ what: String) {
        if findings.faults.count < Limits.faultsMax { findings.faults.append("\(place): \(what)") }
    }

    private mutating func remark(_ text: String) {
        if findings.remarks.count < Limits.faultsMax { findings.remarks.append(text) }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
