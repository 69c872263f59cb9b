import Core
import Glibc
import Testing

@testable import Reactor

@Suite struct SupervisorTests {
    /// A datagram socket that stands in for systemd's.
    private final class Socket {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        /// What `$NOTIFY_SOCKET` says.
        let name: String

        init?(abstract name: String) {
            self.name = "@" + name
            guard let address = SocketAddress(abstractName: name) else { return nil }
            let at = descriptor
            guard address.withPointer({ bind(at, $0, $1) }) == 0 else { return nil }
        }

        deinit { close(descriptor) }

        func next() -> String {
            var buffer = [UInt8](repeating: 0, count: 1_024)
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
        }
    }

    private func find(_ variables: [String: String]) throws(SystemError) -> Supervisor? {
        try Supervisor.find(processID: 42) { variables[$0] }
    }

    @Test func tellsWhereTheProcessStands() throws {
        let socket = try #require(Socket(abstract: "louver-test-\(getpid())-stands"))
        let supervisor = try #require(try find(["NOTIFY_SOCKET": socket.name]))
        #expect(supervisor.watchdog == nil)
        supervisor.ready()
        #expect(socket.next().hasPrefix("READY=1\n"))
        supervisor.reloading()
        let reload = socket.next().split(separator: "\n")
        #expect(reload.first == "RELOADING=1")
        #expect(reload.contains { $0.hasPrefix("MONOTONIC_USEC=") && UInt64($0.dropFirst(15)).map { $0 > 0 } == true })
        supervisor.stopping(within: .seconds(35))
        #expect(socket.next().hasPrefix("STOPPING=1\nEXTEND_TIMEOUT_USEC=35000000\n"))
        supervisor.beat()
        #expect(socket.next() == "WATCHDOG=1")
        supervisor.status("one line")
        #expect(socket.next() == "STATUS=one line")
        #expect(socket.next() == "")
    }

    @Test func thereIsNoneWithoutTheVariable() throws {
        #expect(try find([:]) == nil)
        #expect(try find(["NOTIFY_SOCKET": ""]) == nil)
    }

    @Test(arguments: ["vsock:2:1234", "relative/path", "@", "/" + String(repeating: "x", count: 200)])
    func aSocketThatCannotBeUsedIsToldOf(name: String) {
        #expect(throws: SystemError.self) { try find(["NOTIFY_SOCKET": name]) }
    }

    @Test(arguments: [
        (["WATCHDOG_USEC": "3000000"], Duration.seconds(3)), (["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "42"], .seconds(3)),
        (["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "41"], nil), (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "-5"], nil),
        (["WATCHDOG_USEC": "soon"], nil), ([:], nil),
    ])
    func theWatchdogCountsOnlyForThisProcess(variables: [String: String], period: Duration?) throws {
        let supervisor = try find(variables.merging(["NOTIFY_SOCKET": "/run/nobody"]) { a, _ in a })
        #expect(supervisor?.watchdog == period)
    }

    @Test func nobodyAtTheOtherEndIsNoFailure() throws {
        let supervisor = try #require(try find(["NOTIFY_SOCKET": "/nonexistent/notify"]))
        supervisor.ready()
    }
}
