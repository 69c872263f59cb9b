/// The JSON-RPC codes that the protocol defines (2026-07-28 basic/index, error codes). Louver's own refusals have codes in `DenialCode`.
public enum ProtocolErrorCode {
    /// The body is not JSON.
    public static let parseError = -32700
    /// The body is JSON but no JSON-RPC message.
    public static let invalidRequest = -32600
    /// Nobody answers this method here.
    public static let methodNotFound = -32601
    /// The parameters are not what the method takes.
    public static let invalidParams = -32602
    /// Something failed that has no code.
    public static let internalError = -32603
    /// A header and the body disagree, or a required header is missing.
    public static let headerMismatch = -32020
    /// The request needs a capability the client did not declare.
    public static let missingClientCapability = -32021
    /// The version is not spoken here; `data` names those that are.
    public static let unsupportedVersion = -32022
    /// URL elicitation is required: 2025-11-25 only.
    public static let urlElicitationRequired = -32042
}
