import Core

/// How strictly a text is read. Both dialects are RFC 8259 with bounds; they differ in what a text from the upstream is forgiven.
public struct JSONDialect: Sendable {
    /// Whether invalid UTF-8 and lone surrogates become U+FFFD and are counted, instead of a failure.
    let repairs: Bool
    /// Members allowed in one object.
    let membersMax: Int
    /// Members allowed in all objects that are open at one moment.
    let openMembersMax: Int

    /// What clients send: nothing is forgiven, and objects are bounded by the bytes of the request only.
    public static let request = JSONDialect(repairs: false, membersMax: .max, openMembersMax: .max)

    /// What the upstream sends: broken text is repaired and counted, objects are bounded so that a stream can be checked in bounded memory.
    public static let reply = JSONDialect(
        repairs: true, membersMax: Limits.jsonObjectMembersMax, openMembersMax: Limits.jsonOpenMembersMax)
}
