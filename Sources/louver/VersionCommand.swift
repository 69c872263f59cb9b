import Core

/// `louver version`.
enum VersionCommand {
    static let command = Command(
        name: "version", summary: "print the version", operands: "", flags: [], text: "The version follows semver.org.",
        examples: [("louver version", "what is installed here")]
    ) { _, terminal in
        terminal.print("\(Product.name) \(Product.version)")
        return .success
    }
}
