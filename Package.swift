// swift-tools-version: 6.2
import PackageDescription

/// What every target is built with: Swift 6 isolation where an async function stays on its caller's loop, and no warning let through.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

/// A C library from Debian, seen through one header of ours.
func library(_ name: String, package: String, pkgConfig: String? = nil) -> Target {
    .systemLibrary(name: name, path: "Sources/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// Rooms whose state lives on one loop and is never reached twice at once: the run-time check for overlapping access would only cost, and
/// debug builds and tests keep it.
let unchecked: [SwiftSetting] = [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

/// A room of the house: its floor is the order it stands in below, its imports are exactly `needs`.
func room(_ name: String, needs: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource] = []) -> Target {
    .target(
        name: name, dependencies: needs, path: "Sources/\(name)", exclude: exclude, resources: resources,
        swiftSettings: strict + unchecked)
}

/// The tests of one room, in the folder that mirrors it.
func tests(_ name: String, needs: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + needs, path: "Tests/\(name)Tests",
        swiftSettings: strict)
}

let package = Package(
    name: "louver",
    products: [.executable(name: "louver", targets: ["louver"])],
    targets: [
        // Floor 0: C.
        .target(name: "CLinux", path: "Sources/CLinux"),
        .target(name: "CScan", path: "Sources/CScan", cSettings: [.unsafeFlags(["-O3"])]),
        library("COpenSSL", package: "libssl-dev", pkgConfig: "openssl"),
        library("CPCRE2", package: "libpcre2-dev", pkgConfig: "libpcre2-8"),
        library("CHiredis", package: "libhiredis-dev"),
        library("CYAML", package: "libyaml-dev", pkgConfig: "yaml-0.1"),
        library("CZlib", package: "zlib1g-dev", pkgConfig: "zlib"),

        // Floor 1: bytes, time, limits.
        room("Core", needs: ["CLinux"]),

        // Floor 2: mechanism.
        room("JSON", needs: ["Core", "CScan"]),
        room("YAML", needs: ["Core", "CYAML"]),
        room("HTTP", needs: ["Core", "CScan", "CZlib"]),
        room("Crypto", needs: ["Core", "COpenSSL"]),
        room("TLS", needs: ["Core", "COpenSSL"]),
        room("Redis", needs: ["Core", "CHiredis"]),
        room("Telemetry", needs: ["Core"]),
        room("Reactor", needs: ["Core", "CLinux"]),

        // Floor 3: domain. No I/O; time comes in as an argument.
        room("Identity", needs: ["Core", "JSON", "Crypto"]),
        room("MCP", needs: ["Core", "JSON", "HTTP", "Crypto"], exclude: ["README.md"]),
        room("RateLimit", needs: ["Core", "Redis", "JSON"], resources: [.embedInCode("TokenBucket.lua")]),
        room("Audit", needs: ["Core", "JSON", "Crypto", "Telemetry"]),
        room("Policy", needs: ["Core", "JSON", "YAML", "Crypto", "Identity", "RateLimit", "Redaction", "CPCRE2"]),
        room("Redaction", needs: ["Core", "JSON", "YAML", "Crypto", "CScan", "CPCRE2", "CZlib"]),

        // Floor 4: assembly.
        room(
            "Configuration",
            needs: ["Core", "YAML", "JSON", "HTTP", "TLS", "Crypto", "Telemetry", "Identity", "Policy", "RateLimit", "Redaction", "Audit"]),
        room(
            "Proxy",
            needs: [
                "Core", "JSON", "HTTP", "Crypto", "TLS", "Redis", "Telemetry", "Reactor", "Identity", "MCP", "RateLimit", "Policy",
                "Redaction", "Audit",
                "Configuration",
            ], resources: [.embedInCode("Status.html")]),

        // Floor 5: the program.
        .executableTarget(
            name: "louver",
            dependencies: [
                "Core", "JSON", "YAML", "Crypto", "Identity", "Configuration", "Proxy", "RateLimit", "Redaction", "Policy", "MCP",
                "Telemetry",
                "Audit",
            ],
            path: "Sources/louver", swiftSettings: strict),

        .target(name: "TestSupport", dependencies: ["Core", "COpenSSL", "Reactor"], path: "Tests/TestSupport", swiftSettings: strict),
        tests("Core"),
        tests("JSON"),
        tests("YAML"),
        tests("HTTP", needs: ["CZlib"]),
        tests("Crypto"),
        tests("TLS", needs: ["Crypto", "COpenSSL"]),
        tests("Redis"),
        tests("Telemetry"),
        tests("Reactor"),
        tests("Identity", needs: ["JSON", "Crypto"]),
        tests("MCP", needs: ["JSON", "HTTP", "Crypto"]),
        tests("RateLimit", needs: ["Redis", "JSON"]),
        tests("Audit", needs: ["JSON", "Crypto", "Telemetry"]),
        tests("Policy", needs: ["JSON", "YAML", "Crypto", "Identity", "RateLimit"]),
        .executableTarget(
            name: "policy-cost", dependencies: ["Core", "JSON", "YAML", "Crypto", "Identity", "Policy"],
            path: "Tests/Benchmarks/PolicyCost", swiftSettings: strict),
        .executableTarget(
            name: "telemetry-cost", dependencies: ["Core", "Telemetry"], path: "Tests/Benchmarks/TelemetryCost",
            swiftSettings: strict),
        .executableTarget(
            name: "identity-cost", dependencies: ["Core", "Crypto", "Identity", "TestSupport"], path: "Tests/Benchmarks/IdentityCost",
            swiftSettings: strict),
        .target(
            name: "RedactionCorpus", dependencies: ["Core", "Redaction", "TestSupport"], path: "Tests/RedactionCorpus",
            swiftSettings: strict),
        .executableTarget(
            name: "redaction-report", dependencies: ["Core", "JSON", "YAML", "Redaction", "RedactionCorpus", "TestSupport"],
            path: "Tests/Benchmarks/RedactionReport", swiftSettings: strict),
        tests("Redaction", needs: ["JSON", "YAML", "Crypto", "CScan", "CZlib", "RedactionCorpus"]),
        tests(
            "Configuration", needs: ["Core", "YAML", "HTTP", "TLS", "Crypto", "Telemetry", "Identity", "Policy", "RateLimit", "Redaction"]),
        tests("Proxy", needs: ["JSON", "HTTP", "Crypto", "YAML", "Reactor", "Configuration", "MCP", "Telemetry"]),
        .testTarget(name: "TidyTests", path: "Tests/TidyTests", swiftSettings: strict),
        tests("louver", needs: ["Configuration", "Redaction", "Crypto", "JSON"]),
    ]
)

// With LOUVER_FUZZ=1 everything is built for libFuzzer and the drivers in Tests/Fuzz are added: see Tests/Fuzz/README.md.
if Context.environment["LOUVER_FUZZ"] == "1" {
    /// A driver, in a folder of its name.
    func fuzz(_ name: String, needs: [Target.Dependency]) -> Target {
        .executableTarget(
            name: name, dependencies: ["FuzzSupport", "Core"] + needs, path: "Tests/Fuzz/\(name)", swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])])
    }
    package.targets += [
        .target(name: "CFuzz", path: "Tests/Fuzz/CFuzz"),
        .target(
            name: "FuzzSupport", dependencies: ["CFuzz", "TestSupport"], path: "Tests/Fuzz/FuzzSupport", swiftSettings: strict),
        fuzz("FuzzJSON", needs: ["JSON"]),
        fuzz("FuzzHTTPHead", needs: ["HTTP"]),
        fuzz("FuzzHTTPBody", needs: ["HTTP"]),
        fuzz("FuzzEventStream", needs: ["HTTP"]),
        fuzz("FuzzRedisReply", needs: ["Redis"]),
        fuzz("FuzzYAML", needs: ["YAML"]),
        fuzz("FuzzToken", needs: ["Identity", "JSON", "Crypto"]),
        fuzz("FuzzClassifier", needs: ["MCP", "HTTP", "JSON"]),
        fuzz("FuzzReply", needs: ["MCP", "HTTP", "JSON"]),
        fuzz("FuzzScrubber", needs: ["Redaction", "JSON", "TestSupport"]),
    ]
    for target in package.targets {
        let isC = target.name == "CFuzz" || target.name == "CLinux" || target.name == "CScan"
        if isC {
            target.cSettings = (target.cSettings ?? []) + [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])]
        } else if target.type != .system {
            target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=fuzzer,address"])]
        }
    }
}
