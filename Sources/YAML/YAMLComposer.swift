import CYAML
import Core

/// Builds the tree from libyaml's events. One composer reads one text.
final class YAMLComposer {
    /// An event that ends reading: the fault is already collected.
    private struct Stop: Error {}

    /// A finished anchor and what an alias to it costs.
    private struct Anchor {
        let node: YAMLNode
        let nodes: Int
        let depth: Int
    }

    private let file: String
    private let faults: Faults
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private var anchors: [String: Anchor] = [:]
    private var openAnchors: Set<String> = []
    private var nodes = 0
    /// The deepest level reached since it was last reset; what an anchor needs to know of its own subtree.
    private var deepest = 0

    init(file: String, faults: Faults) {
        self.file = file
        self.faults = faults
        let ready = yaml_parser_initialize(parser)
        precondition(ready == 1, "libyaml could not allocate a parser")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// Reads the whole text; nil when a fault ended it.
    func compose(_ bytes: UnsafeBufferPointer<UInt8>) -> YAMLNode? {
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        do {
            try expect(YAML_STREAM_START_EVENT)
            var root: YAMLNode?
            var isFirst = true
            while true {
                let type = try next { event in (event.type, mark(event.start_mark)) }
                if type.0 == YAML_STREAM_END_EVENT { break }
                if !isFirst {
                    fail(type.1, "a second document begins here", "keep one document in each file: remove the line `---`")
                    throw Stop()
                }
                isFirst = false
                root = try node(depth: 1)
                try expect(YAML_DOCUMENT_END_EVENT)
            }
            if root == nil { faults.add(file, nil, "the file is empty") }
            return root
        } catch {
            return nil
        }
    }

    // MARK: Nodes

    /// What one event said, copied out before libyaml takes its memory back.
    private enum Step {
        case scalar(YAMLScalar, anchor: String?)
        case sequence(anchor: String?)
        case mapping(anchor: String?)
        case alias(String)
        case end
    }

    private func step() throws(Stop) -> (Step, YAMLMark) {
        try next { event in
            let place = mark(event.start_mark)
            switch event.type {
            case YAML_SCALAR_EVENT:
                let scalar = event.data.scalar
                let text = Self.string(scalar.value, count: scalar.length)
                let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
                let tag = Self.string(scalar.tag)
                checkTag(tag, place)
                return (.scalar(YAMLScalar(text: text, isQuoted: !isPlain || tag != nil), anchor: Self.string(scalar.anchor)), place)
            case YAML_SEQUENCE_START_EVENT:
                checkTag(Self.string(event.data.sequence_start.tag), place, allowsText: false)
                return (.sequence(anchor: Self.string(event.data.sequence_start.anchor)), place)
            case YAML_MAPPING_START_EVENT:
                checkTag(Self.string(event.data.mapping_start.tag), place, allowsText: false)
                return (.mapping(anchor: Self.string(event.data.mapping_start.anchor)), place)
            case YAML_ALIAS_EVENT:
                return (.alias(Self.string(event.data.alias.anchor) ?? ""), place)
            default:
                return (.end, place)
            }
        }
    }

    private func node(depth: Int) throws(Stop) -> YAMLNode {
        let (what, place) = try step()
        return try node(what, place, depth: depth)
    }

    private func node(_ what: Step, _ place: YAMLMark, depth: Int) throws(Stop) -> YAMLNode {
        try enter(place, depth: depth)
        switch what {
        case .scalar(let scalar, let anchor):
            return try anchored(anchor, place, depth: depth) { () throws(Stop) in YAMLNode(mark: place, value: .scalar(scalar)) }
        case .sequence(let anchor):
            return try anchored(anchor, place, depth: depth) { () throws(Stop) in
                YAMLNode(mark: place, value: .sequence(try elements(depth: depth)))
            }
        case .mapping(let anchor):
            return try anchored(anchor, place, depth: depth) { () throws(Stop) in
                YAMLNode(mark: place, value: .mapping(try entries(depth: depth)))
            }
        case .alias(let name):
            return try alias(name, place, depth: depth)
        case .end:
            fail(place, "a value is missing here", "")
            throw Stop()
        }
    }

    private func elements(depth: Int) throws(Stop) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        while true {
            let (what, place) = try step()
            if case .end = what { return elements }
            elements.append(try node(what, place, depth: depth + 1))
        }
    }

    private func entries(depth: Int) throws(Stop) -> [YAMLEntry] {
        var entries: [YAMLEntry] = []
        var seen: [String: YAMLMark] = [:]
        while true {
            let (what, place) = try step()
            if case .end = what { return entries }
            let key = try node(what, place, depth: depth + 1)
            let value = try node(depth: depth + 1)
            guard let scalar = key.scalar, scalar.kind != .null else {
                fail(
                    place, "a key must be a single value, not \(key.kindName)",
                    "put quotes around a key that begins with `[`, `{`, `*` or `?`")
                continue
            }
            if scalar == YAMLScalar(text: "<<", isQuoted: false) {
                fail(place, "merge keys (`<<`) are not read", "write the keys out where they are meant")
            } else if let first = seen[scalar.text] {
                fail(
                    place, "the key \(Fault.quote(scalar.text)) stands here a second time",
                    "keep one of them; the first is on line \(first.line)")
            } else {
                seen[scalar.text] = place
                entries.append(YAMLEntry(key: scalar, keyMark: place, value: value))
            }
        }
    }

