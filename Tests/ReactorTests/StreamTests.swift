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

    /// A unix socket tells of every byte that the peer takes, to whoever wants to know: a loop that waits for an answer does not.
    @Test func whatThePeerTakesWakesNobody() async throws {
        let rounds = 50
        let (silent, spoken) = try await OnLoop().run { loop in
            var ends: [Int32] = [0, 0]
            guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends) == 0 else {
                throw SystemError("socketpair", errno)
            }
            defer { Glibc.close(ends[1]) }
            let stream = try Stream(ends[0], on: loop, origin: .downstream, isConnected: true)
            await loop.sleep(.milliseconds(4))
            var turns = 0
            loop.atEndOfTurn { turns += 1 }
            for _ in 0..<rounds { await loop.sleep(.milliseconds(4)) }
            let silent = turns
            for _ in 0..<rounds {
                try await stream.writeAll([1])
                var byte: UInt8 = 0
                #expect(Glibc.read(ends[1], &byte, 1) == 1)
                await loop.sleep(.milliseconds(4))
            }
            stream.close()
            return (silent, turns - silent)
        }
        #expect(spoken < silent + rounds / 2, "it wakes for its timers, and for nothing besides")
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
