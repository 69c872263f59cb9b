import Core
import Crypto

/// The status page of the admin listener: one file without outside requests, and the policy that holds a browser to that.
struct StatusPage {
    let body: [UInt8]
    /// The value of `Content-Security-Policy`: the page's own script and style by their hashes, and requests to where it came from.
    let policy: [UInt8]

    init() {
        body = PackageResources.Status_html
        var policy = ByteBuffer()
        policy.append("default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
        policy.append("; script-src ")
        policy.append(Self.source(of: "script", in: body))
        policy.append("; style-src ")
        policy.append(Self.source(of: "style", in: body))
        self.policy = policy.takeAll()
    }

    /// What a policy calls the text of an element that stands in the page once.
    private static func source(of element: String, in page: [UInt8]) -> [UInt8] {
        let open = Array("<\(element)>".utf8)
        let close = Array("</\(element)>".utf8)
        guard let begin = find(open, in: page, from: 0), let end = find(close, in: page, from: begin) else { return Array("'none'".utf8) }
        let text = Array(page[begin + open.count..<end])
        return Array("'sha256-".utf8) + Base64.encode(Digest.sha256(text.span)) + Array("'".utf8)
    }

    private static func find(_ word: [UInt8], in text: [UInt8], from start: Int) -> Int? {
        var at = start
        while at + word.count <= text.count {
            if text[at] == word[0], text[at..<at + word.count].elementsEqual(word) { return at }
            at += 1
        }
        return nil
    }
}
