import Core
import Crypto
import Glibc
import Telemetry
import TestSupport
import Testing

@testable import Audit

@Suite struct AuditSinkTests {
    private static let key = AuditFixture.key()

    private func sink(_ path: String, _ whenFull: AuditSink.WhenFull = .drop) throws -> AuditSink {
        try AuditSink(path: path, signer: Self.key, whenFull: whenFull, log: .silent)
    }

    private func put(_ range: Range<Int>, _ sink: AuditSink) -> Int {
        let lines = range.flatMap(AuditFixture.members)
        return sink.write(lines.span) { false }
    }

    private func check(_ lines: [[UInt8]]) -> AuditVerifier.Findings { AuditVerifier.check(lines, key: Self.key.verifyingKey) }

    @Test func writesAChainWithCheckpoints() throws {
        let file = AuditFixture()
        let sink = try sink(file.path)
        #expect(put(0..<2_500, sink) == 0)
        #expect(sink.close() == 0)
        let found = check(file.read())
        #expect(found.faults == [] && found.remarks == [])
        #expect((found.decisions, found.signed, found.unsealed) == (2_500, 3, 0))
    }

    @Test func goesOnFromWhatIsThere() throws {
        let file = AuditFixture()
        for _ in 0..<3 {
            let sink = try sink(file.path)
            _ = put(0..<5, sink)
            _ = sink.close()
        }
        let lines = file.read()
        let found = check(lines)
        #expect(found.faults == [] && found.remarks == [] && found.runs == 3 && found.decisions == 15)
        // The end of the first run, taken out whole, is missed by the second.
        var shorter = lines
        shorter.removeSubrange(5..<7)
        #expect(check(shorter).faults.count == 1)
    }

    @Test func afterHalfALineItGoesOnAndSaysSo() throws {
        let file = AuditFixture()
        let first = try sink(file.path)
        _ = put(0..<3, first)
        _ = first.close()
        var lines = file.read()
        file.write(Array(lines.dropLast()))
        let half = open(file.path, O_WRONLY | O_APPEND)
        _ = Array("{\"run\":\"01".utf8).withUnsafeBytes { Glibc.write(half, $0.baseAddress, $0.count) }
        close(half)
        let second = try sink(file.path)
        _ = second.close()
        lines = file.read()
        let found = check(lines)
        #expect(found.faults.count == 1 && found.faults[0].contains("was cut"))
        #expect(found.remarks.contains { $0.contains("the line before was cut") })
    }

    @Test func aRenamedFileIsFollowedByANewOne() throws {
        let file = AuditFixture()
        let rotated = AuditFixture()
        let sink = try sink(file.path)
        _ = put(0..<3, sink)
        #expect(rename(file.path, rotated.path) == 0)
        sink.reopen()
        _ = put(3..<6, sink)
        sink.reopen()
        #expect(sink.close() == 0)
        let both = check(rotated.read() + file.read())
        #expect(both.faults == [] && both.remarks.count == 0 && both.decisions == 6)
        let alone = check(file.read())
        #expect(alone.faults == [] && alone.remarks.count == 1 && alone.decisions == 3)
        #expect(!check(file.read() + rotated.read()).faults.isEmpty, "in the wrong order")
    }

    /// A disk that takes 1,500 more bytes cuts a write in the middle of a line.
    @Test(arguments: [AuditSink.WhenFull.drop, .deny])
    func aFullDiskNeverLeavesHalfALine(whenFull: AuditSink.WhenFull) throws {
        let file = AuditFixture()
        let room = Lock(1_500)
        let sink = try AuditSink(path: file.path, signer: Self.key, whenFull: whenFull, log: .silent) { bytes, output, isClosing in
            let fits = room.withLock { room in
                defer { room -= min(room, bytes.count) }
                return min(room, bytes.count)
            }
            let taken = bytes.extracting(first: fits)
            return LineFile.write(taken, to: output, isClosing: isClosing)
        }
        let lost = put(0..<20, sink)
        #expect(sink.isStuck && (lost > 0) == (whenFull == .drop))
        _ = put(20..<22, sink)
        room.withLock { $0 = .max }
        #expect(put(22..<25, sink) == 0 && !sink.isStuck)
        #expect(sink.close() == 0)
        let found = check(file.read())
        #expect(found.faults == [] && found.remarks == [])
        if whenFull == .deny { #expect(found.decisions == 25) } else { #expect(found.decisions + found.dropped == 25 && found.dropped > 0) }
    }

    @Test func refusesWhatItCannotWriteOrOthersCan() throws {
        #expect(throws: Failure.self) { _ = try sink("/nonexistent/audit.log") }
        #expect(throws: Failure.self) { _ = try sink("/dev/full") }
        let file = AuditFixture()
        file.write([])
        chmod(file.path, 0o666)
        do {
            _ = try sink(file.path)
            Issue.record("it was opened")
        } catch let failure as Failure {
            #expect(failure.detail.contains("every user can change"))
        }
    }
}
