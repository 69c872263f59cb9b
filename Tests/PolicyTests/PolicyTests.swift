import Testing

@testable import Policy

@Test func placeholder() {}
