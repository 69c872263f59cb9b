import Configuration
import Glibc
import MCP
import Proxy
import YAML

/// What the verbs that ask a live server have in common.
enum ServerArguments {
    static let flags = [
        Flag("--url", value: "URL", "the server's MCP endpoint, such as http://127.0.0.1:8000/mcp"),
        Flag("--token-file", value: "FILE", "a file with the Bearer token to send; without it none is sent"),
        Flag("--ca", value: "FILE", "the authorities to trust for https, in place of the system's"),
    ]

    /// Asks the server which tools it has; nil after a fault, which is told.
    static func tools(_ arguments: Arguments, _ verb: String, _ terminal: Terminal) -> [ToolDefinition]? {
        guard let text = arguments.value("--url") else {
            terminal.fault("louver \(verb): no server is named", remedy: "write, for example: --url http://127.0.0.1:8000/mcp")
            return nil
        }
        guard let url = ServerURL(text) else {
            terminal.fault(
                "louver \(verb): \(Fault.quote(text)) is no URL of a server", remedy: "write http:// or https://, host, port, path")
            return nil
        }
        var authorization: [UInt8]?
        if let file = arguments.value("--token-file") {
            guard let token = SmallFile.read(file) else {
                terminal.fault("louver \(verb): \(Fault.quote(file)) cannot be read: \(String(cString: strerror(errno)).lowercased())")
                return nil
            }
            let word = token.filter { $0 > 0x20 && $0 < 0x7F }
            authorization = Array("Bearer ".utf8) + word
        }
        do throws(ServerInquiry.Failed) {
            return try ServerInquiry.tools(of: url, authority: arguments.value("--ca"), authorization: authorization)
        } catch {
            terminal.fault("louver \(verb): \(url) did not say which tools it has: \(error.text)")
            return nil
        }
    }
}
