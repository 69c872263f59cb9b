import Core
import Crypto
import JSON
import Telemetry
import Testing

@testable import Audit

@Suite struct AuditEventTests {
    private static let key = AuditFixture.key()

    private func lost(at seconds: Int64 = 1_795_255_200, address: String = "127.0.0.1:6379") -> AuditEvent {
        AuditEvent(
            .storeLost, time: WallTime(nanoseconds: seconds * 1_000_000_000), address: Array(address.utf8), reason: "store_closed",
            store: "partly_lost")
    }

    private func members(_ event: AuditEvent) -> [UInt8] {
        var clock = TimeText()
        var out = ByteBuffer()
        event.write(&clock, into: &out)
        return out.takeAll()
    }

    @Test func saysWhatHappenedWhereAndWhy() {
        #expect(
            String(decoding: members(lost()), as: UTF8.self)
                == "\"time\":\"2026-11-21T10:00:00.000Z\",\"event\":\"limit_store_lost\",\"address\":\"127.0.0.1:6379\","
                + "\"reason\":\"store_closed\",\"limit_store\":\"partly_lost\"\n")
        var found = lost()
        (found.kind, found.reason, found.store, found.address) = (.storeUp, "", "up", [])
        #expect(
            String(decoding: members(found), as: UTF8.self)
                == "\"time\":\"2026-11-21T10:00:00.000Z\",\"event\":\"limit_store_up\",\"limit_store\":\"up\"\n")
    }

    @Test func anAddressCannotEndItsLineEarly() throws {
        let text = Array("{".utf8) + members(lost(address: "a\",\"decision\":\"allow\n")).dropLast() + Array("}".utf8)
        let document = try JSONDocument.parse(text, dialect: .request)
        #expect(document.root["decision"] == nil && document.root["address"]?.string == Array("a\",\"decision\":\"allow\n".utf8))
    }

    /// It stands in the chain like a decision, and counts as none.
    @Test func isALinkOfTheChain() throws {
        let file = AuditFixture()
        let sink = try AuditSink(path: file.path, signer: Self.key, whenFull: .drop, log: .silent)
        #expect(sink.write((AuditFixture.members(1) + members(lost()) + AuditFixture.members(2)).span) { false } == 0)
        #expect(sink.close() == 0)
        let lines = file.read()
        let found = AuditVerifier.check(lines, key: Self.key.verifyingKey)
        #expect(found.faults == [] && (found.decisions, found.events, found.lines, found.unsealed) == (2, 1, 5, 0))
        let open = AuditVerifier.check(Array(lines.dropLast()), key: Self.key.verifyingKey)
        #expect(open.unsealed == 3, "an event that no checkpoint covers is told like a decision")
        var without = lines
        without.remove(at: 2)
        #expect(AuditVerifier.check(without, key: Self.key.verifyingKey).faults.count == 1, "taken out, it is missed")
    }

    /// A file that takes nothing loses events as it loses decisions: counted.
    @Test func aLostEventIsCounted() throws {
        let file = AuditFixture()
        let isFull = Lock(true)
        let sink = try AuditSink(path: file.path, signer: Self.key, whenFull: .drop, log: .silent) { bytes, output, isClosing in
            isFull.withLock { $0 } ? 0 : LineFile.write(bytes, to: output, isClosing: isClosing)
        }
        #expect(sink.write((AuditFixture.members(1) + members(lost())).span) { false } == 2)
        isFull.withLock { $0 = false }
        #expect(sink.close() == 0)
        let found = AuditVerifier.check(file.read(), key: Self.key.verifyingKey)
        #expect(found.faults == [] && found.dropped == 2)
    }
}
