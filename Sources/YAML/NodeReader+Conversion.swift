extension NodeReader {
    static func text(_ scalar: YAMLScalar) -> Reading<String> {
        scalar.text.isEmpty ? .misread("is empty", remedy: "give it a value, or remove the key") : .value(scalar.text)
    }

    static func integer(_ scalar: YAMLScalar, _ range: ClosedRange<Int>) -> Reading<Int> {
        guard case .integer(let number) = scalar.kind else {
            let unquoted = YAMLScalar(text: scalar.text, isQuoted: false)
            if scalar.isQuoted, case .integer = unquoted.kind {
                return .misread("is text, not a whole number", remedy: "write instead: \(scalar.text) without quotes")
            }
            return .misread(
                "is not a whole number: \(Fault.quote(scalar.text))",
                remedy: "write a number from \(range.lowerBound) to \(range.upperBound)")
        }
        guard let value = Int(exactly: number), range.contains(value) else {
            return .misread("is out of range: \(number)", remedy: "write a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return .value(value)
    }

    static func bool(_ scalar: YAMLScalar) -> Reading<Bool> {
        if case .bool(let value) = scalar.kind { return .value(value) }
        let remedy =
            switch scalar.text.lowercased() {
            case "true", "yes", "on", "y", "1": "write instead: true"
            case "false", "no", "off", "n", "0": "write instead: false"
            default: "write true or false"
            }
        return .misread(
            "is neither true nor false: \(Fault.quote(scalar.text))", remedy: scalar.isQuoted ? remedy + " (without quotes)" : remedy)
    }

    static func duration(_ scalar: YAMLScalar, _ range: ClosedRange<Duration>) -> Reading<Duration> {
        guard let value = Notation.duration(scalar.text) else {
            let isNumber = if case .integer = scalar.kind { true } else { false }
            let remedy =
                isNumber ? "write instead: \(scalar.text)s, if seconds are meant" : "write a number with ms, s, m, h or d, such as 5s"
            return .misread("is not a duration: \(Fault.quote(scalar.text))", remedy: remedy)
        }
        guard range.contains(value) else {
            let bounds = "\(Notation.write(range.lowerBound)) to \(Notation.write(range.upperBound))"
            return .misread("is out of range: \(scalar.text)", remedy: "write a duration from \(bounds)")
        }
        return .value(value)
    }

    static func size(_ scalar: YAMLScalar, _ range: ClosedRange<Int>) -> Reading<Int> {
        guard let value = Notation.size(scalar.text) else {
            let isNumber = if case .integer = scalar.kind { true } else { false }
            let remedy =
                isNumber ? "write instead: \(scalar.text)B, if bytes are meant" : "write a number with B, KiB, MiB or GiB, such as 64KiB"
            return .misread("is not a size: \(Fault.quote(scalar.text))", remedy: remedy)
        }
        guard range.contains(value) else {
            let bounds = "\(Notation.write(size: range.lowerBound)) to \(Notation.write(size: range.upperBound))"
            return .misread("is out of range: \(scalar.text)", remedy: "write a size from \(bounds)")
        }
        return .value(value)
    }

    static func rate(_ scalar: YAMLScalar) -> Reading<YAMLRate> {
        if let value = Notation.rate(scalar.text) { return .value(value) }
        return .misread(
            "is not a rate: \(Fault.quote(scalar.text))", remedy: "write a number above 0 with /s, /min, /h or /day, such as 60/min")
    }

    static func choice<E: RawRepresentable & CaseIterable>(_ scalar: YAMLScalar) -> Reading<E> where E.RawValue == String {
        if let value = E(rawValue: scalar.text) { return .value(value) }
        let names = E.allCases.map(\.rawValue)
        let remedy =
            if let near = Spelling.nearest(to: scalar.text, among: names) {
                "write instead: \(near)"
            } else {
                "write one of \(names.joined(separator: ", "))"
            }
        return .misread("does not know \(Fault.quote(scalar.text))", remedy: remedy)
    }
}
