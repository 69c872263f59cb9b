import Core
import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite struct StreamTests {
    @Test func bytesPassBothWaysUnderBackpressure() async throws {
        let home = try OnLoop()
        let intact = try await home.passesThrough((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        #expect(intact)
    }

    @Test func aDeadlineFailsThePendingReadAndOnlyThat() async throws {
        let home = try OnLoop()
        try await home.run { loop in
            let (near, far) = try OnLoop.pair(loop)
            near.deadlineReason = "head_timeout"
            near.deadline = loop.now + .milliseconds(20)
            var buffer = ByteBuffer()
            do {
                _ = try await near.readSome(&buffer)
                Issue.record("the read should have failed")
            } catch let failure as Failure {
                #expect("\(failure.reason)" == "head_timeout")
            }
            near.deadline = .never
            try await far.writeAll([1, 2, 3])
            #expect(try await near.readSome(&buffer))
            #expect(buffer.copy() == [1, 2, 3])
        }
    }

    @Test func aDeadlineThatPassedWhileNobodyWaitedFailsTheNextWait() async throws {
        let home = try OnLoop()
        try await home.run { loop in
            let (near, far) = try OnLoop.pair(loop)
            defer { far.close() }
            near.deadline = loop.now + .milliseconds(5)
            await loop.sleep(.milliseconds(30))
            var buffer = ByteBuffer()
            await #expect(throws: Failure.self) { _ = try await near.readSome(&buffer) }
        }
    }

    @Test func aDeadlineMovedLaterIsKept() async throws {
        let home = try OnLoop()
        let waited = await home.run { loop -> UInt64 in
            guard let (near, far) = try? OnLoop.pair(loop) else { return 0 }
            defer { far.close() }
            let start = Instant.now()
            near.deadline = start + .milliseconds(10)
            near.deadline = start + .milliseconds(60)
            var buffer = ByteBuffer()
            _ = try? await near.readSome(&buffer)
            return Instant.now().nanoseconds(since: start)
        }
        #expect(waited >= 60_000_000)
    }

    @Test func aHangupIsToldWhileNobodyReads() async throws {
        let home = try OnLoop()
        let told = try await home.run { loop in
            let (near, far) = try OnLoop.pair(loop)
            return await withUnsafeContinuation { continuation in
                near.onHangup = { continuation.resume(returning: true) }
                far.close()
            }
        }
        #expect(told)
    }

    @Test func failEndsTheWaitWithTheGivenFailure() async throws {
        let home = try OnLoop()
        try await home.run { loop in
            let (near, far) = try OnLoop.pair(loop)
            let timer = Timer { _ in near.fail(Failure(.louver, "drained")) }
            loop.schedule(timer, at: loop.now + .milliseconds(5))
            var buffer = ByteBuffer()
            await #expect(throws: Failure.self) { try await near.readSome(&buffer) }
            far.close()
        }
    }

    @Test func theLastBytesBeforeAHangupAreRead() async throws {
        let home = try OnLoop()
        let text = try await home.run { loop in
            let (near, far) = try OnLoop.pair(loop)
            try await far.writeAll(Array("goodbye".utf8))
            far.close()
            var buffer = ByteBuffer()
            while try await near.readSome(&buffer, atMost: 3) {}
            return buffer.copy()
        }
        #expect(text == Array("goodbye".utf8))
    }

    @Test func connectingToNobodyFailsAsRetryable() async throws {
        let home = try OnLoop()
        try await home.run { loop in
            guard let nobody = SocketAddress(numeric: "127.0.0.1", port: 1) else { return }
            do {
                _ = try await Stream.connect(to: nobody, on: loop, deadline: loop.now + .seconds(2))
                Issue.record("nothing listens on port 1")
            } catch let failure as Failure { #expect(failure.isRetryable) }
        }
    }
}

extension OnLoop {
    /// One task writes, this one reads: both on the loop, in turns.
    fileprivate func passesThrough(_ sent: [UInt8]) async throws -> Bool {
        let (near, far) = try OnLoop.pair(loop)
        let writer = Task {
            _ = self
            try await near.writeAll(sent)
            near.close()
        }
        var got = ByteBuffer()
        while try await far.readSome(&got) {}
        try await writer.value
        return got.copy() == sent
    }
}
