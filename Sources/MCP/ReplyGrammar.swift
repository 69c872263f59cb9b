import Core
import JSON

/// Which parts of a reply are free text and which carry the protocol: the table of all revisions' schemas (2024-11-05 to 2026-07-28) in
/// code. Everything it does not know is free text, keys included.
enum ReplyGrammar {
    /// The member `key` of an object of shape `shape`, in an answer to `method` or a notification of that method.
    static func member(of shape: ReplyShape, _ key: Span<UInt8>, _ method: Method) -> ReplyMember {
        switch shape {
        case .envelope: return envelope(key)
        case .result: return result(key, method)
        case .params: return params(key, method)
        case .error: return error(key)
        case .meta, .paramsMeta: return meta(key)
        case .contentBlock: return contentBlock(key)
        case .resourceContents: return resourceContents(key)
        case .tool: return tool(key)
        case .resource: return resource(key)
        case .prompt: return prompt(key)
        case .schema, .schemaMap, .form, .formMap: return schema(key, shape)
        case .skipped: return ReplyMember(.skipped)
        default: return small(shape, key)
        }
    }

    private static func envelope(_ key: Span<UInt8>) -> ReplyMember {
        if ASCII.equals(key, "jsonrpc") { return ReplyMember(.version) }
        if ASCII.equals(key, "id") { return ReplyMember(.id) }
        if ASCII.equals(key, "result") { return ReplyMember(.result) }
        if ASCII.equals(key, "error") { return ReplyMember(.error) }
        if ASCII.equals(key, "method") { return ReplyMember(.method) }
        if ASCII.equals(key, "params") { return ReplyMember(.params) }
        return ReplyMember(.skipped)
    }

    private static func result(_ key: Span<UInt8>, _ method: Method) -> ReplyMember {
        if ASCII.equals(key, "_meta") { return ReplyMember(.meta) }
        if ASCII.equals(key, "resultType") { return ReplyMember(.resultType) }
        if ASCII.equals(key, "cacheScope") { return ReplyMember(.cacheScope) }
        if ASCII.equals(key, "ttlMs") { return ReplyMember(.protocolField) }
        switch method {
        case .toolsCall, .tasksResult:
            if ASCII.equals(key, "task"), method == .toolsCall { return ReplyMember(.task) }
            if ASCII.equals(key, "content") { return ReplyMember(.contentBlock) }
            if ASCII.equals(key, "structuredContent") { return ReplyMember(.free) }
            if ASCII.equals(key, "isError") { return ReplyMember(.protocolField) }
        case .resourcesRead:
            if ASCII.equals(key, "contents") { return ReplyMember(.resourceContents) }
        case .promptsGet:
            if ASCII.equals(key, "description") { return ReplyMember(.free) }
            if ASCII.equals(key, "messages") { return ReplyMember(.promptMessage) }
        case .toolsList, .promptsList, .resourcesList, .resourceTemplatesList:
            if ASCII.equals(key, "nextCursor") { return ReplyMember(.opaque) }
            if ASCII.equals(key, "tools"), method == .toolsList { return ReplyMember(.tool) }
            if ASCII.equals(key, "prompts"), method == .promptsList { return ReplyMember(.prompt) }
            if ASCII.equals(key, "resources"), method == .resourcesList { return ReplyMember(.resource) }
            if ASCII.equals(key, "resourceTemplates"), method == .resourceTemplatesList { return ReplyMember(.resource) }
        case .tasksGet, .tasksCancel: return task(key)
        case .tasksList:
            if ASCII.equals(key, "nextCursor") { return ReplyMember(.opaque) }
            if ASCII.equals(key, "tasks") { return ReplyMember(.task) }
        case .complete:
            if ASCII.equals(key, "completion") { return ReplyMember(.completion) }
        case .initialize, .discover:
            if ASCII.equals(key, "protocolVersion") || ASCII.equals(key, "supportedVersions") || ASCII.equals(key, "capabilities") {
                return ReplyMember(.protocolField)
            }
            if ASCII.equals(key, "serverInfo") { return ReplyMember(.serverInfo) }
            if ASCII.equals(key, "instructions") { return ReplyMember(.free) }
        default: break
        }
        guard method.mayRequireInput else { return .unknown }
        if ASCII.equals(key, "requestState") { return ReplyMember(.requestState) }
        if ASCII.equals(key, "inputRequests") { return ReplyMember(.inputRequests) }
        return .unknown
    }

