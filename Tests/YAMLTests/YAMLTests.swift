import Testing

@testable import YAML

@Test func placeholder() {}
