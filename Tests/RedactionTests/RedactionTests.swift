import Testing

@testable import Redaction

@Test func placeholder() {}
