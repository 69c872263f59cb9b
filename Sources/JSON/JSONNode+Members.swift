extension JSONNode {
    /// The member with this key, compared after decoding; nil if there is none or this is no object.
    public subscript(_ key: StaticString) -> JSONNode? {
        key.withUTF8Buffer { member($0) }
    }

    /// The member with this key, compared after decoding; nil if there is none or this is no object.
    public func member(_ key: Span<UInt8>) -> JSONNode? {
        key.withUnsafeBufferPointer { member($0) }
    }

    /// The element at an offset; nil if there is none or this is no array. Takes as many steps as the offset says.
    public func element(_ offset: Int) -> JSONNode? {
        let tape = document.tape
        guard tape[index].kind == .array, offset >= 0, offset < tape[index].count else { return nil }
        var at = index + 1
        for _ in 0..<offset { at = document.next(at) }
        return JSONNode(document: document, index: at)
    }

    /// Calls `body` with every member in the order of the text; the key is decoded and only valid in the call. Nothing unless an object.
    public func forEachMember<E: Error>(_ body: (_ key: Span<UInt8>, _ value: JSONNode) throws(E) -> Void) throws(E) {
        let entry = entry
        guard entry.isObject else { return }
        try withBase { (base) throws(E) in
            var at = index + 1
            for _ in 0..<entry.count {
                let value = JSONNode(document: document, index: at + 1)
                try document.tape[at].withKey(base) { (key) throws(E) in try body(key.span, value) }
                at = document.next(at + 1)
            }
        }
    }

    /// Calls `body` with every element in order. Nothing unless an array.
    public func forEachElement<E: Error>(_ body: (JSONNode) throws(E) -> Void) throws(E) {
        let entry = entry
        guard entry.kind == .array else { return }
        var at = index + 1
        for _ in 0..<entry.count {
            try body(JSONNode(document: document, index: at))
            at = document.next(at)
        }
    }

    private func member(_ key: UnsafeBufferPointer<UInt8>) -> JSONNode? {
        document.bytes.withUnsafeBufferPointer { source in
            document.tape.withUnsafeBufferPointer { tape in
                guard let base = source.baseAddress, tape[index].isObject else { return nil }
                var at = index + 1
                for _ in 0..<tape[index].count {
                    if tape[at].isEqual(to: key, base) { return JSONNode(document: document, index: at + 1) }
                    at = tape[at + 1].isContainer ? Int(tape[at + 1].link) : at + 2
                }
                return nil
            }
        }
    }
}

extension JSONDocument {
    /// The entry that follows a value and all that is inside it.
    func next(_ index: Int) -> Int {
        let entry = tape[index]
        return entry.isContainer ? Int(entry.link) : index + 1
    }
}
