import Core
import JSON

/// What a server asks, and what it promises to answer later: forms, retries and tasks.
extension ReplySink {
    /// A member as far as this reply may have it: what no rule allows is text like any other.
    func known(_ member: ReplyMember) -> ReplyMember {
        switch member.shape {
        case .requestState: expectation.input == nil ? .unknown : member
        // The ids of a list are Louver's own already.
        case .taskID where expectation.method == .tasksList: ReplyMember(.opaque)
        case .taskID, .relatedTask: expectation.tasks == nil ? .unknown : member
        case .task: expectation.tasks == nil && expectation.method != .tasksList ? .unknown : member
        default: member
        }
    }

    /// The client's id of the task that was asked about, or of the one that the call has become; nil for any other.
    mutating func clientID(ofTask id: [UInt8]) -> [UInt8]? {
        guard let terms = expectation.tasks else { return nil }
        if let task = terms.task ?? madeTask { return task.upstreamID == id ? task.clientID : nil }
        madeTask = terms.seal.seal(id, tool: terms.tool)
        return madeTask?.clientID
    }

    mutating func refuseSecretForm() throws(JSONFailure) {
        if form.asksForSecret { try fail(ReplyFailure("elicits_secret", .withheld)) }
    }

    mutating func endQuestion() throws(JSONFailure) {
        form.end()
        try refuseSecretForm()
    }

    mutating func writeRequestState(_ raw: [UInt8]) {
        guard let seal = expectation.input else { return }
        envelope.hasRequestState = true
        out.append(UInt8(ascii: "\""))
        out.append(seal.seal(raw))
        out.append(UInt8(ascii: "\""))
    }

    /// A question that needs no state to be answered gets one of Louver's, so that its answers can be told from unasked ones.
    mutating func appendRequestState() {
        guard envelope.isInputRequired, !envelope.hasRequestState else { return }
        out.append(wroteMember.1 ? ",\"requestState\":" : "\"requestState\":")
        wroteMember.1 = true
        writeRequestState([])
    }
}
