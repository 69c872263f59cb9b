import CFuzz
import Glibc

/// A fuzz driver: a name and what to do with one input. Its `run` is all that `main` calls; see Tests/Fuzz/FuzzJSON.
public struct FuzzDriver {
    private let name: String
    private let input: (FuzzInput) -> Void

    /// Makes a driver. `input` is called with every input and stops the program by `FuzzInput.require` when it finds a fault.
    public init(_ name: String, _ input: @escaping (FuzzInput) -> Void) {
        self.name = name
        self.input = input
    }

    /// Runs libFuzzer with the program's arguments and ends the program.
    ///
    /// Without a corpus among the arguments it collects one in `.build/fuzz/corpus/<name>`, starting from the seeds in
    /// `Tests/Fuzz/corpus/<name>` and with the dictionary `Tests/Fuzz/dictionaries/<name>.dict` where there are any. An input that
    /// shows a fault is kept in `.build/fuzz/found`.
    public func run() -> Never {
        Self.withoutBacktraces()
        var arguments = CommandLine.arguments
        if !arguments.dropFirst().contains(where: { !$0.hasPrefix("-") }) { arguments += corpusArguments() }
        if !arguments.contains(where: { $0.hasPrefix("-artifact_prefix=") }) {
            arguments.append("-artifact_prefix=\(Self.makeFolder([".build", "fuzz", "found"]))/\(name)-")
        }
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let box = Unmanaged.passRetained(Box(input))
        let status = pointers.withUnsafeMutableBufferPointer { argv in
            fuzz_run(Int32(arguments.count), argv.baseAddress, box.toOpaque(), Self.callback)
        }
        exit(status)
    }

    /// Starts the program again without Swift's backtraces, if they are on: they hold the pipe after a crash, and read memory that
    /// AddressSanitizer then reports instead of the fault.
    private static func withoutBacktraces() {
        guard getenv("SWIFT_BACKTRACE") == nil else { return }
        setenv("SWIFT_BACKTRACE", "enable=no", 1)
        var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &arguments)
        fatalError("the driver could not be started again")
    }

    private func corpusArguments() -> [String] {
        var out: [String] = []
        let dictionary = "Tests/Fuzz/dictionaries/\(name).dict"
        if access(dictionary, R_OK) == 0 { out.append("-dict=\(dictionary)") }
        out.append(Self.makeFolder([".build", "fuzz", "corpus", name]))
        let seeds = "Tests/Fuzz/corpus/\(name)"
        if access(seeds, R_OK) == 0 { out.append(seeds) }
        return out
    }

    private static func makeFolder(_ parts: [String]) -> String {
        var made = ""
        for part in parts {
            made += made.isEmpty ? part : "/\(part)"
            mkdir(made, 0o755)
        }
        return made
    }

    private static let callback: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int) -> Void = { context, bytes, count in
        guard let context else { return }
        let box = Unmanaged<Box>.fromOpaque(context).takeUnretainedValue()
        box.input(FuzzInput([UInt8](UnsafeBufferPointer(start: bytes, count: count))))
    }

    private final class Box {
        let input: (FuzzInput) -> Void

        init(_ input: @escaping (FuzzInput) -> Void) { self.input = input }
    }
}
