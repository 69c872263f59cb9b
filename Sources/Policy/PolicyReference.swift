/// Another file that a policy asks for. Whoever loads a policy finds it; this room opens no file.
public enum PolicyReference: Sendable, Hashable {
    /// A pack under the shipped policies: `airflow/read-only` stands for `airflow/read-only.yaml`.
    case pack(String)
    /// A server profile: `astro-airflow-mcp` stands for `servers/astro-airflow-mcp.yaml`.
    case server(String)
    /// A file beside the one that asks (`./team.yaml`, `../common.yaml`): the path as written, and the path of the asking file.
    case file(String, from: String)
    /// The system's file of a time zone: `Europe/Berlin`. The name holds no `.`.
    case zone(String)

    /// The path below the folder of shipped policies; nil for a file elsewhere.
    public var shippedPath: String? {
        switch self {
        case .pack(let name): "\(name).yaml"
        case .server(let name): "servers/\(name).yaml"
        case .file, .zone: nil
        }
    }
}
