import JSON
import RateLimit
import Testing

@Suite struct ArgumentsDigestTests {
    private func digest(_ text: String) throws -> [UInt8] { ArgumentsDigest.of(try JSONDocument.parse(Array(text.utf8)).root) }

    @Test(arguments: [
        (#"{"a":1,"b":[1,2]}"#, #"{ "b": [1, 2], "a": 1 }"#), (#"{"a":"x\u0041"}"#, #"{"a":"xA"}"#),
        (#"{"o":{"p":null,"q":true}}"#, #"{"o":{"q":true,"p":null}}"#),
    ])
    func theSameCallHasOneDigest(one: String, other: String) throws {
        #expect(try digest(one) == digest(other))
    }

    @Test(arguments: [
        (#"{"a":1}"#, #"{"a":2}"#), (#"{"a":[1,2]}"#, #"{"a":[2,1]}"#), (#"{"a":"1"}"#, #"{"a":1}"#), (#"{"a":{}}"#, #"{"a":[]}"#),
        (#"{"a":"b"}"#, #"{"b":"a"}"#), (#"{"a":1,"b":1}"#, #"{"a":1}"#), (#"{"a":null}"#, #"{}"#), (#"{"a":{"b":1}}"#, #"{"b":{"a":1}}"#),
    ])
    func othersHaveOthers(one: String, other: String) throws {
        #expect(try digest(one) != digest(other))
    }

    @Test func missingArgumentsAreNoTrap() throws {
        #expect(ArgumentsDigest.of(nil).count == 32)
        #expect(try digest("{}") != ArgumentsDigest.of(nil))
    }
}
