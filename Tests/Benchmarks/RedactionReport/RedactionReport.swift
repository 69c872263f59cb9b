import Core
import Glibc
import Redaction
import RedactionCorpus

/// `swift run -c release redaction-report [SEED] [--misses N] [--speed]`: how much the shipped detectors find, how much they touch that is
/// no secret, and how fast. Run from the root of the repository; the corpora are made from the seed.
///
/// For the comparison with other programs: `--log BYTES` writes a clean log, `--literals` what the search looks for, `--reply` scrubs one
/// value of 64 MB. `--costs` tells only what it costs to know values, `--floods` only how fast hostile text is.
@main struct RedactionReport {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        let seed = arguments.first.flatMap { UInt64($0) } ?? 1
        let misses = arguments.firstIndex(of: "--misses").flatMap { Int(arguments[arguments.index(after: $0)]) } ?? 0
        if let bytes = arguments.firstIndex(of: "--log").flatMap({ Int(arguments[arguments.index(after: $0)]) }) {
            return Material.writeLog(seed: seed, bytes: bytes)
        }
        guard let engine = engine(isQuiet: arguments.contains("--literals")) else { exit(1) }
        if arguments.contains("--literals") { return Material.writeLiterals(engine.detectors) }
        if arguments.contains("--costs") { return Speed(engine: engine, seed: seed).writeCosts() }
        if arguments.contains("--floods") { return Speed(engine: engine, seed: seed).writeFloods() }
        if arguments.contains("--reply") { return LongReply(engine: engine, seed: seed).write() }
        let accuracy = Accuracy(engine: engine, seed: seed, misses: misses)
        accuracy.write()
        if arguments.contains("--speed") { Speed(engine: engine, seed: seed).write() }
    }

    nonisolated private static func engine(isQuiet: Bool) -> RedactionEngine? {
        let files = ["airflow", "clients", "cloud", "generic", "prose", "saas", "vcs"].map { name in
            (name: "Policies/detectors/\(name).yaml", bytes: read("Policies/detectors/\(name).yaml"))
        }
        let start = Speed.cpu()
        switch DetectorSet.load(files) {
        case .failure(let faults):
            print(faults)
            return nil
        case .success(let set):
            let milliseconds = Double(Speed.cpu() - start) / 1e6
            if !isQuiet { print("\(set.detectors.count) detectors, \(set.kinds.count) kinds, loaded in \(Int(milliseconds)) ms") }
            return RedactionEngine(detectors: set, tenantKey: SecretBytes([UInt8](repeating: 7, count: 32).span))
        }
    }

    nonisolated private static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[0..<count] }
        return bytes
    }
}
