/// Something in a text that tells what the lines behind it are: the BEGIN of a private key, the head of a table, a manifest.
protocol Zone {
    /// None.
    init()
    /// How much text came since it began, or since something was last found in it.
    var age: Int { get set }
    /// Whether more is still looked for.
    var isOpen: Bool { get }
}