    private static func params(_ key: Span<UInt8>, _ method: Method) -> ReplyMember {
        if ASCII.equals(key, "_meta") { return ReplyMember(.paramsMeta) }
        switch method {
        case .message:
            if ASCII.equals(key, "level") { return ReplyMember(.protocolField) }
            if ASCII.equals(key, "logger") || ASCII.equals(key, "data") { return ReplyMember(.free) }
        case .progress:
            if ASCII.equals(key, "progressToken") { return ReplyMember(.progressToken) }
            if ASCII.equals(key, "progress") || ASCII.equals(key, "total") { return ReplyMember(.protocolField) }
            if ASCII.equals(key, "message") { return ReplyMember(.free) }
        case .resourcesUpdated:
            if ASCII.equals(key, "uri") { return ReplyMember(.link) }
        case .acknowledged:
            if ASCII.equals(key, "notifications") { return ReplyMember(.protocolField) }
        case .cancelled:
            if ASCII.equals(key, "requestId") { return ReplyMember(.ownID) }
        case .createMessage, .elicit, .rootsList: return small(.interaction, key)
        case .elicitationComplete:
            if ASCII.equals(key, "elicitationId") { return ReplyMember(.protocolField) }
        default: break
        }
        return .unknown
    }

    private static func error(_ key: Span<UInt8>) -> ReplyMember {
        if ASCII.equals(key, "code") { return ReplyMember(.errorCode) }
        if ASCII.equals(key, "message") || ASCII.equals(key, "data") { return ReplyMember(.free) }
        return .unknown
    }

    /// What Louver itself says in a `_meta` nobody else may say.
    private static func meta(_ key: Span<UInt8>) -> ReplyMember {
        if ASCII.equals(key, MetaKey.serverInfo) { return ReplyMember(.serverInfo) }
        if ASCII.equals(key, MetaKey.subscriptionId) { return ReplyMember(.ownID) }
        if ASCII.equals(key, MetaKey.relatedTask) { return ReplyMember(.relatedTask) }
        let own = MetaKey.own.utf8CodeUnitCount
        if key.count >= own, ASCII.equalsIgnoringCase(key.extracting(0..<own), MetaKey.own) { return ReplyMember(.skipped) }
        return .unknown
    }

    /// A task of 2025-11-25.
    private static func task(_ key: Span<UInt8>) -> ReplyMember {
        if ASCII.equals(key, "taskId") { return ReplyMember(.taskID) }
        if ASCII.equals(key, "status") || ASCII.equals(key, "createdAt") || ASCII.equals(key, "lastUpdatedAt") || ASCII.equals(key, "ttl")
            || ASCII.equals(key, "pollInterval")
        {
            return ReplyMember(.protocolField)
        }
        return .unknown
    }

    private static func contentBlock(_ key: Span<UInt8>) -> ReplyMember {
        if ASCII.equals(key, "text") { return ReplyMember(.free) }
        if ASCII.equals(key, "type") || ASCII.equals(key, "mimeType") { return ReplyMember(.protocolField) }
        // What a client asks for next.
        if ASCII.equals(key, "uri") { return ReplyMember(.link) }
        if ASCII.equals(key, "data") { return ReplyMember(.blob) }
        if ASCII.equals(key, "resource") { return ReplyMember(.resourceContents) }
        if ASCII.equals(key, "annotations") { return ReplyMember(.annotations) }
        if isDescription(key) || ASCII.equals(key, "name") { return ReplyMember(.free) }
        if ASCII.equals(key, "icons") { return ReplyMember(.icon) }
        return .unknown
    }

    private static func resourceContents(_ key: Span<UInt8>) -> ReplyMember {
        if ASCII.equals(key, "uri") { return ReplyMember(.link) }
        if ASCII.equals(key, "mimeType") { return ReplyMember(.protocolField) }
        if ASCII.equals(key, "text") { return ReplyMember(.free) }
        if ASCII.equals(key, "blob") { return ReplyMember(.blob) }
        return .unknown
    }

    private static func tool(_ key: Span<UInt8>) -> ReplyMember {
        if ASCII.equals(key, "name") { return ReplyMember(.protocolField) }
        if isDescription(key) { return ReplyMember(.free) }
        if ASCII.equals(key, "inputSchema") || ASCII.equals(key, "outputSchema") { return ReplyMember(.schema) }
        if ASCII.equals(key, "annotations") || ASCII.equals(key, "execution") { return ReplyMember(.annotations) }
        if ASCII.equals(key, "icons") { return ReplyMember(.icon) }
        return .unknown
    }

    private static func resource(_ key: Span<UInt8>) -> ReplyMember {
        if ASCII.equals(key, "uri") || ASCII.equals(key, "uriTemplate") { return ReplyMember(.link) }
        if ASCII.equals(key, "mimeType") || ASCII.equals(key, "size") { return ReplyMember(.protocolField) }
        if ASCII.equals(key, "name") || isDescription(key) { return ReplyMember(.free) }
        if ASCII.equals(key, "annotations") { return ReplyMember(.annotations) }
        if ASCII.equals(key, "icons") { return ReplyMember(.icon) }
        return .unknown
    }

    private static func prompt(_ key: Span<UInt8>) -> ReplyMember {
        if ASCII.equals(key, "name") { return ReplyMember(.protocolField) }
        if isDescription(key) { return ReplyMember(.free) }
        if ASCII.equals(key, "arguments") { return ReplyMember(.promptArgument) }
        if ASCII.equals(key, "icons") { return ReplyMember(.icon) }
        return .unknown
    }

