import Testing
import YAML

@Suite struct NodeReaderTests {
    private enum Color: String, CaseIterable { case red, green }

    /// The faults that `body` meets in `text`, as `line:column: message | remedy`.
    private func faults(_ text: String, _ body: (NodeReader) -> Void) -> [String] {
        let faults = Faults()
        NodeReader.read(Array(text.utf8), file: "dir/f.yaml", faults: faults, body)
        return faults.all.map { "\($0.line):\($0.column): \($0.message) | \($0.remedy)" }
    }

    @Test func readsEveryType() {
        let text = """
            s: text
            n: 5
            b: true
            d: 250ms
            z: 64KiB
            r: 60/min
            c: green
            p: a/b.pem
            q: /etc/b.pem
            l: [x, 'y']
            one: x
            m: {i: 1}
            list: [{i: 1}, {i: 2}]
            named: {a: {i: 1}, b: {i: 2}}
            """
        let found = faults(text) { reader in
            #expect(reader.string("s") == "text")
            #expect(reader.int("n", in: 1...9) == 5)
            #expect(reader.bool("b", default: false))
            #expect(reader.duration("d") == .milliseconds(250))
            #expect(reader.size("z", in: 0...100_000, default: 1) == 65_536)
            #expect(reader.rate("r") == YAMLRate(count: 60, per: .seconds(60)))
            #expect(reader.choice("c", default: Color.red) == .green)
            #expect(reader.path("p") == "dir/a/b.pem")
            #expect(reader.optionalPath("q") == "/etc/b.pem")
            #expect(reader.strings("l") == ["x", "y"])
            #expect(reader.strings("one", orOne: true) == ["x"])
            #expect(reader.mapping("m") { $0.int("i", in: 0...9) } == 1)
            #expect(reader.list("list") { inner, index in inner.int("i", in: 0...9) + index } == [1, 3])
            #expect(reader.named("named") { name, inner in "\(name)\(inner.int("i", in: 0...9))" } == ["a1", "b2"])
            #expect(reader.optionalString("absent") == nil)
            #expect(reader.duration("absent", default: .seconds(1)) == .seconds(1))
        }
        #expect(found == [])
    }

    @Test(arguments: [
        ("v: {}", "1:4: `v` must be a single value, not a mapping | "),
        ("v:", "1:3: `v` has no value | give it one, or remove the key"),
        ("v: ''", "1:4: `v` is empty | give it a value, or remove the key"),
        ("w: 1", "1:1: `v` is missing | write, for example: `v: airflow`"),
    ])
    func reportsText(text: String, expected: String) {
        let found = faults(text) { reader in
            _ = reader.string("v", example: "airflow")
            _ = reader.has("w")
        }
        #expect(found == [expected])
    }

    @Test(arguments: [
        ("v: 10", "1:4: `v` is out of range: 10 | write a number from 1 to 9"),
        ("v: '5'", "1:4: `v` is text, not a whole number | write instead: 5 without quotes"),
        ("v: five", "1:4: `v` is not a whole number: `five` | write a number from 1 to 9"),
        ("v: 5.0", "1:4: `v` is not a whole number: `5.0` | write a number from 1 to 9"),
        ("v: 99999999999999999999", "1:4: `v` is not a whole number: `99999999999999999999` | write a number from 1 to 9"),
    ])
    func reportsNumbers(text: String, expected: String) { #expect(faults(text) { _ = $0.int("v", in: 1...9) } == [expected]) }

    @Test(arguments: [
        ("v: yes", "1:4: `v` is neither true nor false: `yes` | write instead: true"),
        ("v: 'false'", "1:4: `v` is neither true nor false: `false` | write instead: false (without quotes)"),
        ("v: maybe", "1:4: `v` is neither true nor false: `maybe` | write true or false"),
    ])
    func reportsSwitches(text: String, expected: String) { #expect(faults(text) { _ = $0.bool("v", default: true) } == [expected]) }

    @Test(arguments: [
        ("v: 5", "1:4: `v` is not a duration: `5` | write instead: 5s, if seconds are meant"),
        ("v: soon", "1:4: `v` is not a duration: `soon` | write a number with ms, s, m, h or d, such as 5s"),
        ("v: 2h", "1:4: `v` is out of range: 2h | write a duration from 1ms to 1h"),
    ])
    func reportsDurations(text: String, expected: String) {
        #expect(faults(text) { _ = $0.duration("v", in: .milliseconds(1) ... .seconds(3_600)) } == [expected])
    }

    @Test(arguments: [
        ("v: 5", "1:4: `v` is not a size: `5` | write instead: 5B, if bytes are meant"),
        ("v: 5MB", "1:4: `v` is not a size: `5MB` | write a number with B, KiB, MiB or GiB, such as 64KiB"),
        ("v: 2MiB", "1:4: `v` is out of range: 2MiB | write a size from 1B to 1MiB"),
    ])
    func reportsSizes(text: String, expected: String) {
        #expect(faults(text) { _ = $0.size("v", in: 1...1_048_576, default: 1) } == [expected])
    }

    @Test func reportsRatesChoicesAndLists() {
        let text = "r: 60/minute\nc: gren\nk: blue\nl: x\nm: [y]\nn: {a: 1}\no: [[x]]"
        let found = faults(text) { reader in
            _ = reader.rate("r")
            _ = reader.choice("c", default: Color.red)
            _ = reader.choice("k", of: Color.self)
            _ = reader.choice("absent", of: Color.self)
            _ = reader.strings("l")
            reader.mapping("m") { _ in }
            _ = reader.named("n") { _, _ in }
            _ = reader.strings("o")
        }
        #expect(
            found == [
                "1:1: `absent` is missing | write one of `red`, `green`",
                "1:4: `r` is not a rate: `60/minute` | write a number above 0 with /s, /min, /h or /day, such as 60/min",
                "2:4: `c` does not know `gren` | write instead: green",
                "3:4: `k` does not know `blue` | write one of red, green",
                "4:4: `l` must be a list, not a single value | write instead: `l: [x]`",
                "5:4: `m` must be a mapping of keys to values, not a list | ",
                "6:8: `n.a` must be a mapping of keys to values, not a single value | ",
                "7:5: `o[0]` must be a single value, not a list | ",
            ])
    }

    @Test func unknownKeysNameTheNearest() {
        let text = "lisen: 1\nupstreams:\n  airflow:\n    tme_out: 5s\nzzz: 1\nsecret: x"
        let found = faults(text) { reader in
            _ = reader.has("listen")
            _ = reader.named("upstreams") { _, inner in _ = inner.has("timeout") }
            reader.refuse("secret", "`mode` is `none`")
        }
        #expect(
            found == [
                "1:1: unknown key `lisen` | write instead: `listen`",
                "4:5: unknown key `tme_out` in `upstreams.airflow` | write instead: `timeout`",
                "5:1: unknown key `zzz` | known here: listen, upstreams, secret",
                "6:1: `secret` has no place here: `mode` is `none` | remove it",
            ])
    }

    @Test func theRootMustBeAMapping() {
        #expect(
            faults("[a]") { _ in Issue.record("read a list as a mapping") } == [
                "1:1: the file must be a mapping of keys to values, not a list | "
            ])
    }
}
