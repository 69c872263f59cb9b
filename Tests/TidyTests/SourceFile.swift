/// One Swift file and what can be told of it a line at a time. It is no parser: it relies on the layout that `swift format` enforces.
struct SourceFile: Sendable {
    /// From the root of the repository.
    let path: String
    let lines: [String]
    /// The lines without comments and without what stands in string literals.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var isInside = false
        code = lines.map { Self.code(of: $0, &isInside) }
    }

    /// A place in the file as compilers write it; `index` is from 0.
    func place(_ index: Int) -> String { "\(path):\(index + 1)" }

    /// Where the code holds the word, not as a part of a longer one or of a member's name.
    func places(of word: String) -> [String] {
        code.indices.filter { Self.contains(code[$0], word) }.map(place)
    }

    /// The functions and initializers with their lengths in lines, from the declaration to the closing brace.
    func functions() -> [(index: Int, length: Int)] {
        code.indices.compactMap { start in
            guard Self.declaresFunction(code[start]) else { return nil }
            let indent = Self.indent(of: lines[start])
            guard let opening = opening(of: start, indent) else { return nil }
            guard let end = lines[(opening + 1)...].firstIndex(of: indent + "}") else { return nil }
            return (start, end - start + 1)
        }
    }

    /// The line on which the body of a declaration opens; nil if it has none, or opens and closes on one line.
    private func opening(of start: Int, _ indent: String) -> Int? {
        for index in start..<lines.count {
            let line = code[index].trimmingSpaces
            if line.hasSuffix("{") { return index }
            let isInside = index == start || Self.indent(of: lines[index]).count > indent.count || line.hasPrefix(")")
            if !isInside || line.hasSuffix("}") { return nil }
        }
        return nil
    }

    private static func indent(of line: String) -> String { String(line.prefix { $0 == " " }) }

    private static func declaresFunction(_ line: String) -> Bool {
        let modifiers: Set<Substring> = [
            "public", "private", "internal", "package", "fileprivate", "static", "final", "override", "mutating", "nonmutating",
            "nonisolated", "convenience", "required", "consuming", "borrowing", "class", "indirect", "isolated",
        ]
        let words = line.split(separator: " ").drop { modifiers.contains($0) || $0.hasPrefix("@") || $0.hasPrefix("private(") }
        guard let first = words.first else { return false }
        return first == "func" || first.hasPrefix("init(") || first.hasPrefix("init<") || first.hasPrefix("init?(") || first == "deinit"
            || first.hasPrefix("subscript(")
    }

    private static func contains(_ line: String, _ word: String) -> Bool {
        var rest = line[...]
        while let found = rest.firstRange(of: word) {
            let isStart = found.lowerBound == line.startIndex || !isPart(line[line.index(before: found.lowerBound)])
            if isStart { return true }
            rest = rest[found.upperBound...]
        }
        return false
    }

    private static func isPart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_" || character == "."
    }

    /// A line without its comment and its literals' content. `isInside` tells whether a literal of several lines is open.
    private static func code(of line: String, _ isInside: inout Bool) -> String {
        if line.contains("\"\"\"") {
            // An opening line keeps what stands before the quotes, a closing line what stands behind them.
            let parts = line.components("\"\"\"")
            defer { if parts.count % 2 == 0 { isInside.toggle() } }
            return isInside ? parts.last ?? "" : parts.first ?? ""
        }
        if isInside { return "" }
        var out = ""
        var isLiteral = false
        var isEscaped = false
        var last: Character = " "
        for character in line {
            if isLiteral {
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    isLiteral = false
                }
            } else if character == "\"" {
                isLiteral = true
                out.append("\"")
            } else if character == "/", last == "/" {
                out.removeLast()
                break
            } else {
                out.append(character)
            }
            last = character
        }
        return out
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text.drop { $0 == " " })
    }

    fileprivate func components(_ separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let found = rest.firstRange(of: separator) {
            parts.append(String(rest[..<found.lowerBound]))
            rest = rest[found.upperBound...]
        }
        return parts + [String(rest)]
    }
}
