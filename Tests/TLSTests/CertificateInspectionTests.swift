import Core
import TestSupport
import Testing

@testable import TLS

@Suite struct CertificateInspectionTests {
    @Test func tellsWhenACertificateEnds() throws {
        let estate = Estate()
        let files = estate.save("short", estate.authority.issue("short", names: "DNS:localhost", hoursFromNow: -1, hours: 3))
        let inspection = try CertificateInspection(certificateFile: files.certificate, keyFile: files.key)
        let hoursLeft = Double(inspection.notAfter.seconds - WallTime.now().seconds) / 3_600
        #expect(hoursLeft > 1.9 && hoursLeft < 2.1)
        #expect(inspection.notAfter == inspection.certificate.notAfter)
        #expect(inspection.certificateCount == 1)
        #expect(inspection.keyMatches == true)
        #expect(inspection.keyExposure == .owner)
    }

    @Test func theEarliestEndOfAChainCounts() throws {
        let estate = Estate()
        let own = estate.authority.issue("own", hours: 24)
        let intermediate = estate.authority.issue("intermediate", hours: 5)
        let file = estate.folder.write("chain.pem", own.certificate + intermediate.certificate)
        let inspection = try CertificateInspection(certificateFile: file)
        #expect(inspection.certificateCount == 2)
        #expect(inspection.notAfter < inspection.certificate.notAfter)
        #expect(inspection.keyMatches == nil)
        #expect(inspection.keyExposure == nil)
    }

    @Test func aDateBeyondWallTimeIsHeldAtItsEnd() throws {
        let estate = Estate()
        let file = estate.folder.write("long.pem", estate.authority.issue("long", hours: 24 * 365 * 2_000).certificate)
        #expect(try CertificateInspection(certificateFile: file).notAfter.rfc3339().prefix(4) == [UInt8]("2262".utf8)[...])
    }

    static let modes: [(mode: UInt32, exposure: CertificateInspection.Exposure)] = [
        (0o600, .owner), (0o400, .owner), (0o640, .group), (0o644, .everyone), (0o604, .everyone),
    ]

    @Test(arguments: modes) func tellsWhoMayReadAKey(_ mode: UInt32, _ exposure: CertificateInspection.Exposure) throws {
        let folder = TemporaryFolder()
        #expect(try CertificateInspection.exposure(folder.write("a.key", [1], mode: mode)) == exposure)
    }

    @Test func tellsWhenAKeyIsAnothers() throws {
        let estate = Estate()
        let inspection = try CertificateInspection(certificateFile: estate.serverFiles.certificate, keyFile: estate.clientFiles.key)
        #expect(inspection.keyMatches == false)
    }

    @Test func unreadableFilesAreNamed() throws {
        let estate = Estate()
        let missing = "\(estate.folder.path)/missing"
        let garbage = estate.folder.write("garbage.pem", [UInt8]("garbage".utf8))
        let cut = estate.folder.write("cut.pem", estate.authority.certificate + [UInt8](estate.authority.certificate.prefix(200)))
        for file in [missing, garbage, cut] {
            let failure = #expect(throws: TLSFailure.self) { _ = try CertificateInspection(certificateFile: file) }
            #expect(failure?.detail.contains(file) == true)
        }
        for file in [missing, garbage] {
            #expect(throws: TLSFailure.self) {
                _ = try CertificateInspection(certificateFile: estate.serverFiles.certificate, keyFile: file)
            }
        }
        #expect(throws: TLSFailure.self) { _ = try CertificateInspection.exposure(missing) }
    }
}
