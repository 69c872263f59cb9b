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

    /// Made by hand as ARCHITECTURE.md tells it, and so the same on the day after an upgrade as on the day before.
    @Test func theFormatIsWhatIsWritten() {
        let run = "0123456789abcdef"
        var chain = AuditChain(run: Array(run.utf8), signer: nil)
        var link = [UInt8](repeating: UInt8(ascii: "0"), count: 64)
        for number in 0..<12 {
            var out = ByteBuffer()
            chain.seal([UInt8](AuditFixture.members(number).dropLast()), into: &out)
            let text = Array("{\"run\":\"\(run)\",\"seq\":\(number),".utf8) + AuditFixture.members(number).dropLast()
            let covered = link + text
            link = Hex.encode(Digest.sha256(covered.span))
            #expect(out.copy() == text + Array(",\"chain\":\"".utf8) + link + Array("\"}\n".utf8))
            #expect(chain.last == AuditChain.Link(run: Array(run.utf8), sequence: number, hash: link))
        }
    }

    @Test func goesOnFromTheLineItWasTakenBackTo() {
        var chain = AuditChain(run: Array("0123456789abcdef".utf8), signer: nil)
        var out = ByteBuffer()
        for number in 0..<3 { chain.seal(AuditFixture.members(number), into: &out) }
        let (third, lines) = (chain.last, out.takeAll())
        chain.seal(AuditFixture.members(9), into: &out)
        chain.rewind(to: third)
        #expect(chain.last == third)
        chain.rewind(to: nil)
        #expect(chain.last == nil)
        out.clear()
        for number in 0..<3 { chain.seal(AuditFixture.members(number), into: &out) }
        #expect(out.copy() == lines)
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
        let (object, nothing): ([UInt8], [UInt8]) = (
            Array("\",\"chain\":\"\(String(repeating: "0", count: 64))\"}".utf8), []
        )
        var said = ByteBuffer()
        ExchangeWords(.answered).write(object: object.span, rule: nothing.span, shadows: [], into: &said)
        var clock = TimeText()
        var members = ByteBuffer()
        AuditRecord(time: WallTime(seconds: 0)).write(principal: [], place: [], words: said.readable, &clock, into: &members) { _ in }
        chain.seal([UInt8](members.copy().dropLast()), into: &out)
        let found = AuditVerifier.check([[UInt8](out.copy().dropLast())])
        #expect(found.faults == [] && found.lines == 1)
    }
}
