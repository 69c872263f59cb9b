/// What a key's name says about its value.
struct KeyClass {
    /// How sure the name alone makes us.
    enum Tier: UInt8 {
        /// Not a name that asks for a look.
        case none
        /// The value must look random.
        case medium
        /// The value is a secret unless it is plainly something else.
        case strong
    }

    /// What shape the value has beside the secret.
    enum Shape: UInt8 {
        case plain
        /// A scheme word may stand before the credential: `Bearer`, `Basic`.
        case authorization
        /// Pairs of names and values.
        case cookie
        /// A URI may hold the secret in its userinfo; then only that part is one.
        case connection
        /// A path is the usual, harmless value.
        case pathLike
        /// A user and a password with a colon between them.
        case pair
        /// Base64, as the values of a Secret of Kubernetes are.
        case encoded
    }

    var tier: Tier
    var kind: GrammarKind
    var shape: Shape = .plain
    /// One of the names that Airflow's own masker hides whatever their value is.
    var isAirflowName = false
    /// The name of a session as logs have it: identifiers of hexadecimal digits pass.
    var namesSession = false
    /// The name of what is counted as well: `"pass": 2` of tests.
    var isCount = false

    /// A value of a Secret of Kubernetes: as it is, or in base64.
    static let secretValue = KeyClass(tier: .strong, kind: .secret, isAirflowName: true)
    static let encodedSecretValue = KeyClass(tier: .strong, kind: .secret, shape: .encoded)

    static let none = KeyClass(tier: .none, kind: .secret)
}
