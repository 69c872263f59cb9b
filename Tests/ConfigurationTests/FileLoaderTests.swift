import Core
import Glibc
import Testing
import YAML

@testable import Configuration

@Suite struct FileLoaderTests {
    private let directory = TemporaryDirectory()
    private let faults = Faults()
    private var loader: FileLoader { FileLoader(faults: faults) }

    private func reference(_ path: String) -> FileReference {
        FileReference(path: path, key: "key_file", file: "louver.yaml", mark: YAMLMark(line: 3, column: 9))
    }

    private func text(_ secret: SecretBytes?) -> String? { secret?.withBytes { String(decoding: $0, as: UTF8.self) } }

    @Test(arguments: [("abc", "abc"), ("abc\n", "abc"), ("abc\r\n", "abc"), ("abc\n\n", "abc\n"), (" abc ", " abc ")])
    func secretsLoseTheLineEndOfEditors(written: String, read: String) {
        #expect(text(loader.secretText(reference(directory.write("s", written)))) == read)
        #expect(faults.isEmpty)
    }

    @Test func keysKeepEveryByte() {
        let path = directory.write("k", [UInt8](repeating: 0x0A, count: 32))
        #expect(loader.secretKey(reference(path), atLeast: 32)?.count == 32)
        #expect(loader.secretKey(reference(path), atLeast: 33) == nil)
        #expect(
            faults.rendered
                == "louver.yaml:3:9: `key_file`: `\(path)` holds 32 bytes, and 33 are needed\n    make one: `openssl rand -out \(path) 33`")
    }

    @Test(arguments: [
        (mode_t(0o600), ""), (0o400, ""), (0o604, "is a secret that every user of this machine can read or change (mode 604)"),
        (0o666, "is a secret that every user of this machine can read or change (mode 666)"),
        (0o620, "is a secret that its group can read or change (mode 620)"),
        (0o660, "is a secret that its group can read or change (mode 660)"),
    ])
    func secretsAreForTheirOwner(mode: mode_t, expected: String) {
        let path = directory.write("s", "abc", mode: mode)
        let isGood = loader.checkSecret(reference(path))
        #expect(isGood == expected.isEmpty)
        #expect((loader.secretText(reference(path)) != nil) == expected.isEmpty)
        if !expected.isEmpty { #expect(faults.all.map(\.message) == ["`key_file`: `\(path)` \(expected)"]) }
    }

    @Test func theGroupMayReadOnlyWhatRootOwns() {
        let path = directory.write("s", "abc", mode: 0o640)
        #expect(loader.checkSecret(reference(path)) == (geteuid() == 0))
    }

    @Test(.enabled(if: geteuid() == 0)) func aSecretOfAnotherUserIsRefused() {
        let path = directory.write("s", "abc")
        chown(path, 12_345, 12_345)
        #expect(!loader.checkSecret(reference(path)))
        #expect(faults.all.map(\.message) == ["`key_file`: `\(path)` belongs to another user, who can change it"])
    }

    @Test func saysWhyAFileCannotBeRead() {
        let missing = directory.path + "/none"
        _ = loader.bytes(reference(missing))
        _ = loader.bytes(reference(directory.path))
        _ = loader.secretText(reference(directory.write("empty", "\n")))
        _ = loader.secretText(reference(directory.write("large", [UInt8](repeating: 0x61, count: Limits.secretFileBytesMax + 1))))
        _ = loader.bytes(reference("relative/none"))
        #expect(
            faults.all.map { "\($0.message) | \($0.remedy)" } == [
                "`key_file`: `\(missing)` cannot be opened: no such file or directory | make the file, or mend the path",
                "`key_file`: `\(directory.path)` is not a regular file | name a file",
                "`key_file`: `\(directory.path)/empty` is empty | write the secret into it",
                "`key_file`: `\(directory.path)/large` is larger than 64KiB | ",
                "`key_file`: `relative/none` cannot be opened: no such file or directory | "
                    + "make the file, or mend the path; relative paths start from where the configuration file is",
            ])
    }

    @Test func aNamedPipeDoesNotHoldUpTheStart() {
        let path = directory.path + "/pipe"
        mkfifo(path, 0o600)
        #expect(loader.bytes(reference(path)) == nil)
        #expect(faults.all.map(\.message) == ["`key_file`: `\(path)` is not a regular file"])
    }
}
