extension PolicySet {
    /// What the server does with the token of a request.
    public var callersToken: CallersToken { argumentGuard.profile.callersToken }

    /// Texts in a tool's result that say that Airflow took its token for expired.
    public var expirySigns: [[UInt8]] { argumentGuard.profile.expirySigns }

    /// How the paths end under which the server listens unless told otherwise; empty where that is not known.
    public var endpointPaths: [String] { argumentGuard.profile.paths }

    /// Whether a tool changes nothing, so that it may be called again.
    public func onlyReads(_ tool: [UInt8]) -> Bool {
        guard let tool = argumentGuard.profile.tools[tool] else { return false }
        switch tool.toolClass {
        case .read, .logs, .rendered, .source, .xcom, .config, .secrets, .people: return true
        default: return false
        }
    }
}
