import Core
import Crypto
import Telemetry
import TestSupport
import Testing

@testable import Audit

@Suite struct AuditChainTests {
    private static let key = AuditFixture.key()

    /// A run of `count` decisions with a signed end.
    private func lines(_ count: Int) -> [[UInt8]] {
        var chain = AuditChain(run: Array("0123456789abcdef".utf8), signer: Self.key)
        var out = ByteBuffer()
        chain.seal(Array("\"time\":\"t\",\"begin\":\"0\"".utf8), into: &out)
        for number in 0..<count { chain.seal([UInt8](AuditFixture.members(number).dropLast()), into: &out) }
        chain.seal(Array("\"time\":\"t\",\"checkpoint\":{\"lines\":1,\"dropped\":0},\"end\":true".utf8), signed: true, into: &out)
        return out.copy().split(separator: 0x0A).map { [UInt8]($0) }
    }

    @Test func aWholeChainHolds() {
        let found = AuditVerifier.check(lines(20), key: Self.key.verifyingKey)
        #expect(found.faults == [] && found.remarks == [])
        #expect((found.decisions, found.lines, found.runs, found.signed, found.unsealed) == (20, 22, 1, 1, 0))
    }

    /// Whatever is done to one line, the check says so, at that line or the one after it.
    @Test func everyChangeIsFound() {
        let whole = lines(12)
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<400 {
            var changed = whole
            let at = Int.random(in: 0..<changed.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                let byte = Int.random(in: 0..<changed[at].count, using: &generator)
                changed[at][byte] ^= UInt8.random(in: 1...0x1F, using: &generator)
            case 1 where at < changed.count - 1: changed.remove(at: at)
            case 2: changed.insert(changed[at], at: at)
            default:
                if at + 1 < changed.count { changed.swapAt(at, at + 1) } else { changed.swapAt(at, at - 1) }
            }
            if changed == whole { continue }
            let found = AuditVerifier.check(changed, key: Self.key.verifyingKey)
            #expect(!found.faults.isEmpty || found.remarks.count > 0 && changed.count < whole.count, "seed 7")
        }
    }

    @Test func linesTakenOffTheEndAreRemarked() {
        let found = AuditVerifier.check(Array(lines(5).dropLast(2)), key: Self.key.verifyingKey)
        #expect(found.faults == [])
        #expect(found.remarks.count == 1 && found.unsealed == 4)
    }

    @Test func aChainMadeAnewWithoutTheKeyIsFound() {
        let other = AuditFixture.key()
        let found = AuditVerifier.check(lines(3), key: other.verifyingKey)
        #expect(found.faults.count == 1 && found.faults[0].hasPrefix("audit.log:5: carries a signature"))
    }

    @Test(arguments: ["", "{}", "nonsense", "{\"run\":\"x\",\"seq\":0,\"chain\":\"y\"}", "{\"seq\":1}"])
    func whatIsNoLineIsSaid(text: String) {
        let found = AuditVerifier.check([Array(text.utf8)])
        #expect(found.faults.count == 1)
    }

    @Test func aValueCannotEndItsLineEarly() {
        var chain = AuditChain(run: Array("0123456789abcdef".utf8), signer: nil)
        var out = ByteBuffer()
        var record = AuditRecord(time: WallTime(seconds: 0))
        record.object = Array("\",\"chain\":\"\(String(repeating: "0", count: 64))\"}".utf8)
        var clock = TimeText()
        var members = ByteBuffer()
        record.write(&clock, into: &members)
        chain.seal([UInt8](members.copy().dropLast()), into: &out)
        let found = AuditVerifier.check([[UInt8](out.copy().dropLast())])
        #expect(found.faults == [] && found.lines == 1)
    }
}
