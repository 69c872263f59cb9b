import Core
import Glibc
import JSON
import Redaction
import RedactionCorpus
import TestSupport
import YAML

/// Bytes a second of processor time, beside memory copying in the same run.
struct Speed {
    let engine: RedactionEngine
    let seed: UInt64

    nonisolated static func cpu() -> UInt64 {
        var spec = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spec)
        return UInt64(spec.tv_sec) * 1_000_000_000 + UInt64(spec.tv_nsec)
    }

    func write() {
        let log = BenignLines.log(seed: seed, bytes: 20_000_000)
        print("memory copy: \(copying(log)) MB/s")
        print("clean log, 20 MB: \(scrubbing(log)) MB/s")
        print("the same as raw JSON string content: \(replies(log)) MB/s")
        print("log with a secret on 1 % of lines: \(scrubbing(planted(log, every: 100))) MB/s")
        print("log with a secret on 5 % of lines: \(scrubbing(planted(log, every: 20))) MB/s")
        writeCosts(log)
        small(log)
        writeFloods()
    }

    /// How fast text is scrubbed that was made to be slow, and how much longer sixteen times as much takes. What others do on the machine
    /// meanwhile only adds: where that looks like more than it may be, it is measured again.
    func writeFloods() {
        for (name, piece) in Self.hostile {
            let short = Self.repeated(piece, 1_000_000)
            var one = time(short)
            let long = Self.repeated(piece, one < 1_000_000_000 ? 16_000_000 : 2_000_000)
            var all = time(long)
            for _ in 0..<2 where all > Self.linearTimes * one {
                let (again, allAgain) = (time(short), time(long))
                if allAgain * one < all * again { (one, all) = (again, allAgain) }
            }
            let rate = long.count * 1_000 / max(all, 1)
            print("hostile, \(name): \(rate) MB/s, \(long.count / 1_000_000) MB takes \(Double(all * 10 / max(one, 1)) / 10) times 1 MB")
            fflush(nil)
        }
    }

    /// How many times as long 16 MB may take as 1 MB.
    private static let linearTimes = 18

    /// What it costs to know values.
    func writeCosts() { writeCosts(BenignLines.log(seed: seed, bytes: 20_000_000)) }

    private func writeCosts(_ log: [UInt8]) {
        print("with 10,000 known values: \(known(log))")
        print("with 10,000 learned values: \(learned(log)) slower")
        fflush(nil)
    }

    /// What 10,000 values more cost, in clear and as hashes, as parts of the time without them; each once more with a hundred among them
    /// that are made of words.
    private func known(_ log: [UInt8]) -> String {
        var random = SeededGenerator(seed: seed)
        var values = Self.values(&random)
        let words = (0..<100).map { number in Array("correct-horse-\(["battery", "staple", "stable"][number % 3])-\(number)".utf8) }
        var mixed = Array(values.dropLast(100)) + words
        let key = SecretBytes([UInt8](repeating: 1, count: 32).span)
        let engines = [
            engine, RedactionEngine(detectors: engine.detectors, tenantKey: key, enrolled: Self.enrolled(values, key)),
            RedactionEngine(detectors: engine.detectors, tenantKey: key, enrolled: Self.enrolled(mixed, key)),
            RedactionEngine(detectors: engine.detectors, tenantKey: key, known: KnownSecrets(&values)),
            RedactionEngine(detectors: engine.detectors, tenantKey: key, known: KnownSecrets(&mixed)),
        ]
        let ways = engines.map { engine in
            let scrubber = TextScrubber(engine)
            return { (turn: Int) in Self.time(Self.slice(log, turn), scrubber) }
        }
        let costs = Self.turns.costs(ways)
        return """
            in clear \(costs[2]) slower, with words among them \(costs[3]); \
            as hashes \(costs[0]), with words among them \(costs[1])
            """
    }

    private static let turns = Turns(count: 150)
    private static let sliceBytes = 2_000_000

    /// Two megabytes of the log, others in the next turn.
    private static func slice(_ log: [UInt8], _ turn: Int) -> ArraySlice<UInt8> {
        let first = turn % max(1, log.count / sliceBytes) * sliceBytes
        // No escape is cut.
        func border(_ place: Int) -> Int {
            var place = min(place, log.count)
            while place > 0, place < log.count, log[place - 1] == 0x5C { place += 1 }
            return place
        }
        return log[border(first)..<border(first + sliceBytes)]
    }

    /// Nanoseconds for a text, with what it needs at hand: its first 128 KiB are scrubbed before.
    private static func time(_ text: ArraySlice<UInt8>, _ scrubber: TextScrubber) -> Int {
        var out = ByteBuffer(capacity: 1 << 20)
        scrubber.reset()
        pass(text.prefix(131_072), scrubber, into: &out)
        let start = cpu()
        pass(text, scrubber, into: &out)
        return Int(cpu() - start)
    }

    private static func pass(_ text: ArraySlice<UInt8>, _ scrubber: TextScrubber, into out: inout ByteBuffer) {
        var at = text.startIndex
        while at < text.endIndex {
            let end = min(text.endIndex, at + 65_536)
            text[at..<end].withUnsafeBufferPointer { scrubber.push($0.span, into: &out) }
            out.clear()
            at = end
        }
        scrubber.finish(into: &out)
        out.clear()
    }

    private static func enrolled(_ values: [[UInt8]], _ key: SecretBytes) -> EnrolledSecrets? {
        EnrolledSecrets(EnrolledSecrets.file(of: values, tenantKey: key).text, file: "", tenantKey: key, faults: Faults())
    }

    /// 10,000 values of 20 to 40 letters and digits.
    private static func values(_ random: inout SeededGenerator) -> [[UInt8]] {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        return (0..<10_000).map { _ in
            (0..<Int.random(in: 20...40, using: &random)).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] }
        }
    }

    /// What it costs a reply that earlier replies to the same principal taught 10,000 values.
    private func learned(_ log: [UInt8]) -> String {
        var random = SeededGenerator(seed: seed)
        let values = Self.values(&random)
        let ledger = LearnedSecrets()
        let now = Instant(nanoseconds: 1)
        let key = Array("password".utf8)
        let scrubber = ReplyScrubber(engine)
        var out = ByteBuffer(capacity: 1 << 20)
        for start in stride(from: 0, to: values.count, by: Limits.learnedInReplyMax) {
            scrubber.reset()
            scrubber.learn(from: ledger, now: now)
            scrubber.open(true)
            for value in values[start..<min(values.count, start + Limits.learnedInReplyMax)] {
                scrubber.key(raw: key.span, decoded: key.span, role: .text, into: &out)
                scrubber.beginString(role: .text)
                scrubber.string(raw: value.span, into: &out)
                scrubber.endString(into: &out)
            }
            scrubber.close(true)
            out.clear()
            _ = scrubber.teach(ledger, now: now, lifetime: .seconds(3_600), max: Limits.learnedSecretsMax)
        }
        let raw = Self.quoted(log)
        let costs = Self.turns.costs([
            { turn in reply(Self.slice(raw, turn), scrubber, nil) }, { turn in reply(Self.slice(raw, turn), scrubber, ledger) },
        ])
        return "\(ledger.count) values, \(costs[0])"
    }

    private func time(_ text: [UInt8]) -> Int { time(text, engine, runs: 2) }

    private func time(_ text: [UInt8], _ engine: RedactionEngine, runs: Int) -> Int {
        let scrubber = TextScrubber(engine)
        var best = Int.max
        for _ in 0..<runs {
            var out = ByteBuffer(capacity: 1 << 20)
            scrubber.reset()
            let start = Self.cpu()
            var at = 0
            while at < text.count {
                let end = min(text.count, at + 65_536)
                scrubber.push(text.span.extracting(at..<end), into: &out)
                out.clear()
                at = end
            }
            scrubber.finish(into: &out)
            best = min(best, Int(Self.cpu() - start))
        }
        return best
    }

    private func scrubbing(_ text: [UInt8]) -> Int { text.count * 1_000 / max(time(text), 1) }

    private func copying(_ text: [UInt8]) -> Int {
        var to = [UInt8](repeating: 0, count: text.count)
        var best = Int.max
        for _ in 0..<5 {
            let start = Self.cpu()
            text.withUnsafeBytes { from in to.withUnsafeMutableBytes { $0.copyMemory(from: from) } }
            best = min(best, Int(Self.cpu() - start))
        }
        return text.count * 1_000 / max(best, 1)
    }

    /// The log as one string of a reply.
    private func replies(_ log: [UInt8]) -> Int {
        let raw = Self.quoted(log)
        let scrubber = ReplyScrubber(engine)
        let best = (0..<3).map { _ in reply(raw[...], scrubber, nil) }.min() ?? 1
        return raw.count * 1_000 / max(best, 1)
    }

    private static func quoted(_ log: [UInt8]) -> [UInt8] {
        var quoted = ByteBuffer()
        JSONText.appendString(log.span, to: &quoted)
        return Array(quoted.copy().dropFirst().dropLast())
    }

    /// Nanoseconds for one string, in the pieces a tokenizer gives, with what it needs at hand.
    private func reply(_ raw: ArraySlice<UInt8>, _ scrubber: ReplyScrubber, _ ledger: LearnedSecrets?) -> Int {
        var out = ByteBuffer(capacity: 1 << 20)
        scrubber.reset()
        if let ledger { scrubber.learn(from: ledger, now: Instant(nanoseconds: 1)) }
        Self.pass(raw.prefix(131_072), scrubber, into: &out)
        let start = Self.cpu()
        Self.pass(raw, scrubber, into: &out)
        return Int(Self.cpu() - start)
    }

    private static func pass(_ raw: ArraySlice<UInt8>, _ scrubber: ReplyScrubber, into out: inout ByteBuffer) {
        scrubber.beginString(role: .text)
        var at = raw.startIndex
        while at < raw.endIndex {
            var end = min(raw.endIndex, at + 16_384)
            while end < raw.endIndex, raw[end - 1] == 0x5C { end += 1 }
            raw[at..<end].withUnsafeBufferPointer { scrubber.string(raw: $0.span, into: &out) }
            out.clear()
            at = end
        }
        scrubber.endString(into: &out)
        out.clear()
    }

    /// Replies as small as most are.
    private func small(_ log: [UInt8]) {
        let text = log.prefix(1_024).filter { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
        let scrubber = ReplyScrubber(engine)
        var out = ByteBuffer(capacity: 4_096)
        let key = Array("dag_run_id".utf8)
        let short = Array("scheduled__2026-11-21T00:00".utf8)
        var start = Self.cpu()
        for _ in 0..<100_000 {
            scrubber.reset()
            scrubber.beginString(role: .text)
            scrubber.string(raw: text.span, into: &out)
            scrubber.endString(into: &out)
            out.clear()
        }
        print("a reply of \(text.count) bytes: \((Self.cpu() - start) / 100_000) ns")
        scrubber.reset()
        scrubber.open(true)
        start = Self.cpu()
        for _ in 0..<100_000 {
            scrubber.key(raw: key.span, decoded: key.span, role: .text, into: &out)
            scrubber.beginString(role: .text)
            scrubber.string(raw: short.span, into: &out)
            scrubber.endString(into: &out)
            out.clear()
        }
        print("a member of \(key.count + short.count) bytes: \((Self.cpu() - start) / 100_000) ns")
    }

    private func planted(_ log: [UInt8], every: Int) -> [UInt8] {
        let lines = NamedCases.cases(seed: seed, count: 400).map { Array($0.text.utf8) }
        var out: [UInt8] = []
        out.reserveCapacity(log.count + log.count / every * 4)
        var number = 0
        for line in log.split(separator: 0x0A, omittingEmptySubsequences: false) {
            out += line
            out.append(0x0A)
            number += 1
            if number % every == 0 {
                out += lines[number / every % lines.count]
                out.append(0x0A)
            }
        }
        return out
    }

    nonisolated private static func repeated(_ piece: String, _ count: Int) -> [UInt8] {
        let bytes = Array(piece.utf8)
        return (0..<count).map { bytes[$0 % bytes.count] }
    }

    nonisolated private static let scrambled = ["Zk3xQ9", "vR2mT7", "pL5w"].joined()

    /// What asks for the most looks, and near misses.
    nonisolated private static let hostile: [(String, String)] = [
        ("eyJ", "eyJ"), ("quotes", "\""), ("schemes", "://"), ("userinfo", "a://b:c"), ("backslashes", "\\"), ("escaped quotes", "\\\""),
        ("key ids", "AK" + "IA"), ("key names", "password"), ("keys", "token=\"x\" "), ("open quotes", "secret='"), ("percent", "%41"),
        ("one letter", "a"), ("base64 of text", "aGVsbG8gd29ybGQg"), ("key lines", String(repeating: "QUJDRA", count: 12) + "QUJD\n"),
        ("near misses", "gh" + "p_abcdefgh12345678\n"), ("labels", "-----BEGIN PRIVATE" + " KEY-----\n"), ("entities", "&#x41;"),
        ("escape characters", "\u{1b}["), ("heads of tables", "password,password\n"), ("tables of a row", "a|token\n:|:\nb|secret\n:|:\n"),
        ("wide heads", String(repeating: "secret,", count: 40) + "\n"), ("every prefix", "xoxb-sk-glpat-AIzaSG.hf_npm_eyJdop_v1_dapi"),
        ("non-ASCII", "паролi "), ("declarations", "token: str = 'x' "), ("values behind words", "secret key " + scrambled + " "),
        ("a value again", "password=" + scrambled + " " + scrambled + "\n"),
        // Lines of one length whose ends are values, as if each went on in the next, and ends of lines that begin formats.
        (
            "broken lines",
            "one two three four five six seven and password=x9Kq2\n" + "uno dos tres cuatro cinco seis siete y password=x9Kq\n"
        ), ("broken anchors", "gh\np_" + scrambled + scrambled + "\n"),
        // Credentials that begin again and again, in one row, in lists, around titles of a terminal.
        ("prefixes in a row", "gh" + "p_"), ("rows of prefixes", String(repeating: "sk" + "_live_", count: 400) + "\n"),
        ("digits behind prefixes", "xo" + "xb-1"), ("lists of prefixes", "'gh" + "p_','"),
        ("a long row", String(repeating: "gh" + "p_", count: 900) + "\n" + String(repeating: "a1B2", count: 100) + "\n"),
        ("titles in prefixes", "gh\u{1b}]0;ab\u{07}p_"), ("sentences", "token for "),
        ("rows of a table", "id,password,token\n" + String(repeating: "1,abc,def\n", count: 200)),
        ("fields of a log", "x,password a=b x,password c=d "),
        ("members of a Secret", "stringData:\n" + String(repeating: " a: b c=d e=f\n", count: 100)),
        ("a logged Secret", "12:00:00 INFO stringData: logger=x\n" + String(repeating: "12:00:00 INFO   a: b logger=x\n", count: 30)),
    ]
}
