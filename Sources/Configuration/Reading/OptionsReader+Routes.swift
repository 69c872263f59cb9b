import Core
import YAML

extension OptionsReader {
    static func optionalExternalURL(_ reader: NodeReader) -> ServerURL? {
        let url = reader.optionalURL("external_url", example: "https://louver.example/mcp")
        if let url { checkExternal(url, reader) }
        return url
    }

    static func routes(
        _ reader: NodeReader, base: ServerURL?, listeners: [ListenerOptions]
    ) -> [RouteOptions] {
        let upstreams = reader.node("upstreams")?.entries?.map(\.name) ?? []
        if !reader.has("routes") { reader.missing("routes", example: "[{path: /mcp, upstream: airflow, policy: policy.yaml}]") }
        if reader.node("routes")?.elements?.isEmpty == true {
            reader.fault(
                "routes", "`routes` is empty",
                remedy: "write, for example: `routes: [{path: /mcp, upstream: airflow, policy: policy.yaml}]`")
        }
        let isOnly = reader.node("routes")?.elements?.count == 1
        if let base, !isOnly, !base.path.isEmpty, base.path != "/" {
            reader.fault(
                "external_url", "`external_url` has a path, but there are several routes",
                remedy:
                    "write instead: \(base.origin), and each route's path is put behind it; or give routes an `external_url` of their own")
        }
        var needsURL = false
        var paths: Set<String> = []
        let routes = reader.list("routes") { inner, _ -> RouteOptions? in
            let path = path(inner, "path", example: "/mcp")
            if !path.isEmpty, !paths.insert(path).inserted {
                inner.fault("path", "the path \(Fault.quote(path)) stands in two routes", remedy: "give each route a path of its own")
            }
            let upstream = upstreamName(inner, known: upstreams, areNamed: reader.has("upstreams"))
            let policy = inner.requiredFile("policy", example: "policy.yaml")
            let own = inner.optionalURL("external_url", example: "https://louver.example/mcp")
            if let own { checkExternal(own, inner) }
            let url = own ?? externalURL(path: path, base: base, isOnly: isOnly, listeners: listeners)
            if url == nil, !inner.has("external_url"), !reader.has("external_url") { needsURL = true }
            guard let policy, let url else { return nil }
            return RouteOptions(path: path, upstream: upstream, policy: policy, externalURL: url)
        }
        if needsURL, !listeners.isEmpty { reader.missing("external_url", example: "https://louver.example/mcp") }
        return routes.compactMap(\.self)
    }

    /// What clients call: the base with the route's path behind it, or the base itself where it has a path and there is one route only.
    private static func externalURL(path: String, base: ServerURL?, isOnly: Bool, listeners: [ListenerOptions]) -> ServerURL? {
        if let base { return isOnly && !base.path.isEmpty && base.path != "/" ? base : base.with(path: path) }
        guard let first = listeners.first, first.address.isLoopback, first.address.port != 0 else { return nil }
        return ServerURL(isSecure: first.tls != nil, host: first.address.host, port: first.address.port, path: path)
    }

    private static func checkExternal(_ url: ServerURL, _ reader: NodeReader) {
        if url.isSecure || url.isLoopback { return }
        reader.fault(
            "external_url",
            "`\(reader.name(of: "external_url"))` is plain http, so tokens would travel in the clear (OAuth 2.1 section 1.5)",
            remedy: "write instead: https://\(url.authority)\(url.path), and let Louver or what stands before it speak TLS")
    }

    /// A path of Louver's own, written under a key; empty after a fault.
    static func path(_ reader: NodeReader, _ key: String, example: String) -> String {
        let path = reader.string(key, example: example)
        if path.isEmpty { return "" }
        guard path.hasPrefix("/"), ServerURL("http://localhost" + path)?.path == path, !path.contains("%"), !path.contains("//") else {
            reader.fault(
                key, "`\(reader.name(of: key))` is not a path: \(Fault.quote(path))", remedy: "write, for example: `\(key): \(example)`")
            return ""
        }
        if path == "/.well-known" || path.hasPrefix("/.well-known/") {
            reader.fault(
                key, "paths under /.well-known/ belong to Louver's own documents", remedy: "write, for example: `\(key): \(example)`")
        }
        return path
    }

    private static func upstreamName(_ reader: NodeReader, known: [String], areNamed: Bool) -> String {
        let name = reader.string("upstream", example: known.first ?? "airflow")
        if name.isEmpty || !areNamed || known.contains(name) { return name }
        let remedy =
            if let near = Spelling.nearest(to: name, among: known) {
                "write instead: \(near)"
            } else {
                known.isEmpty ? "describe it under `upstreams`" : "write one of \(known.joined(separator: ", "))"
            }
        reader.fault("upstream", "no upstream is called \(Fault.quote(name))", remedy: remedy)
        return name
    }
}
