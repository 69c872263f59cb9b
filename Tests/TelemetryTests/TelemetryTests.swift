import Testing

@testable import Telemetry

@Test func placeholder() {}
