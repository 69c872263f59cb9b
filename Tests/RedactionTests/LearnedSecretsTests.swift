import Core
import TestSupport
import Testing

@testable import Redaction

@Suite struct LearnedSecretsTests {
    private let start = Instant(nanoseconds: 1_000)
    private static let secret = "kJ8xQ2mZ7vB4nW9p"

    private func reply(
        _ text: String, _ ledger: LearnedSecrets?, now: Instant, max: Int = 100, lifetime: Duration = .seconds(60)
    ) throws -> String {
        let scrubber = ReplyScrubber(Samples.engine)
        if let ledger { scrubber.learn(from: ledger, now: now) }
        let clean = try ReplyDriver.scrub([Array(text.utf8)], scrubber)
        if let ledger { _ = scrubber.teach(ledger, now: now, lifetime: lifetime, max: max) }
        return String(decoding: clean, as: UTF8.self)
    }

    @Test func whatStoodUnderItsKeyIsFoundWithoutIt() throws {
        let ledger = LearnedSecrets()
        let first = try reply(#"{"password":"\#(Self.secret)","log":"used \#(Self.secret) to log in"}"#, ledger, now: start)
        #expect(!first.contains(Self.secret), "already in the values behind it: \(first)")
        #expect(ledger.count == 1)
        let second = try reply(#"{"log":"x\#(Self.secret)y"}"#, ledger, now: start + .seconds(1))
        #expect(second.contains("x" + "REDACTED_password_"), "\(second)")
        let tags = [first, second].map { $0.split(separator: "REDACTED_password_").last?.prefix(8) }
        #expect(tags[0] == tags[1], "the same secret has the same tag")
    }

    @Test func isForgottenAfterItsTime() throws {
        let ledger = LearnedSecrets()
        _ = try reply(#"{"password":"\#(Self.secret)"}"#, ledger, now: start)
        let log = #"{"log":"x\#(Self.secret)y"}"#
        #expect(try reply(log, ledger, now: start + .seconds(59)) != log)
        #expect(try reply(log, ledger, now: start + .seconds(60)) == log)
        #expect(ledger.count == 0)
    }

    @Test func neverCrossesPrincipals() throws {
        let store = LearnedStore()
        let alice = store.secrets(of: [1])
        #expect(alice === store.secrets(of: [1]))
        _ = try reply(#"{"password":"\#(Self.secret)"}"#, alice, now: start)
        let log = #"{"log":"x\#(Self.secret)y"}"#
        #expect(try reply(log, store.secrets(of: [2]), now: start) == log)
        #expect(try reply(log, nil, now: start) == log)
        #expect(try reply(log, alice, now: start) != log)
    }

    @Test(arguments: [
        #"{"password":"hunter2"}"#, #"{"password":"plainwords"}"#, #"{"password":"1234567890123"}"#,
        #"{"password":"550e8400-e29b-41d4-a716-446655440000"}"#, #"{"note":"kJ8xQ2mZ7vB4nW9p"}"#, #"{"password":"/opt/some/path/of/it"}"#,
    ])
    func learnsOnlyWhatIsRandomAndUnderAStrongKey(text: String) throws {
        let ledger = LearnedSecrets()
        _ = try reply(text, ledger, now: start)
        #expect(ledger.count == 0)
    }

    @Test(arguments: [(9, 0), (10, 1), (512, 1), (513, 0)]) func learnsFromTenRandomCharactersOn(count: Int, learned: Int) throws {
        var random = SeededGenerator(seed: 8)
        let value = "k8Q" + random.text(count - 3, from: "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789")
        let ledger = LearnedSecrets()
        _ = try reply(#"{"password":"\#(value)"}"#, ledger, now: start)
        #expect(ledger.count == learned)
    }

    @Test func keepsAtMostSoMany() throws {
        let ledger = LearnedSecrets()
        var random = SeededGenerator(seed: 5)
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        let values = (0..<100).map { _ in random.text(24, from: letters) }
        let members = values.enumerated().map { #"{"password":"\#($1)"}"# }.joined(separator: ",")
        _ = try reply("[\(members)]", ledger, now: start, max: 50)
        #expect(ledger.count == 50, "at most 64 of one reply, and 50 of one principal")
        _ = try reply(#"{"password":"\#(Self.secret)"}"#, ledger, now: start + .seconds(5), max: 50)
        #expect(ledger.count == 50)
        let log = #"{"log":"x\#(Self.secret)y"}"#
        #expect(try reply(log, ledger, now: start + .seconds(6), max: 50) != log, "the newest is kept")
    }

    @Test func whatIsShownAgainIsRememberedAnew() throws {
        let ledger = LearnedSecrets()
        for seconds in [0, 30, 70] { _ = try reply(#"{"password":"\#(Self.secret)"}"#, ledger, now: start + .seconds(seconds)) }
        #expect(ledger.count == 1)
        let log = #"{"log":"x\#(Self.secret)y"}"#
        #expect(try reply(log, ledger, now: start + .seconds(129)) != log)
        // Another one that is learned meanwhile changes nothing about it, and what is over goes when the next one comes.
        _ = try reply(#"{"password":"w\#(Self.secret.reversed().map(String.init).joined())"}"#, ledger, now: start + .seconds(129))
        #expect(ledger.count == 2)
        _ = try reply(#"{"password":"Q7z\#(Self.secret.dropFirst(4))"}"#, ledger, now: start + .seconds(130))
        #expect(ledger.count == 2)
        #expect(try reply(#"{"log":"\#(Self.secret)"}"#, ledger, now: start + .seconds(131)) == #"{"log":"\#(Self.secret)"}"#)
    }

    /// Loops that learn at the same time lose nothing of each other's.
    @Test func whatSeveralLoopsLearnAtOnceIsKept() async throws {
        let ledger = LearnedSecrets()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for loop in UInt64(0)..<6 {
                group.addTask { [self] in
                    var random = SeededGenerator(seed: loop)
                    for _ in 0..<10 {
                        let value = random.text(24, from: "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789")
                        _ = try reply(#"{"password":"\#(value)"}"#, ledger, now: start)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(ledger.count == 60)
    }

    @Test func whatThereIsNoRoomForIsCounted() throws {
        let ledger = LearnedSecrets()
        var random = SeededGenerator(seed: 6)
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        let most = Limits.learnedInReplyMax
        let values = (0..<most + 6).map { _ in random.text(24, from: letters) }
        let scrubber = ReplyScrubber(Samples.engine)
        func lesson(_ values: some Sequence<String>, max: Int) throws -> LearnedSecrets.Lesson {
            let members = values.map { #"{"password":"\#($0)"}"# }.joined(separator: ",")
            scrubber.reset()
            scrubber.learn(from: ledger, now: start)
            _ = try ReplyDriver.scrub([Array("[\(members)]".utf8)], scrubber)
            return scrubber.teach(ledger, now: start, lifetime: .seconds(60), max: max)
        }
        #expect(try lesson(values, max: 1_000) == LearnedSecrets.Lesson(fresh: most, lost: 6))
        #expect(try lesson(values, max: 1_000) == LearnedSecrets.Lesson(fresh: 0, lost: 6), "shown again")
        #expect(try lesson(values.suffix(1), max: most - 4) == LearnedSecrets.Lesson(fresh: 1, lost: 5))
        #expect(ledger.count == most - 4)
    }

    @Test func theStoreForgetsTheLeastRecentlySeen() throws {
        let store = LearnedStore()
        let first = store.secrets(of: [0])
        _ = try reply(#"{"password":"\#(Self.secret)"}"#, first, now: start)
        #expect(first.count == 1)
        for index in 1...Limits.learnedPrincipalsMax {
            _ = store.secrets(of: withUnsafeBytes(of: index) { Array($0) }).current(now: start + .seconds(1))
        }
        #expect(store.forgotten == 1, "the one who had taught something")
        #expect(store.secrets(of: [0]) !== first)
        #expect(store.forgotten == 1, "the next had not")
    }

    @Test func aScrubberUsedAgainKnowsNothingOfTheLastReply() throws {
        let scrubber = ReplyScrubber(Samples.engine)
        let ledger = LearnedSecrets()
        scrubber.learn(from: ledger, now: start)
        _ = try ReplyDriver.scrub([Array(#"{"password":"\#(Self.secret)"}"#.utf8)], scrubber)
        scrubber.reset()
        let log = #"{"log":"x\#(Self.secret)y"}"#
        #expect(try ReplyDriver.scrub([Array(log.utf8)], scrubber) == Array(log.utf8))
    }
}
