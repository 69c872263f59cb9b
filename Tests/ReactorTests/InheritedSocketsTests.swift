import Core
import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite struct InheritedSocketsTests {
    private typealias Opened = (descriptor: Int32, address: SocketAddress)

    private func open(_ type: Int32 = Int32(SOCK_STREAM.rawValue), listens: Bool = true) throws -> Opened {
        let descriptor = socket(AF_INET, type, 0)
        let any = try #require(SocketAddress(numeric: "127.0.0.1", port: 0))
        #expect(any.withPointer { bind(descriptor, $0, $1) } == 0)
        if listens { #expect(listen(descriptor, 16) == 0) }
        return (descriptor, try #require(SocketAddress.local(of: descriptor)))
    }

    private func inherit(_ first: Int32, _ variables: [String: String]) throws(InheritedSockets.Fault) -> InheritedSockets {
        try InheritedSockets(processID: 42, first: first) { variables[$0] }
    }

    @Test func aSocketIsFoundByItsAddressAndSharedByTheLoops() async throws {
        let (descriptor, address) = try open()
        let home = try OnLoop()
        try await home.run { loop in
            let inherited = try inherit(descriptor, ["LISTEN_PID": "42", "LISTEN_FDS": "1"])
            let other = SocketAddress(numeric: "127.0.0.2", port: address.port)
            #expect(inherited.sockets(at: address) == [descriptor])
            #expect(other.map { inherited.sockets(at: $0) } == [])
            #expect(inherited.stranger(to: [address]) == nil)
            #expect(inherited.stranger(to: []) == "127.0.0.1:\(address.port)")
            #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC == FD_CLOEXEC)

            var taken: [Stream] = []
            var listeners: [Listener] = []
            for _ in 0..<2 {
                listeners.append(
                    try Listener(sharing: descriptor, on: loop, hasRoom: { true }, trouble: { _ in }, accepted: { taken.append($0) }))
            }
            inherited.close()
            var clients: [Stream] = []
            for _ in 0..<5 { clients.append(try await Stream.connect(to: address, on: loop, deadline: loop.now + .seconds(2))) }
            while taken.count < 5 { await loop.sleep(.milliseconds(5)) }
            #expect(listeners.allSatisfy { $0.port == address.port })
            for listener in listeners { listener.close() }
        }
    }

    @Test(arguments: [[:], ["LISTEN_FDS": "1"], ["LISTEN_PID": "41", "LISTEN_FDS": "1"], ["LISTEN_PID": "42"]])
    func socketsOfSomebodyElseAreLeftAlone(variables: [String: String]) throws {
        #expect(try inherit(3, variables).stranger(to: []) == nil)
    }

    @Test(arguments: ["-1", "1000", "many", "99999999999"])
    func aNumberThatCannotBeIsAFault(text: String) {
        #expect(throws: InheritedSockets.Fault.self) { try inherit(3, ["LISTEN_PID": "42", "LISTEN_FDS": text]) }
    }

    @Test func onlyListeningStreamSocketsCanBeServed() throws {
        for (descriptor, _) in [try open(listens: false), try open(Int32(SOCK_DGRAM.rawValue), listens: false)] {
            #expect(throws: InheritedSockets.Fault.self) { try inherit(descriptor, ["LISTEN_PID": "42", "LISTEN_FDS": "1"]) }
            close(descriptor)
        }
        #expect(throws: InheritedSockets.Fault.self) { try inherit(1_000_000, ["LISTEN_PID": "42", "LISTEN_FDS": "1"]) }
    }

    @Test func addressesAreWrittenAsInTheConfiguration() throws {
        #expect(SocketAddress(numeric: "127.0.0.1", port: 80)?.numericText == "127.0.0.1:80")
        #expect(SocketAddress(numeric: "::1", port: 8443)?.numericText == "[::1]:8443")
        #expect(SocketAddress(unixPath: "/run/x")?.numericText == "")
    }
}
