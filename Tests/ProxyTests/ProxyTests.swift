import Testing

@testable import Proxy

@Test func placeholder() {}
