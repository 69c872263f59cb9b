import Configuration
import Core
import Glibc
import Identity
import YAML

/// What the verbs of tokens have in common.
enum TokenArguments {
    /// The configuration that a verb names; nil, with its faults told, when it cannot be used.
    static func load(_ arguments: Arguments, _ terminal: Terminal) -> Snapshot? {
        let loader = SnapshotLoader(
            configuration: arguments.value("--config") ?? "louver.yaml", policies: arguments.value("--policies"),
            environment: Environment.value("LOUVER_POLICIES"))
        let faults = Faults()
        let snapshot = loader.load(faults)
        if snapshot == nil { FaultReport.write(faults, terminal) }
        return snapshot
    }

    /// One token from standard input, without the white space around it. A command line would show it to every user of the machine.
    static func readToken() -> [UInt8] {
        var buffer = ByteBuffer()
        while buffer.readableCount <= Limits.tokenBytesMax + 64, Descriptor.read(STDIN_FILENO, into: &buffer, atMost: 4_096) > 0 {}
        var token = buffer.takeAll()[...]
        while let last = token.last, last <= 0x20 { token.removeLast() }
        while let first = token.first, first <= 0x20 { token.removeFirst() }
        if token.starts(with: "Bearer ".utf8) { token = token.dropFirst(7) }
        return [UInt8](token)
    }

    /// Words of a list with commas.
    static func words(_ arguments: Arguments, _ flag: String) -> [[UInt8]] {
        (arguments.all(flag) ?? []).flatMap { $0.split(separator: ",") }.map { [UInt8]($0.utf8) }
    }
}
