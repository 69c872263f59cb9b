import JSON

/// The types a constraint may ask for, as JSON Schema names them.
enum JSONTypeName: String, Sendable, CaseIterable {
    case string
    case integer
    case number
    case boolean
    case array
    case object
    case null

    /// Whether a value is of this type.
    func covers(_ node: JSONNode) -> Bool {
        switch self {
        case .string: node.kind == .string
        case .integer: node.int64 != nil
        case .number: node.kind == .number
        case .boolean: node.bool != nil
        case .array: node.kind == .array
        case .object: node.kind == .object
        case .null: node.isNull
        }
    }
}
