import RateLimit
import Testing

@Suite struct HashSlotTests {
    /// From the specification and `CLUSTER KEYSLOT` of a Redis 7.
    @Test(arguments: [
        ("123456789", 12_739), ("foo", 12_182), ("{user1000}.following", 3_443), ("{user1000}.followers", 3_443), ("foo{}{bar}", 8_363),
        ("foo{{bar}}zap", 4_015), ("foo{bar}{zap}", 5_061), ("", 0),
    ])
    func isTheServers(key: String, slot: Int) {
        let bytes = Array(key.utf8)
        let found = HashSlot.of(bytes.span)
        #expect(found == slot)
    }
}
