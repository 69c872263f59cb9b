import Testing

@testable import HTTP

@Suite struct OriginTests {
    @Test func equalOrigins() throws {
        let pairs = [
            ("http://localhost:3000", "HTTP://LOCALHOST:3000"), ("https://a.example", "https://a.example:443"),
            ("http://[::1]", "http://[::1]:80"),
            ("vscode-webview://abc", "vscode-webview://ABC"),
        ]
        for (one, other) in pairs {
            let first = try #require(Origin(one))
            #expect(first == Origin(other), "\(one)")
        }
    }

    @Test func differentOrigins() throws {
        let pairs = [
            ("http://a", "https://a"), ("http://a", "http://a:443"), ("http://a", "http://a.evil"), ("http://a", "http://b"),
            ("http://a:80", "http://a:81"),
        ]
        for (one, other) in pairs {
            let first = try #require(Origin(one))
            #expect(first != Origin(other), "\(one)")
        }
    }

    @Test(arguments: [
        "", "null", "a", "http:", "http:/a", "http://", "http://a/", "http://a/b", "http://u@a", "http://a http://b", "http://a, http://b",
        "://a", "1http://a",
        "http://a?b", "http://a#b", " http://a", "http://a ", "ht tp://a", "http://a:", "file://", "averyverylongscheme://a",
    ]) func refuses(_ text: String) {
        #expect(Origin(text) == nil)
    }
}
