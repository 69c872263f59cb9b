import Testing

@testable import RateLimit

@Test func placeholder() {}
