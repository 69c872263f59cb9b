import Testing

@testable import HTTP

@Suite struct CacheControlTests {
    @Test(arguments: [
        ("max-age=600", 600), ("public, max-age=600", 600), ("MAX-AGE=\"60\" , must-revalidate", 60), ("max-age=0", 0),
        ("max-age=600, max-age=60", 60), ("max-age=60,no-cache", 0), ("No-Store", 0), ("max-age=", 0), ("max-age", 0),
        ("max-age=-1", 0), ("max-age=1.5", 0), ("max-age=x", 0), ("max-age=99999999999999999999", Int.max),
    ])
    func saysHowLong(value: String, seconds: Int) { #expect(CacheControl.maxAge(Array(value.utf8).span) == seconds) }

    @Test(arguments: ["", ",", "public", "s-maxage=600", "stale-while-revalidate=60", "xmax-age=1", "max-age-x=1"])
    func saysNothing(value: String) { #expect(CacheControl.maxAge(Array(value.utf8).span) == nil) }
}
