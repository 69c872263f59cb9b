import Core
import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite struct ListenerTests {
    @Test func takesConnectionsAndPausesWhenFull() async throws {
        let home = try OnLoop()
        try await home.run { loop in
            guard let any = SocketAddress(numeric: "127.0.0.1", port: 0) else { return }
            var taken: [Stream] = []
            var pauses = 0
            let listener = try Listener(
                any, on: loop, hasRoom: { taken.count < 3 }, trouble: { _ in pauses += 1 }, accepted: { taken.append($0) })
            guard let address = SocketAddress(numeric: "127.0.0.1", port: listener.port) else { return }
            var clients: [Stream] = []
            for _ in 0..<5 { clients.append(try await Stream.connect(to: address, on: loop, deadline: loop.now + .seconds(2))) }
            await loop.sleep(.milliseconds(50))
            #expect(taken.count == 3)
            #expect(pauses > 0)
            taken.removeAll()
            await loop.sleep(.milliseconds(250))
            #expect(taken.count == 2)
            listener.close()
            clients.removeAll()
        }
    }

    @Test func anAddressThatSomebodyListensOnIsNotFree() async throws {
        let home = try OnLoop()
        try await home.run { loop in
            guard let any = SocketAddress(numeric: "127.0.0.1", port: 0) else { return }
            let listener = try Listener(any, on: loop, hasRoom: { true }, trouble: { _ in }, accepted: { _ in })
            guard let address = SocketAddress(numeric: "127.0.0.1", port: listener.port) else { return }
            #expect(throws: SystemError.self) { try Listener.requireFree(address) }
            listener.close()
            try Listener.requireFree(address)
        }
    }
}