    /// JSON Schema: keywords and property names carry the protocol; what describes, and what no draft defines, is free text. A form asks a
    /// person.
    private static func schema(_ key: Span<UInt8>, _ shape: ReplyShape) -> ReplyMember {
        let isForm = shape == .form || shape == .formMap
        if shape == .schemaMap || shape == .formMap { return ReplyMember(isForm ? .form : .schema, keyRole: .protocolField) }
        if isForm, isDescription(key) || ASCII.equals(key, "$comment") { return ReplyMember(.formText) }
        if isDescription(key) || ASCII.equals(key, "default") || ASCII.equals(key, "examples") || ASCII.equals(key, "enum")
            || ASCII.equals(key, "const") || ASCII.equals(key, "$comment")
        {
            return ReplyMember(.free)
        }
        if ASCII.equals(key, "properties") || ASCII.equals(key, "$defs") || ASCII.equals(key, "definitions")
            || ASCII.equals(key, "patternProperties") || ASCII.equals(key, "dependentSchemas")
        {
            return ReplyMember(isForm ? .formMap : .schemaMap)
        }
        return isKeyword(key) ? ReplyMember(isForm ? .form : .schema) : .unknown
    }

    /// The keywords of JSON Schema, draft 7 to 2020-12, and of OpenAPI that hold schemas, names, numbers or patterns, the frequent first.
    private static let keywords: [StaticString] = [
        "type", "anyOf", "items", "required", "additionalProperties", "$ref", "format", "minimum", "maximum", "oneOf", "allOf",
        "x-mcp-header",
        "$schema", "$id", "id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary", "pattern",
        "not",
        "if", "then", "else", "prefixItems", "additionalItems", "contains", "minContains", "maxContains", "propertyNames", "dependencies",
        "dependentRequired", "unevaluatedItems", "unevaluatedProperties", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
        "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "readOnly", "writeOnly", "deprecated",
        "nullable", "discriminator", "contentEncoding", "contentMediaType", "contentSchema",
    ]

    private static func isKeyword(_ key: Span<UInt8>) -> Bool {
        for word in keywords where ASCII.equals(key, word) { return true }
        return false
    }

    private static func small(_ shape: ReplyShape, _ key: Span<UInt8>) -> ReplyMember {
        switch shape {
        case .promptMessage:
            if ASCII.equals(key, "role") { return ReplyMember(.protocolField) }
            if ASCII.equals(key, "content") { return ReplyMember(.contentBlock) }
        case .promptArgument:
            if ASCII.equals(key, "name") || ASCII.equals(key, "required") { return ReplyMember(.protocolField) }
            if isDescription(key) { return ReplyMember(.free) }
        case .annotations:
            if ASCII.equals(key, "audience") || ASCII.equals(key, "priority") || ASCII.equals(key, "lastModified")
                || ASCII.equals(key, "readOnlyHint") || ASCII.equals(key, "destructiveHint") || ASCII.equals(key, "idempotentHint")
                || ASCII.equals(key, "openWorldHint") || ASCII.equals(key, "taskSupport")
            {
                return ReplyMember(.protocolField)
            }
        case .icon:
            if ASCII.equals(key, "src") || ASCII.equals(key, "mimeType") || ASCII.equals(key, "sizes") || ASCII.equals(key, "theme") {
                return ReplyMember(.protocolField)
            }
        case .serverInfo:
            if ASCII.equals(key, "name") || ASCII.equals(key, "version") { return ReplyMember(.protocolField) }
            if isDescription(key) || ASCII.equals(key, "websiteUrl") { return ReplyMember(.free) }
            if ASCII.equals(key, "icons") { return ReplyMember(.icon) }
        case .completion:
            if ASCII.equals(key, "values") { return ReplyMember(.free) }
            if ASCII.equals(key, "total") || ASCII.equals(key, "hasMore") { return ReplyMember(.protocolField) }
        case .inputRequests: return ReplyMember(.inputRequest, keyRole: .protocolField)
        case .inputRequest:
            if ASCII.equals(key, "method") { return ReplyMember(.inputMethod) }
            if ASCII.equals(key, "params") { return ReplyMember(.interaction) }
        case .interaction:
            if ASCII.equals(key, "mode") { return ReplyMember(.protocolField) }
            if ASCII.equals(key, "requestedSchema") { return ReplyMember(.form) }
            if ASCII.equals(key, "message") { return ReplyMember(.formText) }
        case .task: return task(key)
        case .relatedTask:
            if ASCII.equals(key, "taskId") { return ReplyMember(.taskID) }
        default: break
        }
        return .unknown
    }

    private static func isDescription(_ key: Span<UInt8>) -> Bool { ASCII.equals(key, "description") || ASCII.equals(key, "title") }
}
