import JSON

/// What stands at one place of an upstream's message. A shape speaks of any JSON value there: an array has its own shape for its elements,
/// so `tools` is the list and each tool alike.
enum ReplyShape: UInt8 {
    /// Anything: every string, key and number is scrubbed.
    case free
    /// Names, types, URIs that identify: never altered; a hit of a precise detector withholds the reply.
    case protocolField
    /// An address: never altered; a hit of any detector withholds the reply.
    case link
    /// Cursors and request state: passed as they are.
    case opaque
    /// Base64 that may hold text.
    case blob
    /// Nobody's business: thrown away.
    case skipped

    // The envelope and what it holds.
    case envelope, result, error, params, meta, paramsMeta

    // Single values that Louver reads or writes itself.
    case version, id, method, resultType, cacheScope, progressToken, ownID, errorCode, inputMethod, requestState, taskID

    // Objects of the schema.
    case contentBlock, resourceContents, promptMessage, tool, resource, prompt, promptArgument, annotations, icon, schema, schemaMap
    case serverInfo, completion, inputRequests, inputRequest, interaction, form, formMap, formText, task, relatedTask

    /// The role of a string that is a value here.
    var role: FieldRole {
        switch self {
        case .protocolField, .schema, .schemaMap, .form, .formMap: .protocolField
        case .link: .link
        case .opaque: .opaque
        case .blob: .blob
        default: .text
        }
    }

    /// Whether a string here is read before anything is written.
    var isCaptured: Bool {
        switch self {
        case .version, .id, .method, .resultType, .cacheScope, .progressToken, .ownID, .inputMethod, .requestState, .taskID: true
        default: false
        }
    }

    /// Whether a string here is part of a form that is put to a person.
    var isOfForm: Bool { self == .form || self == .formText }

    /// Whether a string, number or literal may stand here.
    var takesScalar: Bool {
        switch self {
        case .envelope, .result, .error, .params, .meta, .paramsMeta: false
        default: true
        }
    }

    /// Whether members of an object here may be left out or held, so that commas are written late.
    var isMemberwise: Bool {
        switch self {
        case .envelope, .result, .meta, .paramsMeta: true
        default: false
        }
    }
}

/// A member of an object of a known shape.
struct ReplyMember {
    /// What its value is.
    let shape: ReplyShape
    /// How its key is looked at; nil when it is a name of the protocol itself.
    let keyRole: FieldRole?

    init(_ shape: ReplyShape, keyRole: FieldRole? = nil) {
        self.shape = shape
        self.keyRole = keyRole
    }

    /// A member nobody defined: key and value are free text.
    static let unknown = ReplyMember(.free, keyRole: .text)
}
