import Testing

@Suite struct SourceFileTests {
    private func file(_ text: String) -> SourceFile { SourceFile(path: "a.swift", text: text) }

    @Test func commentsAndLiteralsAreNoCode() {
        let text = """
            let a = "print(1)" // print(2)
            print(3)
            let b = \"""
                print(4)
                \"""
            let c = "\\"print(5)"; print(6)
            x.print(7); reprint(8)
            """
        #expect(file(text).places(of: "print(") == ["a.swift:2", "a.swift:6"])
    }

    @Test func functionsAreMeasuredFromDeclarationToBrace() {
        let text = """
            struct A {
                public static func one(
                    _ a: Int
                ) -> Int {
                    a
                }

                init() { b = 1 }

                func requirement()

                @inline(__always)
                private mutating func two() {
                    if true {
                        x()
                    }
                }
            }
            """
        #expect(file(text).functions().map(\.length) == [5, 5])
        #expect(file(text).functions().map(\.index) == [1, 12])
    }
}
