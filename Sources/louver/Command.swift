import Configuration
import Glibc
import Proxy
import YAML

/// The command line, until it has a file for every verb.
enum Command {
    static func run(_ arguments: [String]) -> Int32 {
        guard arguments.count == 4, arguments[1] == "run", arguments[2] == "--config" else {
            let usage = Array("usage: louver run --config FILE\n".utf8)
            _ = write(2, usage, usage.count)
            return 2
        }
        let policies = getenv("LOUVER_POLICIES").map { String(cString: $0) }
        let loader = SnapshotLoader(configuration: arguments[3], environment: policies)
        return ProxyServer.run {
            let faults = Faults()
            if let snapshot = loader.load(faults) { return .snapshot(snapshot) }
            return .faults(faults.all.map { "\($0)" })
        }
    }
}
