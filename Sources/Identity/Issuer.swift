import Core

/// Gives each caller a credential for one upstream. Immutable, usable from any thread; `IssuedCredentials` keeps what it makes.
public final class Issuer: Sendable {
    /// How the credential comes about.
    public let mode: IssuerMode

    /// Makes the issuer of an upstream.
    public init(_ mode: IssuerMode) { self.mode = mode }

    /// What to post for a caller whose credential has to be fetched; `token` is the one the caller came with. Throws if the caller gets
    /// none: nothing is to be asked then.
    public func order(for principal: Principal, token: Span<UInt8>) throws(IssueFailure) -> CredentialOrder {
        switch mode {
        case .exchange(let exchange): return exchange.order(for: principal, token: token)
        case .login(let accounts):
            let account = try accounts.rule(for: principal).account
            return CredentialOrder(key: account.key, contentType: "application/json", body: account.login, client: nil)
        case .mint, .basic, .static, .none, .passthrough: preconditionFailure("this credential is not fetched")
        }
    }

    /// Whether another credential may help where the upstream refused one: it was made for a while.
    public var renews: Bool {
        switch mode {
        case .mint, .exchange, .login: true
        case .basic, .static, .none, .passthrough: false
        }
    }

    /// Whether credentials have to be fetched.
    public var fetches: Bool {
        switch mode {
        case .exchange, .login: true
        case .mint, .basic, .static, .none, .passthrough: false
        }
    }
}
