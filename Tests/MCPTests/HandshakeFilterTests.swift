import Core
import Testing

@testable import MCP

@Suite struct HandshakeFilterTests {
    private static let capabilities =
        #"{"tools":{"listChanged":true,"x":1},"prompts":{},"resources":{"subscribe":false,"listChanged":"yes"},"#
        + #""logging":{},"completions":{},"tasks":{"list":{}},"experimental":{"a":{}},"#
        + #""extensions":{"io.modelcontextprotocol/ui":{}}}"#
    private static let policed =
        #"{"tools":{"listChanged":true},"prompts":{},"resources":{"subscribe":false},"logging":{},"completions":{}}"#

    private func initialize(_ members: String, _ filter: HandshakeFilter = HandshakeFilter()) throws -> (String, ProtocolVersion?) {
        var out = ByteBuffer()
        let version = try filter.writeInitialize(try WholeReply([UInt8](Rewriting.result(members).utf8)), into: &out)
        return (String(decoding: out.takeAll(), as: UTF8.self), version)
    }

    private func discover(_ members: String, _ filter: HandshakeFilter = HandshakeFilter()) throws -> (String, ProtocolVersionSet) {
        var out = ByteBuffer()
        let versions = try filter.writeDiscover(try WholeReply([UInt8](Rewriting.result(members).utf8)), into: &out)
        return (String(decoding: out.takeAll(), as: UTF8.self), versions)
    }

    @Test func initializePromisesOnlyWhatIsPoliced() throws {
        let (text, version) = try initialize(
            #""protocolVersion":"2025-06-18","capabilities":\#(Self.capabilities),"serverInfo":{"name":"s","#
                + #""icons":[{"src":"http://x"}]},"instructions":"i""#
        )
        #expect(version == .june2025)
        #expect(
            text
                == Rewriting.result(
                    #""protocolVersion":"2025-06-18","capabilities":\#(Self.policed),"serverInfo":{"name":"s","icons":[]},"#
                        + #""instructions":"i""#
                ))
    }

    @Test func subscriptionsCanBeLeftOut() throws {
        let (text, _) = try initialize(
            #""protocolVersion":"2025-06-18","capabilities":{"resources":{"subscribe":true,"listChanged":true}}"#,
            HandshakeFilter(capabilities: [.resources]))
        #expect(text.contains(#""capabilities":{"resources":{"listChanged":true}}"#))
    }

    @Test func aCapabilityCanBeLeftOut() throws {
        let (text, _) = try initialize(
            #""protocolVersion":"2025-06-18","capabilities":\#(Self.capabilities)"#, HandshakeFilter(capabilities: [.tools]))
        #expect(text.contains(#""capabilities":{"tools":{"listChanged":true}}"#))
    }

    @Test(arguments: [
        ("unknown", #""protocolVersion":"2024-10-07","capabilities":{}"#, "handshake_version"),
        ("modern", #""protocolVersion":"2026-07-28","capabilities":{}"#, "handshake_version"),
        ("missing", #""capabilities":{}"#, "handshake_version"), ("no capabilities", #""protocolVersion":"2025-06-18""#, "handshake_shape"),
    ])
    func aDishonestInitializeIsRefused(_ fault: String, _ members: String, _ reason: String) throws {
        do {
            _ = try initialize(members)
            Issue.record("accepted: \(fault)")
        } catch let failure as ReplyFailure {
            #expect(failure.reason.description == reason, "\(fault)")
        }
    }

    @Test func discoverNamesTheCommonVersions() throws {
        let (text, versions) = try discover(
            #""supportedVersions":["2026-07-28","2027-01-01","2025-06-18"],"capabilities":\#(Self.capabilities),"#
                + #""ttlMs":0,"cacheScope":"public","resultType":"complete""#
        )
        #expect(versions == [ProtocolVersionSet(.july2026), ProtocolVersionSet(.june2025)])
        #expect(
            text
                == Rewriting.result(
                    #""supportedVersions":["2025-06-18","2026-07-28"],"capabilities":\#(Self.policed),"ttlMs":0,"#
                        + #""cacheScope":"private","resultType":"complete""#
                ))
    }

    @Test func discoverIsHeldToTheConfiguredVersions() throws {
        let (text, versions) = try discover(
            #""supportedVersions":["2026-07-28","2025-06-18"],"capabilities":{}"#, HandshakeFilter(versions: .modern))
        #expect(versions == .modern)
        #expect(text.contains(#""supportedVersions":["2026-07-28"]"#))
    }

    @Test(arguments: [#""supportedVersions":["2027-01-01"],"capabilities":{}"#, #""supportedVersions":[],"capabilities":{}"#])
    func nothingInCommonIsRefused(_ members: String) {
        #expect(throws: ReplyFailure("handshake_version")) { try discover(members) }
    }
}
