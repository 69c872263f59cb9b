import Core
import HTTP
import TLS
import Telemetry
import YAML

/// Reads a configuration file into options, and says everything that is wrong with it. Opens no other file.
public enum OptionsReader {
    /// Reads a text. Nil, with at least one fault added, when it cannot be used.
    ///
    /// - Parameters:
    ///   - file: the path that faults name and that relative paths start from.
    ///   - index: is told every key that can be written.
    public static func read(_ bytes: [UInt8], file: String, faults: Faults, index: KeyIndex? = nil) -> LouverOptions? {
        let found = Faults()
        let options = NodeReader.read(bytes, file: file, faults: found, index: index, root)
        faults.add(contentsOf: found)
        return found.isEmpty ? options : nil
    }

    private static func root(_ reader: NodeReader) -> LouverOptions {
        version(reader)
        let listeners = listeners(reader)
        let external = optionalExternalURL(reader)
        let upstreams = upstreams(reader)
        let routes = routes(reader, base: external, listeners: listeners)
        let sessionKeys = reader.mapping("sessions", sessionKeys)
        let admin = admin(reader)
        let options = LouverOptions(
            file: reader.file, listeners: listeners, admin: admin.address, adminToken: admin.token, workers: workers(reader),
            hardening: reader.choice("hardening", default: .report),
            hostGuard: hostGuard(reader, listeners: listeners, routes: routes), issuers: issuers(reader, listeners), routes: routes,
            upstreams: upstreams, redis: reader.mapping("redis", redis) ?? nil,
            redaction: reader.mapping("redaction", redaction) ?? RedactionOptions(),
            sessionKey: sessionKeys?.key, previousSessionKeys: sessionKeys?.previous ?? [],
            clientTokens: reader.mapping("client_tokens", clientTokens), revokedTokens: reader.file("revoked_tokens_file"),
            apiKeys: reader.file("api_keys_file"), certificateSubject: certificateSubject(reader, listeners),
            watchesFiles: reader.bool("watch_files", default: true), limits: reader.mapping("limits", limits) ?? ServiceLimits(),
            logs: reader.mapping("logs", logs) ?? LogOptions(), audit: reader.mapping("audit", audit) ?? nil,
            tracing: reader.mapping("tracing", tracing) ?? nil)
        checkTokenEndpoint(reader, options)
        return options
    }

    private static func sessionKeys(_ reader: NodeReader) -> (key: FileReference?, previous: [FileReference]) {
        let previous = reader.files("previous_key_files") ?? []
        if previous.count >= Limits.sessionKeysMax {
            reader.fault("previous_key_files", "too many keys of sessions", remedy: "keep at most \(Limits.sessionKeysMax - 1)")
        }
        return (reader.requiredFile("key_file", example: "session.key"), previous)
    }

    private static func certificateSubject(_ reader: NodeReader, _ listeners: [ListenerOptions]) -> CertificateSubject? {
        guard let subject = reader.optionalChoice("certificate_subject", of: CertificateSubject.self) else { return nil }
        if !listeners.contains(where: \.asksForCertificates) {
            reader.fault(
                "certificate_subject", "`certificate_subject` is written, but no listener asks for client certificates",
                remedy: "write `client_certificates: optional` and `client_ca` at a listener, or remove it")
        }
        return subject
    }

    private static func version(_ reader: NodeReader) {
        guard let version = reader.optionalInt("version", in: 1...Int(Int32.max)) else {
            if !reader.has("version") { reader.missing("version", example: "1") }
            return
        }
        if version != 1 { reader.fault("version", "version \(version) is not known to this Louver", remedy: "write instead: 1") }
    }

    private static func workers(_ reader: NodeReader) -> Int? {
        if reader.node("workers")?.scalar?.text == "auto" { return nil }
        guard case .integer = reader.node("workers")?.scalar?.kind else {
            if reader.has("workers") { reader.fault("workers", "`workers` is no number", remedy: "write auto, or a number from 1 to 256") }
            return nil
        }
        return reader.optionalInt("workers", in: 1...256)
    }

    private static func limits(_ reader: NodeReader) -> ServiceLimits {
        var limits = ServiceLimits()
        limits.requestBodyBytes = reader.size("request_body", in: 1_024...(16 * 1_024 * 1_024), default: limits.requestBodyBytes)
        limits.connections = reader.int("connections", in: 1...1_000_000, default: limits.connections)
        limits.streams = reader.int("streams", in: 1...1_000_000, default: limits.streams)
        limits.inFlightBytes = reader.size("bytes_in_flight", in: 1_048_576...(64 << 30), default: limits.inFlightBytes)
        if reader.has("memory") { limits.memoryBytes = reader.size("memory", in: (4 << 20)...(1 << 40), default: 1 << 40) }
        limits.idleTimeout = reader.duration("idle_timeout", default: limits.idleTimeout)
        limits.headTimeout = reader.duration("head_timeout", default: limits.headTimeout)
        limits.bodyTimeout = reader.duration("body_timeout", default: limits.bodyTimeout)
        limits.drainTimeout = reader.duration("drain_timeout", default: limits.drainTimeout)
        reader.mapping("admission") { inner in
            let rate = inner.rate("rate", default: YAMLRate(count: limits.admission.count, per: limits.admission.period))
            limits.admission.count = rate.count
            limits.admission.period = rate.per
            limits.admission.burst = inner.int("burst", in: 1...1_000_000, default: limits.admission.burst)
        }
        return limits
    }

    private static func logs(_ reader: NodeReader) -> LogOptions {
        var logs = LogOptions()
        logs.level = reader.choice("level", default: logs.level)
        let access = reader.optionalString("access")
        if access == "off" { logs.access = nil } else if let access { logs.access = destination(access, reader) }
        // Nobody runs it blind: there is no `off` for events, and nobody means a file of that name.
        let events = reader.optionalString("events")
        if events == "off" { reader.refuse("events", "it cannot be switched off; `level: error` leaves the least") }
        if let events { logs.events = destination(events, reader) }
        return logs
    }

    private static func destination(_ word: String, _ reader: NodeReader) -> LineDestination {
        switch word {
        case "stdout": .standardOutput
        case "stderr": .standardError
        default: .file(reader.resolve(word))
        }
    }
}
