import Core

/// What the Accept fields of a request say about the two types an MCP server answers with (RFC 9110 section 12.5.1).
public struct AcceptList: Sendable, Equatable {
    /// Whether there is an Accept field. RFC 9110 reads none as "anything"; whether MCP does is for the caller to say.
    public let isPresent: Bool
    /// Whether `application/json` is acceptable.
    public let json: Bool
    /// Whether `text/event-stream` is acceptable.
    public let eventStream: Bool

    /// Reads the fields. The most specific range that matches decides; `q=0` excludes; a malformed range counts for nothing.
    public init(_ fields: FieldTable) {
        isPresent = fields.contains(.accept)
        var json = Preference()
        var stream = Preference()
        fields.forEachValue(.accept) { value in
            var list = TokenList(value.count)
            while let element = list.next(in: value) {
                guard let range = MediaRange(value, element) else { continue }
                json.take(range, exact: .json, wild: .anyApplication)
                stream.take(range, exact: .eventStream, wild: .anyText)
            }
        }
        self.json = json.isAcceptable
        eventStream = stream.isAcceptable
    }

    /// Whether all the types asked about are acceptable; false for a request without Accept.
    public func covers(json needsJSON: Bool, eventStream needsEventStream: Bool) -> Bool {
        (json || !needsJSON) && (eventStream || !needsEventStream)
    }

    /// One media range with its weight.
    private struct MediaRange {
        enum Extent { case json, eventStream, anyApplication, anyText, anything, other }
        let extent: Extent
        let isExcluded: Bool

        init?(_ value: Span<UInt8>, _ element: Range<Int>) {
            var parameters = ParameterList(element)
            guard let essence = parameters.essence(in: value) else { return nil }
            let text = value.extracting(essence)
            if ASCII.equalsIgnoringCase(text, "application/json") {
                extent = .json
            } else if ASCII.equalsIgnoringCase(text, "text/event-stream") {
                extent = .eventStream
            } else if ASCII.equalsIgnoringCase(text, "application/*") {
                extent = .anyApplication
            } else if ASCII.equalsIgnoringCase(text, "text/*") {
                extent = .anyText
            } else {
                extent = ASCII.equals(text, "*/*") ? .anything : .other
            }
            var isExcluded = false
            while let parameter = parameters.next(in: value) {
                guard ASCII.equalsIgnoringCase(value.extracting(parameter.name), "q") else { continue }
                guard let weight = AcceptList.weight(value.extracting(parameter.value)) else { return nil }
                isExcluded = weight == 0
            }
            if parameters.isMalformed { return nil }
            self.isExcluded = isExcluded
        }
    }

    /// What has been said about one type so far, and how specifically.
    private struct Preference {
        private var specificity = 0
        private(set) var isAcceptable = false

        mutating func take(_ range: MediaRange, exact: MediaRange.Extent, wild: MediaRange.Extent) {
            let rank = range.extent == exact ? 3 : range.extent == wild ? 2 : range.extent == .anything ? 1 : 0
            if rank == 0 || rank < specificity { return }
            // Of two equally specific ranges an exclusion wins.
            isAcceptable = rank == specificity ? isAcceptable && !range.isExcluded : !range.isExcluded
            specificity = rank
        }
    }

    /// A weight in thousandths: `0` or `1` with up to three decimals, not over 1 (RFC 9110 section 12.4.2).
    private static func weight(_ text: Span<UInt8>) -> Int? {
        guard text.count > 0, text.count <= 5, text[0] == UInt8(ascii: "0") || text[0] == UInt8(ascii: "1") else { return nil }
        var value = Int(text[0] - UInt8(ascii: "0"))
        if text.count > 1, text[1] != UInt8(ascii: ".") { return nil }
        for at in 2..<5 {
            value *= 10
            guard at < text.count else { continue }
            guard ASCII.isDigit(text[at]) else { return nil }
            value += Int(text[at] - UInt8(ascii: "0"))
        }
        return value <= 1000 ? value : nil
    }
}
