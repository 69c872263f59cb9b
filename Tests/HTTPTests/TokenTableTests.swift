import Core
import Testing

@testable import HTTP

@Suite struct TokenTableTests {
    @Test func agreesWithTheGrammar() {
        for byte in UInt8.min...UInt8.max {
            let bytes: [UInt8] = [byte, 0]
            let end = bytes.withUnsafeBufferPointer { $0.baseAddress.map { TokenTable.end($0, from: 0) } }
            #expect(end == (ASCII.isToken(byte) ? 1 : 0), "\(byte)")
        }
    }
}