    // MARK: Anchors

    private func anchored(_ name: String?, _ place: YAMLMark, depth: Int, _ build: () throws(Stop) -> YAMLNode) throws(Stop) -> YAMLNode {
        guard let name else { return try build() }
        if anchors[name] != nil || openAnchors.contains(name) {
            fail(place, "the anchor \(Fault.quote(name)) is defined a second time", "give each anchor a name of its own")
        }
        let nodesBefore = nodes
        let deepestBefore = deepest
        deepest = depth
        openAnchors.insert(name)
        let built = try build()
        openAnchors.remove(name)
        anchors[name] = Anchor(node: built, nodes: nodes - nodesBefore + 1, depth: deepest - depth)
        deepest = max(deepest, deepestBefore)
        return built
    }

    private func alias(_ name: String, _ place: YAMLMark, depth: Int) throws(Stop) -> YAMLNode {
        guard let anchor = anchors[name] else {
            let isOpen = openAnchors.contains(name)
            fail(
                place,
                isOpen
                    ? "the alias \(Fault.quote(name)) stands inside its own anchor" : "no anchor \(Fault.quote(name)) stands before this",
                isOpen ? "write the value out" : "define it first as `&\(name)`, or put quotes around text that begins with `*`")
            throw Stop()
        }
        nodes += anchor.nodes - 1
        try enter(place, depth: depth + anchor.depth, cost: 0)
        return anchor.node
    }

    /// Counts a node and holds the bounds on depth and on nodes after expansion.
    private func enter(_ place: YAMLMark, depth: Int, cost: Int = 1) throws(Stop) {
        nodes += cost
        deepest = max(deepest, depth)
        if depth > Limits.yamlDepthMax {
            fail(place, "nested deeper than \(Limits.yamlDepthMax) levels", "")
            throw Stop()
        }
        if nodes > Limits.yamlNodesMax {
            fail(
                place, "more than \(Limits.yamlNodesMax) values, counting each alias as what it stands for",
                "split the file, or use fewer aliases")
            throw Stop()
        }
    }

    // MARK: Events

    private func expect(_ type: yaml_event_type_t) throws(Stop) {
        let (found, place) = try next { ($0.type, mark($0.start_mark)) }
        if found != type {
            fail(place, "something stands here that does not belong to the document", "")
            throw Stop()
        }
    }

    private func next<R>(_ read: (yaml_event_t) -> R) throws(Stop) -> R {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            syntaxFault()
            throw Stop()
        }
        defer { yaml_event_delete(&event) }
        return read(event)
    }

    private func syntaxFault() {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "the text ends too early"
        if parser.pointee.error == YAML_READER_ERROR {
            // The reader works ahead of the marks, so all it knows is a byte offset.
            fail(
                nil, "the file is not UTF-8 text (\(problem), byte \(parser.pointee.problem_offset))",
                "save it as UTF-8 without control characters")
            return
        }
        fail(mark(parser.pointee.problem_mark), "not valid YAML: \(problem)", Self.advice(problem))
    }

    private static func advice(_ problem: String) -> String {
        switch problem {
        case "mapping values are not allowed in this context":
            "put quotes around text that holds `: `, or mend the indentation"
        case "found character that cannot start any token":
            "indent with spaces, not tabs, and put quotes around text that begins with `@`, `%` or a backtick"
        case "did not find expected key", "did not find expected '-' indicator", "could not find expected ':'":
            "check the indentation of this line and the one above, and that every key ends with `:`"
        case "found undefined tag handle", "did not find expected tag URI":
            "remove the tag; put quotes around text that begins with `!`"
        default: ""
        }
    }

    private func checkTag(_ tag: String?, _ place: YAMLMark, allowsText: Bool = true) {
        guard let tag else { return }
        if allowsText, tag == "tag:yaml.org,2002:str" || tag == "!" { return }
        fail(place, "the tag \(Fault.quote(tag)) is not read", "remove it; put quotes around a value that is text")
    }

    private func fail(_ place: YAMLMark?, _ message: String, _ remedy: String) {
        faults.add(file, place, message, remedy: remedy)
    }

    private func mark(_ mark: yaml_mark_t) -> YAMLMark { YAMLMark(line: mark.line + 1, column: mark.column + 1) }

    private static func string(_ bytes: UnsafeMutablePointer<yaml_char_t>?, count: Int) -> String {
        String(decoding: UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count), as: UTF8.self)
    }

    private static func string(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        bytes.map { String(cString: $0) }
    }
}
