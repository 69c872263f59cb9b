/// The kinds of secrets that are known by where they stand rather than by a format: the first entries of every kind table.
enum GrammarKind: UInt16, CaseIterable {
    case password
    case secret
    case token
    case apiKey
    case accessKey
    case privateKey
    case cookie
    case authorization
    case connection
    case fernetKey
    case webhookURL
    case urlPassword
    case awsSecretKey
    case discordToken
    case asanaToken
    case oktaToken
    case atlassianToken
    /// A value the operator named.
    case knownSecret
    case undecided

    /// The kind as placeholders and reports spell it.
    var slug: String {
        switch self {
        case .password: "password"
        case .secret: "secret"
        case .token: "token"
        case .apiKey: "api-key"
        case .accessKey: "access-key"
        case .privateKey: "private-key"
        case .cookie: "cookie"
        case .authorization: "authorization"
        case .connection: "connection"
        case .fernetKey: "fernet-key"
        case .webhookURL: "webhook-url"
        case .urlPassword: "url-password"
        case .awsSecretKey: "aws-secret-key"
        case .discordToken: "discord-token"
        case .asanaToken: "asana-token"
        case .oktaToken: "okta-token"
        case .atlassianToken: "atlassian-token"
        case .knownSecret: "known-secret"
        case .undecided: "withheld"
        }
    }
}
