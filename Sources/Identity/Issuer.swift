import Core

/// Gives each caller a credential for one upstream. Immutable, usable from any thread; `IssuedCredentials` keeps what it makes.
public final class Issuer: Sendable {
    /// How the credential comes about.
    public let mode: IssuerMode

    /// Makes the issuer of an upstream.
    public init(_ mode: IssuerMode) { self.mode = mode }

    /// A fresh credential for the caller. Throws if the caller gets none; the call must not be forwarded then.
    public func credential(for principal: Principal, now: WallTime) throws(IssueFailure) -> UpstreamCredential {
        switch mode {
        case .mint(let mint): try mint.mint(try mint.grant(for: principal), now: now)
        case .static(let credential): credential
        case .none: .none
        }
    }
}
