import Core
import TestSupport
import Testing

@testable import TLS

@Suite struct CertificateInspectionTests {
    @Test func tellsWhenACertificateEnds() throws {
        let estate = Estate()
        let files = estate.save("short", estate.authority.issue("short", names: "DNS:localhost", hoursFromNow: -1, hours: 3))
        let inspection = try CertificateInspection(certificateFile: files.certificate)
        let hoursLeft = Double(inspection.notAfter.seconds - WallTime.now().seconds) / 3_600
        #expect(hoursLeft > 1.9 && hoursLeft < 2.1)
        #expect(inspection.notAfter == inspection.certificate.notAfter)
        #expect(inspection.certificateCount == 1)
    }

    @Test func theEarliestEndOfAChainCounts() throws {
        let estate = Estate()
        let own = estate.authority.issue("own", hours: 24)
        let intermediate = estate.authority.issue("intermediate", hours: 5)
        let file = estate.folder.write("chain.pem", own.certificate + intermediate.certificate)
        let inspection = try CertificateInspection(certificateFile: file)
        #expect(inspection.certificateCount == 2)
        #expect(inspection.notAfter < inspection.certificate.notAfter)
    }

    @Test func theLatestStartOfAChainCounts() throws {
        let estate = Estate()
        let own = estate.authority.issue("own", hoursFromNow: -2)
        let intermediate = estate.authority.issue("intermediate", hoursFromNow: 3)
        let file = estate.folder.write("chain.pem", own.certificate + intermediate.certificate)
        let inspection = try CertificateInspection(certificateFile: file)
        #expect(inspection.certificate.notBefore < WallTime.now() && inspection.notBefore > WallTime.now())
    }

    @Test func aDateBeyondWallTimeIsHeldAtItsEnd() throws {
        let estate = Estate()
        let file = estate.folder.write("long.pem", estate.authority.issue("long", hours: 24 * 365 * 2_000).certificate)
        #expect(try CertificateInspection(certificateFile: file).notAfter.rfc3339().prefix(4) == [UInt8]("2262".utf8)[...])
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
    }
}
