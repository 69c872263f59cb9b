import Core
import Glibc
import Testing

@testable import louver

/// `louver redact` over real files, with the shipped detectors.
@Suite struct RedactCommandTests {
    private static let root = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })
    private static let policies = ["--policies", root + "/Policies"]
    private static let token = "ghp_" + String((0..<36).map { Array("aZ3kQ9xB7mW2pL5")[$0 * 7 % 15] })

    /// Runs a verb with `text` in a file whose name takes the place of `FILE`.
    private func run(_ words: [String], over text: String = "") throws -> (status: ExitCode, text: String, output: String, errors: String) {
        let (input, path) = temporaryFile()
        let (output, outputPath) = temporaryFile()
        defer {
            close(output)
            unlink(path)
            unlink(outputPath)
        }
        let isWritten = Descriptor.write(Array(text.utf8).span, to: input)
        close(input)
        try #require(isWritten && output >= 0)
        let words = words.map { $0 == "FILE" ? path : $0 } + (words.contains("test") || words.contains("enroll") ? [] : Self.policies)
        let captured = CapturedTerminal()
        let status = Program.run(words, terminal: captured.terminal(output: output))
        lseek(output, 0, SEEK_SET)
        var read = ByteBuffer()
        while Descriptor.read(output, into: &read, atMost: 65_536) > 0 {}
        return (
            status, String(decoding: read.copy(), as: UTF8.self), Self.hiding(path, in: captured.output),
            Self.hiding(path, in: captured.errors)
        )
    }

    private static func hiding(_ path: String, in text: String) -> String {
        text.split(separator: path, omittingEmptySubsequences: false).joined(separator: "FILE")
    }

    private func temporaryFile() -> (descriptor: Int32, path: String) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
        var template = Array("\(parent)/louver-redact-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        return (descriptor, String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    @Test func scrubsAFile() throws {
        let (status, text, output, errors) = try run(["redact", "FILE"], over: "a \(Self.token)\nb\n")
        #expect(status == .success && output == "" && errors == "")
        #expect(text.hasPrefix("a REDACTED_github-") && text.hasSuffix("\nb\n"))
    }

    @Test func reportsWhatItReplaced() throws {
        let (_, _, _, errors) = try run(["redact", "--report", "FILE", "FILE"], over: "a \(Self.token)\npassword=hunter2horse\n")
        #expect(errors.hasPrefix("4 values replaced\n  2  "))
        #expect(errors.contains("  2  password\n"))
    }

    @Test func reportsAsJSON() throws {
        let (_, _, _, errors) = try run(["redact", "--json", "--ndjson", "FILE"], over: "{\"password\":12}\noh\n")
        #expect(errors == "{\"replaced\":0,\"numbers\":1,\"withheld\":0,\"not_json\":1,\"kinds\":{},\"allowed\":{}}\n")
    }

    @Test func letsPassWhatAFileAllows() throws {
        let (file, path) = temporaryFile()
        defer { unlink(path) }
        let entries = "version: 1\nallow:\n- { detectors: password, until: 2020-01-01 }\n- { detectors: \"github-*\", until: never }\n"
        let isWritten = Descriptor.write(Array(entries.utf8).span, to: file)
        close(file)
        try #require(isWritten)
        let words = ["redact", "--allow", path]
        let (status, text, _, errors) = try run(words + ["--report", "FILE"], over: "a \(Self.token)\npassword=hunter2horse\n")
        #expect(status == .success && text.hasPrefix("a \(Self.token)\npassword=REDACTED_"))
        #expect(errors.contains("was over with 2020-01-01") && errors.contains("  1 value passed by --allow\n    1  github-token\n"))
        let explained = try run(words + ["--explain", "FILE"], over: "a \(Self.token)\n").output
        #expect(explained.contains("; passes by \(path):4 without end"))
        #expect(try run(["redact", "--allow", "/nowhere/at/all", "FILE"]).status == .usage)
        #expect(try run(["redact", "--tenant", "x", "FILE"]).errors.contains("--tenant needs the key"))
    }

    @Test func choosesAStyle() throws {
        #expect(try run(["redact", "--style", "mask", "FILE"], over: "password=hunter2horse\n").text == "password=REDACTED_password\n")
        let hash = try run(["redact", "--style", "hash-only", "FILE"], over: "password=hunter2horse\n").text
        #expect(hash.hasPrefix("password=REDACTED_") && hash.utf8.count == "password=REDACTED_\n".utf8.count + 8)
        let wrong = try run(["redact", "--style", "maks", "FILE"])
        #expect(wrong.status == .usage && wrong.errors.hasPrefix("louver redact: --style has no `maks`\n    did you mean mask?\n"))
    }

    @Test func keepsRecordsRecords() throws {
        let (status, text, _, _) = try run(["redact", "--ndjson", "FILE"], over: "{\"a\":[1,\"\(Self.token)\"]}\n{\"b\":2}\n")
        #expect(status == .success)
        #expect(text.hasPrefix("{\"a\":[1,\"REDACTED_github-") && text.hasSuffix("\"]}\n{\"b\":2}\n"))
    }

    @Test func explainsInsteadOfWriting() throws {
        let (status, text, output, _) = try run(["redact", "--explain", "FILE"], over: "x\npassword=hunter2horse\n")
        #expect(status == .success && text == "")
        #expect(output.hasPrefix("FILE:2: password, 12 bytes at 11 ("))
        #expect(output.hasSuffix("): the value of a key that names a secret\n"))
        let json = try run(["redact", "--explain", "--json", "FILE"], over: "x\npassword=hunter2horse\n").output
        #expect(json.hasPrefix("{\"file\":\"FILE\",\"line\":2,\"offset\":11,\"bytes\":12,\"detector\":\"password\",\"kind\":\"password\","))
    }

    /// Whatever is asked for, nothing that was found is written anywhere.
    @Test(arguments: [
        ["--explain"], ["--json"], ["--explain", "--json"], ["--ndjson"], ["--ndjson", "--explain", "--json"],
        ["--hygiene", "block", "--explain"],
        ["--style", "mask", "--explain", "--json"],
    ])
    func nothingThatIsWrittenHoldsASecret(words: [String]) throws {
        let known = "known 7phrase & more"
        let hashed = "h4sHed" + String(Self.token.suffix(14))
        let made = "Wint3r" + String(Self.token.suffix(9))
        let (key, keyPath) = temporaryFile()
        let (hashes, hashesPath) = temporaryFile()
        let (clear, clearPath) = temporaryFile()
        defer {
            close(hashes)
            for path in [keyPath, hashesPath, clearPath] { unlink(path) }
        }
        let isWritten =
            Descriptor.write([UInt8](repeating: 3, count: 32).span, to: key)
            && Descriptor.write(Array("PHRASE='\(known)'\n".utf8).span, to: clear)
        close(key)
        close(clear)
        #expect(isWritten)
        let enroll = try run(["redact", "enroll", "--tenant-key", keyPath, "-o", hashesPath, "FILE"], over: "NAME=\(hashed)\n")
        #expect(enroll.status == .success && !(enroll.output + enroll.errors).contains(hashed))
        let encoded = String(decoding: Base64.encode(Array("user:\(hashed)@h".utf8)), as: UTF8.self)
        let text = "{\"a\":\"\(known) and (\(hashed)) and \(encoded)\",\"password\":\"\(made)\",\"\(Self.token)\":\"\(Self.token)\"}\n"
        let result = try run(
            ["redact"] + words + ["--tenant-key", keyPath, "--enrolled", hashesPath, "--known", clearPath, "FILE"], over: text)
        #expect(result.status == .success)
        let all = result.text + result.output + result.errors
        #expect(all.contains("known-secret") || words.contains("--json"))
        for secret in [known, hashed, encoded, made, Self.token] {
            #expect(!all.contains(secret) && !all.contains(secret.dropFirst(4).prefix(9)), "\(all)")
        }
    }

    @Test func aFileThatCannotBeReadFailsAndTheOthersAreDone() throws {
        let (status, text, _, errors) = try run(["redact", "/nonexistent/x", "FILE"], over: "fine\n")
        #expect(status == .failure && text == "fine\n")
        #expect(errors == "louver redact: `/nonexistent/x` cannot be opened: no such file or directory\n")
    }

    @Test func shippedDetectorsPassTheirExamples() throws {
        let (status, _, output, errors) = try run(["redact", "test", Self.root + "/Policies/detectors"])
        #expect(status == .success && errors == "")
        #expect(output.hasSuffix(" passed, 0 failed\n") && output.utf8.count >= "100 passed, 0 failed\n".utf8.count)
    }

    @Test func anExampleThatFailsIsNamed() throws {
        let detectors = """
            version: 1
            detectors:
              - id: acme
                about: Acme
                literals: [acme_]
                pattern: acme_[a-z]{8}
                positives: ["acme_{a-z:7}"]
                negatives: ["acme_{a-z:9}"]
            """
        let (status, _, output, errors) = try run(["redact", "test", "FILE"], over: detectors)
        #expect(status == .failure && output == "0 passed, 2 failed\n")
        #expect(errors.contains("acme: does not find `acme_{a-z:7}`\n"))
        #expect(errors.contains("acme: does not leave alone `acme_{a-z:9}`\n"))
        let faulty = try run(["redact", "test", "FILE"], over: "version: 1\ndetectors:\n  - {}\n")
        #expect(faulty.status == .usage && faulty.errors.hasPrefix("FILE:3:5: "))
        #expect(try run(["redact", "test"]).status == .usage)
        let empty = try run(["redact", "test", "FILE"], over: "version: 1\ndetectors: []\n")
        #expect(empty.status == .usage && empty.output == "")
        #expect(
            empty.errors.hasPrefix("FILE:2:12: no detector is in this file") && empty.errors.contains("\n    write one under"),
            "\(empty.errors)")
    }

    @Test func findsWhatWasEnrolled() throws {
        let (key, keyPath) = temporaryFile()
        let (hashes, hashesPath) = temporaryFile()
        defer {
            close(hashes)
            unlink(keyPath)
            unlink(hashesPath)
        }
        let isWritten = Descriptor.write([UInt8](repeating: 3, count: 32).span, to: key)
        close(key)
        #expect(isWritten)
        let enroll = try run(
            ["redact", "enroll", "--tenant-key", keyPath, "-o", hashesPath, "FILE"],
            over: "NAME=correct-horse_battery9\nshort\ntwo words and more\n")
        #expect(enroll.status == .success && enroll.text == "")
        #expect(enroll.errors.hasPrefix("1 value enrolled\n  1 of them made of words: "))
        #expect(enroll.errors.contains("  1 left out: shorter than 10 bytes"))
        #expect(enroll.errors.contains("  1 left out: they hold bytes that no run holds"))
        let text = try run(
            ["redact", "--tenant-key", keyPath, "--enrolled", hashesPath, "FILE"], over: "a correct-horse_battery9 b\n"
        ).text
        #expect(text.hasPrefix("a REDACTED_known-secret_") && text.hasSuffix(" b\n"))
        let keyless = try run(["redact", "--enrolled", hashesPath, "FILE"])
        #expect(keyless.status == .usage && keyless.errors.contains("needs the key it was made with"))
        let without = try run(["redact", "enroll", "FILE"], over: "x")
        #expect(without.status == .usage && without.errors.contains("no --tenant-key is given"))
        let nothing = try run(["redact", "enroll", "--tenant-key", keyPath, "FILE"], over: "x\n")
        #expect(nothing.status == .failure && nothing.errors.hasPrefix("0 values enrolled\n"))
    }

    @Test func findsValuesGivenInClear() throws {
        let (known, path) = temporaryFile()
        defer { unlink(path) }
        let isWritten = Descriptor.write(Array("PHRASE='two words and more'\n".utf8).span, to: known)
        close(known)
        #expect(isWritten)
        let text = try run(["redact", "--known", path, "FILE"], over: "xtwo words and morey\n").text
        #expect(text.hasPrefix("xREDACTED_known-secret_") && text.hasSuffix("y\n"))
        setenv("LOUVER_TEST_KNOWN_A", "three words in here", 1)
        defer { unsetenv("LOUVER_TEST_KNOWN_A") }
        let named = try run(["redact", "--known-env", "LOUVER_TEST_KNOWN_*", "FILE"], over: "three words in here").text
        #expect(named.hasPrefix("REDACTED_known-secret_"))
    }

    @Test(arguments: [(200, 30), (80, 11), (60, 10), (50, 10), (40, 0), (20, 0), (1, 0)]) func aBarFitsItsScreen(columns: Int, width: Int) {
        let start = Instant(nanoseconds: 1)
        let bar = ProgressBar("a-name-that-is-longer-than-others.log", size: 200_000_000, now: start)
        let line = bar.line(now: start + .seconds(1), columns: columns)
        #expect(line.count < columns, "\(line)")
        let isWhole = line.contains("ers.log [") && line.contains(String(repeating: ".", count: width)) && line.hasSuffix("/s")
        #expect(columns < 40 || isWhole, "\(line)")
    }

    @Test func drawsHowFarItIs() {
        let start = Instant(nanoseconds: 1)
        var bar = ProgressBar("task.log", size: 200_000_000, now: start)
        let captured = CapturedTerminal()
        bar.advance(by: 50_000_000, now: start + .milliseconds(499), captured.terminal())
        #expect(captured.errors == "")
        bar.advance(by: 50_000_000, now: start + .seconds(1), captured.terminal())
        let line = "task.log [###############...............] 50 %  100 MB of 200 MB, 100 MB/s"
        #expect(captured.errors == "\r\u{1B}[K" + line)
        bar.clear(captured.terminal())
        #expect(captured.errors == "\r\u{1B}[K" + line + "\r\u{1B}[K")
    }
}
